"""From a window to the instants between which events lie: start <= timestamp < end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rapport.audiences.language import duration, instants
from rapport.audiences.language.model import Between, Calendar, Last, Span, Window
from rapport.clock import DAY, from_datetime

EVER: Final = -(1 << 62)
NEVER: Final = 1 << 62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}

Bounds = tuple[int, int]


def bounds(window: Window | None, now: int, zone: ZoneInfo) -> Bounds:
    """µs UTC. Never beyond `now`: what lies in the future has not happened."""
    match window:
        case None:
            return EVER, now + 1
        case Last(length):
            return now - duration.micros(length) + 1, now + 1
        case Between(oldest, newest):
            return now - duration.micros(oldest) + 1, now - duration.micros(newest) + 1
        case Span(start, end):
            first = instants.local(start, zone) if start else EVER
            return first, min(now + 1, instants.local(end, zone) if end else NEVER)
        case Calendar(unit, ago):
            first, last = period(unit, ago, now, zone)
            return first, min(now + 1, last)


def turns(window: Window | None, timestamp: int) -> Iterable[int]:
    """Instants of `now` at which an event may enter or leave; calendars turn at `next_period`."""
    match window:
        case Last(length):
            return timestamp, timestamp + duration.micros(length)
        case Between(oldest, newest):
            return timestamp + duration.micros(newest), timestamp + duration.micros(oldest)
        case _:
            return (timestamp,)


def period(unit: str, ago: int, now: int, zone: ZoneInfo) -> Bounds:
    """Start and end of the day, week (from Monday), ... in `zone`, `ago` of them before `now`'s."""
    today = local_time(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if unit in ("day", "week"):
        length = timedelta(days=1 if unit == "day" else 7)
        begun = today - timedelta(days=today.weekday() if unit == "week" else 0)
        start, end = begun - ago * length, begun - (ago - 1) * length
    else:
        length_in_months = _MONTHS[unit]
        month = today.year * 12 + today.month - 1
        month -= month % length_in_months + ago * length_in_months
        start, end = _first_of(month), _first_of(month + length_in_months)
    return instants.at_wall(start, zone), instants.at_wall(end, zone)


def next_period(unit: str, now: int, zone: ZoneInfo) -> int:
    """When the present one ends."""
    return period(unit, 0, now, zone)[1]


def day_of(timestamp: int, zone: ZoneInfo) -> int:
    """Number of the calendar day in `zone`, counted from 1970-01-01."""
    wall = local_time(timestamp, zone)
    return from_datetime(wall) // DAY


def local_time(timestamp: int, zone: ZoneInfo) -> datetime:
    """Wall clock in `zone`, without the zone."""
    at = _EPOCH + timedelta(0, 0, timestamp)
    return at.astimezone(zone).replace(tzinfo=None)


def _first_of(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1)  # noqa: DTZ001 - a wall clock
