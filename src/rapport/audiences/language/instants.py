"""Instants written as text: ISO-8601, or seconds or milliseconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapport.clock import MINUTE, from_datetime
from rapport.warehouse import jsonsql

# Numbers below are seconds, from here on milliseconds.
MILLISECONDS_FROM: Final = jsonsql.MILLIS_FROM
MILLISECONDS_TO: Final = 253_402_300_800_000
_ISO = re.compile(jsonsql.ISO)
_ZONE = re.compile(r"Z|[+-][0-9]{2}:?[0-9]{2}$")


@lru_cache(maxsize=4096)
def parse(text: str) -> int | None:
    """µs UTC of an ISO text; without an offset it is UTC, a date alone is midnight.

    >>> parse("1970-01-02"), parse("1970-01-01T05:30:01.5+05:30"), parse("tomorrow")
    (86400000000, 1500000, None)
    """
    read = _read(text)
    return None if read is None else from_datetime(read[0]) - (read[1] or 0)


def local(text: str, zone: ZoneInfo) -> int:
    """As `parse`, but a date, or an instant without an offset, is meant in `zone`."""
    read = _read(text)
    if read is None:
        raise ValueError(f"{text!r} is no instant")
    wall, offset = read
    return at_wall(wall, zone) if offset is None else from_datetime(wall) - offset


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


def _read(text: str) -> tuple[datetime, int | None] | None:
    """Wall clock, and by how many µs it is ahead of UTC if the text says so."""
    if _ISO.fullmatch(text) is None:
        return None
    zone = _ZONE.search(text, 11)
    try:
        day = datetime.fromisoformat(text[:10])
    except ValueError:
        return None
    hours, minutes, seconds = (*text[11 : zone.start() if zone else None].split(":"), "", "")[:3]
    whole, _, fraction = seconds.partition(".")
    wall = day + timedelta(
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(whole or 0),
        microseconds=int(fraction[:6].ljust(6, "0")),
    )
    return wall, _offset(zone[0]) if zone else None


def _offset(text: str) -> int:
    if text == "Z":
        return 0
    size = (int(text[1:3]) * 60 + int(text[-2:])) * MINUTE
    return -size if text[0] == "-" else size


def has_offset(text: str) -> bool:
    """Whether an ISO text says how far its clock is ahead of UTC."""
    read = _read(text)
    return read is not None and read[1] is not None
