"""Values of computed traits of one person: what they mean, in plain Python.

A value is a `Decimal`, a text, a boolean, a list of texts, or None when there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from rapport.audiences.language import duration, windows
from rapport.audiences.language.model import Aggregate, Calendar, DaysSince, Rate
from rapport.audiences.language.values import PLACES, mean
from rapport.audiences.meaning import happenings
from rapport.audiences.meaning.person import Happening, Person
from rapport.clock import DAY

Value: TypeAlias = Decimal | str | bool | list[str] | None
OfEvents: TypeAlias = Aggregate | DaysSince | Rate
UNITS: Final = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}


def of_events(trait: OfEvents, person: Person, now: int, zone: ZoneInfo) -> Value:
    """The value at `now` of a trait that depends on her events only."""
    events = taken(trait, person, now, zone)
    match trait:
        case DaysSince():
            return Decimal((now - events[-1].timestamp) // DAY) if events else None
        case Rate(_, per, during):
            size = len(events) * 10**PLACES * UNITS[per]
            return decimal(mean(size, duration.micros(during.length)))
        case Aggregate(kind, _, path):
            return Decimal(len(events)) if kind == "count" else _aggregate(kind, events, path)


def taken(trait: OfEvents, person: Person, now: int, zone: ZoneInfo) -> list[Happening]:
    """The events that its value is made of, in order of time."""
    window = None if isinstance(trait, DaysSince) else trait.during
    start, end = windows.bounds(window, now, zone)
    if isinstance(trait, Aggregate) and trait.session:
        start = max(start, session_start(person, trait.session, now))
    return happenings.selected(person, trait.selection, (start, end), now)


def turns(trait: OfEvents, person: Person, now: int, zone: ZoneInfo) -> Iterator[int]:
    """Instants at which the value may change by itself; some of them may be in the past."""
    if isinstance(trait, DaysSince):
        if events := taken(trait, person, now, zone):
            yield now + DAY - (now - events[-1].timestamp) % DAY
    elif isinstance(trait.during, Calendar):
        yield windows.next_period(trait.during.unit, now, zone)
    window = None if isinstance(trait, DaysSince) else trait.during
    yield from happenings.turns(person, trait.selection, window)
    if isinstance(trait, Aggregate) and trait.session:
        silence = duration.micros(trait.session)
        for event in person.events:
            yield from (event.timestamp, event.timestamp + silence)


def session_start(person: Person, length: str, now: int) -> int:
    """First instant of the present session, or after `now` when there is none.

    All her events keep a session up; it ends when `length` has passed without one.
    """
    silence = duration.micros(length)
    start = now + 1
    end = now
    times = sorted((e.timestamp for e in person.events if e.timestamp <= now), reverse=True)
    for timestamp in times:
        if end - timestamp >= silence:
            break
        start = end = timestamp
    return start


def decimal(size: int) -> Decimal:
    """Of millionths.

    >>> decimal(1_500_000)
    Decimal('1.5')
    """
    whole, part = divmod(abs(size), 10**PLACES)
    sign = "-" if size < 0 else ""
    return Decimal(f"{sign}{whole}.{part:06d}".rstrip("0").rstrip("."))


def _aggregate(kind: str, events: list[Happening], path: str) -> Value:
    if kind in ("sum", "avg", "min", "max"):
        sizes = happenings.micros(events, path)
        measured = measure(kind, sizes)
        return None if measured is None else decimal(measured)
    found = happenings.texts(events, path)
    match kind:
        case "unique_count":
            return Decimal(len(set(found)))
        case "unique_list":
            return sorted(set(found))
        case "most_frequent":
            return most_frequent(found)
        case "first":
            return found[0] if found else None
        case _:
            return found[-1] if found else None


def measure(kind: str, sizes: list[int]) -> int | None:
    """Sum, average, least or greatest of millionths; of nothing the sum is 0, the others None."""
    if kind == "sum":
        return sum(sizes)
    if not sizes:
        return None
    if kind == "avg":
        return mean(sum(sizes), len(sizes))
    return min(sizes) if kind == "min" else max(sizes)


def most_frequent(found: list[str]) -> str | None:
    """Two occurrences at least; of equally frequent ones the first in the alphabet."""
    counts = Counter(found)
    word, count = min(counts.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
    return word if count >= 2 else None
