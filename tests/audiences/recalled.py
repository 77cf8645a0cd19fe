"""A memory in dictionaries, filled by the same code that fills the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rapport.audiences.language import instants
from rapport.audiences.language.model import Definition
from rapport.audiences.meaning.person import Person
from rapport.audiences.stream import behaviours
from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.matching import Collected, Matcher
from rapport.audiences.stream.remembered import Row, Totals, summed
from tests.audiences.strategies import Sent


def wanted(definitions: Iterable[Definition]) -> dict[Behaviour, int]:
    found = dict.fromkeys(
        behaviours.need(leaf).behaviour for one in definitions for leaf in behaviours.leaves(one)
    )
    return {behaviour: number for number, behaviour in enumerate(found, 1)}


class Recalled:
    """What is remembered of every node."""

    def __init__(self, numbers: dict[Behaviour, int]) -> None:
        self._known = {number: behaviour for behaviour, number in numbers.items()}
        self._matcher = Matcher(self._known)
        self._rows: dict[tuple[int, int], set[Row]] = {}
        self._totals: dict[tuple[int, int], list[Totals]] = {}

    def take(self, batch: Sequence[Sent], now: int) -> None:
        collected = Collected(now)
        for sent in batch:
            if bucket := self._matcher.bucket(sent.event.event):
                collected.add(sent.node, sent.event, bucket)
        for node, number, *row in collected.rows:
            self._rows.setdefault((node, number), set()).add(tuple(row))  # type: ignore[arg-type]
        for key, (behaviour, totals) in collected.totals.items():
            known = self._totals.get(key, [])
            self._totals[key] = [summed([*known, totals], behaviour)]

    def of(self, nodes: Sequence[int]) -> Of:
        return Of(self, nodes)


class Of:
    """Of the nodes of one person."""

    def __init__(self, held: Recalled, nodes: Sequence[int]) -> None:
        self._held = held
        self._nodes = nodes

    def times(self, number: int) -> list[int]:
        return [row[0] for row in self.rows(number)]

    def rows(self, number: int) -> list[Row]:
        return sorted(row for n in self._nodes for row in self._held._rows.get((n, number), ()))

    def totals(self, number: int) -> list[Totals]:
        return [each for n in self._nodes for each in self._held._totals.get((n, number), ())]


class Known:
    """Facts of a person that the oracle was given, too."""

    def __init__(self, person: Person) -> None:
        self.profile = person.profile
        self.person = person
        self.traits = person.traits
        self.zone = instants.zone_named(person.zone) or ZoneInfo("UTC")

    def held(self, key: str) -> Any:
        return self.person.traits.get(key)
