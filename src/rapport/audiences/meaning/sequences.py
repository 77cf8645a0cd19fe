"""Sequences on one person's events.

A chain takes one event for each step, in order of time; events at the same instant count as in the
order of the steps. Two neighbouring steps take two events. Of the chains that reach an event only
the one with the latest start has to be kept: whatever follows, it is the shortest.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from rapport.audiences.language import duration, windows
from rapport.audiences.language.model import ANY_EVENT, Sequence, Step
from rapport.audiences.language.windows import NEVER
from rapport.audiences.meaning import happenings
from rapport.audiences.meaning.person import Happening, Person

Key: TypeAlias = tuple[str, ...]


class Chain(msgspec.Struct, frozen=True):
    """The events taken so far."""

    events: tuple[Happening, ...]

    @property
    def start(self) -> int:
        return self.events[0].timestamp

    @property
    def last(self) -> Happening:
        return self.events[-1]


def find(sequence: Sequence, person: Person, now: int, zone: ZoneInfo) -> Chain | None:
    """A chain that makes the sequence true."""
    return verdict(sequence, person, now, zone)[0]


def turns(sequence: Sequence, person: Person, now: int, zone: ZoneInfo) -> Iterator[int]:
    """Instants at which `find` may change by itself, calendars left out."""
    for step in sequence.steps:
        during = None if step.absent else sequence.during
        yield from happenings.turns(person, step.selection, during)
    yield from verdict(sequence, person, now, zone)[1]


def verdict(
    sequence: Sequence, person: Person, now: int, zone: ZoneInfo
) -> tuple[Chain | None, list[int]]:
    """A chain that makes the sequence true, and when the wait of a chain is over."""
    chains = _chains(sequence, person, now, zone)
    absent = sequence.steps[-1]
    if not absent.absent:
        return next(chains, None), []
    reached = [*chains]
    if not reached:
        return None, []
    within = duration.micros(absent.within)
    came = _by_key(_taken(absent, happenings.in_order(person.events), now), absent.same)
    ends = [chain.last.timestamp + within for chain in reached]
    for chain, end in zip(reached, ends, strict=True):
        if end <= now and _stayed_away(chain.last, end, absent, came):
            return chain, ends
    return None, ends


def _chains(sequence: Sequence, person: Person, now: int, zone: ZoneInfo) -> Iterator[Chain]:
    """Of each key, the best chain to every event that the last present step can take."""
    start, end = windows.bounds(sequence.during, now, zone)
    same = sequence.steps[1].same
    inside = happenings.in_order(each for each in person.events if start <= each.timestamp < end)
    steps = [step for step in sequence.steps if not step.absent]
    first, *others = (_by_key(_taken(step, inside, now), same) for step in steps)
    longest = duration.micros(sequence.within) if sequence.within else NEVER
    for key, events in first.items():
        reached = [Chain((event,)) for event in events]
        for step, found in zip(steps[1:], others, strict=True):
            reached = [*_extended(reached, step, found.get(key, ()), longest)]
        yield from reached


def _extended(
    reached: list[Chain], step: Step, events: Iterable[Happening], longest: int
) -> Iterator[Chain]:
    """The chain that ended last before an event also has the latest start: if it is too long, all
    are. Both are in order of time."""
    within = duration.micros(step.within) if step.within else NEVER
    reached.sort(key=lambda chain: (chain.last.timestamp, chain.start))
    place = 0
    for event in events:
        while place < len(reached) and reached[place].last.timestamp <= event.timestamp:
            place += 1
        before = place - 1
        if before >= 0 and reached[before].last is event:
            before -= 1
        if before < 0:
            continue
        best = reached[before]
        waited = event.timestamp - best.last.timestamp
        if waited <= within and event.timestamp - best.start <= longest:
            yield Chain((*best.events, event))


def _stayed_away(
    last: Happening, end: int, step: Step, came: Mapping[Key, list[Happening]]
) -> bool:
    """Nothing that the absent step means came after `last` until `end`."""
    events = came.get(_key(last, step.same) or (), [])
    first = bisect_left(events, last.timestamp, key=_at)
    until = bisect_right(events, end, key=_at)
    return all(event is last for event in events[first:until])


def _taken(step: Step, events: Iterable[Happening], now: int) -> list[Happening]:
    names, kind, where = step.selection.events, step.selection.type, step.selection.where
    every = ANY_EVENT in names
    return [
        event
        for event in events
        if (every or event.event in names)
        and kind in ("", event.type)
        and happenings.passes(event, where, now)
    ]


def _by_key(events: list[Happening], same: tuple[str, ...]) -> dict[Key, list[Happening]]:
    """Those that have all the texts, in their order."""
    if not same:
        return {(): events}
    found: dict[Key, list[Happening]] = {}
    for event in events:
        if (key := _key(event, same)) is not None:
            found.setdefault(key, []).append(event)
    return found


def _key(event: Happening, same: tuple[str, ...]) -> Key | None:
    """Texts at the paths of `same`; None when one is missing."""
    found = [happenings.texts([event], path) for path in same]
    return tuple(each[0] for each in found) if all(found) else None


def _at(event: Happening) -> int:
    return event.timestamp
