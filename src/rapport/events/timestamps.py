"""Reading clients' timestamps, and correcting their clocks.

Four stamps are kept: originalTimestamp (the client's clock), sentAt (the client's clock when the
request left), receivedAt (our clock) and timestamp (when it happened, on our clock):

    timestamp = receivedAt - (sentAt - originalTimestamp)

which is Segment's formula. Without a readable sentAt the original stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from rapport.clock import DAY, HOUR, MINUTE, from_datetime
from rapport.config import Settings
from rapport.events.model import ANCIENT, FUTURE, SKEWED

EARLIEST = from_datetime(
    datetime.min.replace(tzinfo=UTC)
)  # the years 1 to 9999: what every reader can show
LATEST = from_datetime(datetime.max.replace(tzinfo=UTC))
SKEW_TOLERANCE = MINUTE  # below this the difference is the way through the network

Corrected = tuple[int, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - subtracted from naive values, taken as UTC
_MICROSECOND = timedelta(microseconds=1)
_from_iso = datetime.fromisoformat
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,9})?")
_JAVASCRIPT = re.compile(  # Date.prototype.toString
    r"\w{3} (\w{3}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})"
)
# Numbers below these limits are seconds, milliseconds, microseconds, nanoseconds since 1970.
_UNITS = ((1e11, 1_000_000.0), (1e14, 1_000.0), (1e17, 1.0), (1e20, 0.001))


def parse(value: Any) -> int | None:
    """Microseconds of a client's timestamp; None if it is absent or cannot be read.

    Reads ISO 8601 with any offset (none is taken as UTC), numbers (s, ms, µs or ns since 1970, by
    magnitude), RFC 2822 and what JavaScript's `String(date)` gives.
    """
    if type(value) is str:
        if len(value) > 8 and value[4].isdecimal():  # "2794061570000" is no date of the year 2794
            return _parse_other(value.strip())
        try:
            moment = _from_iso(value)
            epoch = _EPOCH if moment.tzinfo is not None else _NAIVE_EPOCH
            micros = (moment - epoch) // _MICROSECOND
        except (ValueError, OverflowError):
            return _parse_other(value.strip())
        return micros if EARLIEST <= micros <= LATEST else None
    if type(value) is int or type(value) is float:
        return _from_number(value)
    return None


def correct(original: int | None, sent: int | None, received: int, limits: Limits) -> Corrected:
    """(timestamp, flags) by the formula. All instants µs UTC."""
    flags = 0
    if original is None:
        return received, flags
    timestamp = original
    if sent is not None:
        shift = received - sent
        timestamp += shift
        if shift > SKEW_TOLERANCE or shift < -SKEW_TOLERANCE:
            flags = SKEWED
    if timestamp - received > limits.future:
        return received, flags | FUTURE
    if received - timestamp > limits.ancient:
        return max(timestamp, EARLIEST), flags | ANCIENT
    return timestamp, flags


class Limits(NamedTuple):
    """How far (µs) a timestamp may lie after and before its arrival without being flagged."""

    future: int
    ancient: int

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        return cls(settings.future_limit_hours * HOUR, settings.ancient_limit_days * DAY)


def _from_number(value: float) -> int | None:
    size = abs(value)
    for limit, factor in _UNITS:
        if size < limit:
            micros = round(value * factor) if type(value) is float else _exact(int(value), factor)
            return micros if EARLIEST <= micros <= LATEST else None
    return None


def _exact(value: int, factor: float) -> int:
    return value // 1000 if factor < 1 else value * int(factor)


def _parse_other(text: str) -> int | None:
    if _NUMBER.fullmatch(text):
        return _from_number(float(text) if "." in text else int(text))
    for read in _OTHER_FORMS:
        try:
            moment = read(text)
            return parse(moment.isoformat())
        except (ValueError, IndexError, TypeError, OverflowError):
            continue
    return None


def _leap_second(text: str) -> datetime:
    if ":60" not in text:
        raise ValueError
    return datetime.fromisoformat(text.replace(":60", ":59", 1))


def _stripped(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("UTC").removesuffix("GMT").strip())


def _javascript(text: str) -> datetime:
    found = _JAVASCRIPT.match(text)
    if found is None:
        raise ValueError
    return datetime.strptime(" ".join(found.groups()), "%b %d %Y %H:%M:%S %z")


_OTHER_FORMS: tuple[Callable[[str], datetime], ...] = (
    _stripped,
    _leap_second,
    _javascript,
    parsedate_to_datetime,
)
