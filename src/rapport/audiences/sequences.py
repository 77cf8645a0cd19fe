"""Sequences on one person's events.

A chain takes one event for each step, in order of time; events at the same instant count as in the
order of the steps. Two neighbouring steps take two events. Of the chains that reach an event only
the one with the latest start has to be kept: whatever follows, it is the shortest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Items
from zoneinfo import ZoneInfo

import msgspec

from rapport.audiences import duration, happenings, windows
from rapport.audiences.model import Sequence, Step
from rapport.audiences.person import Happening, Person
from rapport.audiences.windows import NEVER


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
    for chain in _chains(sequence, person, now, zone):
        absent = sequence.steps[-1]
        if not absent.absent or _stayed_away(chain, absent, person, now):
            return chain
    return None


def turns(sequence: Sequence, person: Person, now: int, zone: ZoneInfo) -> Iterator[int]:
    """Instants at which `find` may change by itself, calendars left out."""
    for step in sequence.steps:
        during = None if step.absent else sequence.during
        yield from happenings.turns(person, step.selection, during)
    absent = sequence.steps[-1]
    if absent.absent:
        for chain in _chains(sequence, person, now, zone):
            yield chain.last.timestamp + duration.micros(absent.within)


def _chains(sequence: Sequence, person: Person, now: int, zone: ZoneInfo) -> Iterator[Chain]:
    """Of each key, the best chain to every event that the last present step can take."""
    bounds = windows.bounds(sequence.during, now, zone)
    same = sequence.steps[1].same
    steps = [step for step in sequence.steps if not step.absent]
    longest = duration.micros(sequence.within) if sequence.within else NEVER
    candidates = [happenings.selected(person, step.selection, bounds, now) for step in steps]
    for key in {each for event in candidates[0] if (each := _key(event, same)) is not None}:
        reached = [Chain((event,)) for event in candidates[0] if _key(event, same) == key]
        for step, events in zip(steps[1:], candidates[1:], strict=True):
            fitting = [event for event in events if _key(event, same) == key]
            reached = list(_extended(reached, step, fitting, longest))
        yield from reached


def _extended(
    reached: Items[Chain], step: Step, events: Iterable[Happening], longest: int
) -> Iterator[Chain]:
    within = duration.micros(step.within) if step.within else NEVER
    for event in events:
        before = [
            chain
            for chain in reached
            if chain.last is not event
            and 0 <= event.timestamp - chain.last.timestamp <= within
            and event.timestamp - chain.start <= longest
        ]
        if before:
            best = max(before, key=lambda chain: (chain.start, chain.last.timestamp))
            yield Chain((*best.events, event))


def _stayed_away(chain: Chain, step: Step, person: Person, now: int) -> bool:
    """Nothing that the absent step means came in its time, and that time has passed."""
    last = chain.last
    end = last.timestamp + duration.micros(step.within)
    if now < end:
        return False
    came = happenings.selected(person, step.selection, (last.timestamp, end + 1), now)
    key = _key(last, step.same)
    return not any(event is not last and _key(event, step.same) == key for event in came)


def _key(event: Happening, same: tuple[str, ...]) -> tuple[str, ...] | None:
    """Texts at the paths of `same`; None when one is missing."""
    found = [happenings.texts([event], path) for path in same]
    return tuple(each[0] for each in found) if all(found) else None
