"""Instants written as text: ISO-8601, or seconds or milliseconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapport.clock import MINUTE, from_datetime

# Also run by the engines on what people sent, so: no look-around, and every field in its range.
DATE: Final = r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
OFFSET: Final = r"Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]"
ISO: Final = f"({DATE})(?:[T ]({CLOCK})({OFFSET})?)?"
# Numbers below are seconds, from here on milliseconds. In 1973 and in the year 5138 they meet.
MILLISECONDS_FROM: Final = 10**11
MILLISECONDS_TO: Final = 10**14
_ISO = re.compile(ISO)


@lru_cache(maxsize=4096)
def parse(text: str) -> int | None:
    """µs UTC of an ISO text; without an offset it is UTC, a date alone is midnight.

    >>> parse("1970-01-02"), parse("1970-01-01T05:30:01.5+05:30"), parse("tomorrow")
    (86400000000, 1500000, None)
    """
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    wall = _wall(found[1], found[2] or "00:00")
    return None if wall is None else from_datetime(wall) - _offset(found[3] or "Z")


def local(text: str, zone: ZoneInfo) -> int:
    """As `parse`, but a date, or an instant without an offset, is meant in `zone`."""
    found = _ISO.fullmatch(text)
    wall = _wall(found[1], found[2] or "00:00") if found else None
    if found is None or wall is None:
        raise ValueError(f"{text!r} is no instant")
    if found[3]:
        return from_datetime(wall) - _offset(found[3])
    return at_wall(wall, zone)


def at_wall(wall: datetime, zone: ZoneInfo) -> int:
    """µs UTC of a wall clock; the first of two, and what a skipped one would have been."""
    return from_datetime(wall.replace(tzinfo=zone).astimezone(UTC))


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """None for what is no IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def of_number(micro: int) -> int | None:
    """µs of a number of seconds or milliseconds, given in millionths of its unit."""
    size = abs(micro)
    if size < MILLISECONDS_FROM * 1_000_000:
        return micro
    return micro // 1_000 if size < MILLISECONDS_TO * 1_000_000 else None


def _wall(day: str, clock: str) -> datetime | None:
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    hours, minutes, seconds = (*clock.split(":"), "0")[:3]
    second, _, fraction = seconds.partition(".")
    return datetime.fromisoformat(day) + timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(second),
        microseconds=int(fraction[:6].ljust(6, "0")),
    )


def _offset(text: str) -> int:
    if text == "Z":
        return 0
    size = (int(text[1:3]) * 60 + int(text[-2:])) * MINUTE
    return -size if text[0] == "-" else size
