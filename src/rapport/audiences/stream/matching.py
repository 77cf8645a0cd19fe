"""Which behaviours an event belongs to. Most events belong to none: that has to be cheap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from rapport.audiences.language import paths
from rapport.audiences.language.model import ANY_EVENT, HELD, MOVING, Filter
from rapport.audiences.meaning import happenings
from rapport.audiences.meaning.person import Happening
from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.remembered import Narrowing, Row, Totals, totals_of

Key: TypeAlias = tuple[int, int]  # node, number of the behaviour
Way: TypeAlias = tuple[str, tuple[Filter, ...]]  # type ("" is any), filters that never move


class Candidate:
    """A behaviour, for events of one name."""

    def __init__(self, number: int, behaviour: Behaviour, name: str) -> None:
        self.number = number
        self.behaviour = behaviour
        self.narrowing = Narrowing(behaviour)
        self._ways: list[Way] = [
            (each.type, tuple(one for one in each.where if one.op not in MOVING))
            for each in behaviour.selections
            if ANY_EVENT in each.events or name in each.events
        ]
        looked_at = [one.path for _, where in self._ways for one in where]
        heads = {paths.of_event(path).head for path in (*looked_at, *behaviour.paths)}
        self.heads = heads & set(HELD)

    def takes(self, event: Happening) -> bool:
        return any(
            kind in ("", event.type) and happenings.passes(event, where, 0)
            for kind, where in self._ways
        )


class Bucket:
    """All behaviours that events of one name may belong to."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = candidates
        self.heads = frozenset(head for each in candidates for head in each.heads)


class Matcher:
    def __init__(self, behaviours: Mapping[int, Behaviour]) -> None:
        names = {
            name
            for each in behaviours.values()
            for chosen in each.selections
            for name in chosen.events
        }
        self._named = {name: _bucket(behaviours, name) for name in names - {ANY_EVENT}}
        others = _bucket(behaviours, ANY_EVENT)
        self._others = others if others.candidates else None
        held = [*self._named.values(), others]
        self.heads = frozenset(head for bucket in held for head in bucket.heads)

    def bucket(self, name: str) -> Bucket | None:
        """None when no behaviour can take an event of this name."""
        return self._named.get(name, self._others)


class Collected:
    """What some events add to the memory of their nodes. `now` in µs UTC."""

    def __init__(self, now: int) -> None:
        self._now = now
        self.rows: list[tuple[int, int, int, str, str, str | None]] = []
        self.totals: dict[Key, tuple[Behaviour, Totals]] = {}

    def add(self, node: int, event: Happening, bucket: Bucket) -> list[int]:
        """The numbers of the behaviours that the event belongs to."""
        taken = []
        for each in bucket.candidates:
            if each.takes(event):
                taken.append(each.number)
                self._keep(node, event, each)
        return taken

    def _keep(self, node: int, event: Happening, candidate: Candidate) -> None:
        behaviour = candidate.behaviour
        # What lies in the future has not happened: it cannot be in totals yet.
        if behaviour.keep == "rows" or event.timestamp > self._now:
            if not behaviour.horizon or event.timestamp > self._now - behaviour.horizon:
                row: Row = candidate.narrowing.row(event)
                self.rows.append((node, candidate.number, *row))
            return
        one = totals_of(event, behaviour, candidate.narrowing)
        known = self.totals.get((node, candidate.number))
        if known is None:
            self.totals[node, candidate.number] = behaviour, one
        else:
            known[1].merge(one, behaviour)


def _bucket(behaviours: Mapping[int, Behaviour], name: str) -> Bucket:
    found: Iterable[Candidate] = (
        Candidate(number, each, name)
        for number, each in behaviours.items()
        if any(ANY_EVENT in chosen.events or name in chosen.events for chosen in each.selections)
    )
    return Bucket([*found])
