"""Edge data for every function of `Dialect`, with what Python says it has to give."""

from __future__ import annotations

import hashlib
import json
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rapport.warehouse.dialect import Dialect, Unit
from rapport.warehouse.jsonsql import ISO, MILLIS_FROM, NUMBER
from rapport.warehouse.sqlbuild import E

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST = Decimal(10**32)
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)

DOCUMENTS = [
    *("{}", '{"x": null}', '{"x": "a\\u00e9\\"\\\\ \\n"}', '{"x": 1.50}', '{"x": 1e2}'),
    *('{"x": 0}', '{"x": -7}', '{"x": 12345678901234567}', '{"x": 0.0000005}', '{"x": true}'),
    *('{"x": -0.0000005}', '{"x": "1e5"}', '{"x": " 5"}', '{"x": "5."}', '{"x": "+7.1234565"}'),
    *('{"x": "-7.1234565"}', '{"x": "1e40"}', '{"x": "1e-300"}', '{"x": "1e9999"}'),
    *('{"x": false}', '{"x": {"a": 1}}', '{"x": [1]}', '{"x": "{not"}', '{"x": "null"}'),
    *('{"x": "true"}', '{"x": ""}', '{"x": "2026-02-29"}', '{"x": "2026-02-28"}'),
    *('{"x": "2028-02-29T23:59:59.123456789+05:30"}', '{"x": "2026-03-01 10:00Z"}'),
    *('{"x": "2026-03-01T10:00-0800"}', '{"x": 1760000000}', '{"x": 1760000000123}'),
    *('{"x": "1760000000.5"}', '{"x": "0001-01-01"}', '{"x": "9999-12-31T23:59:59.999999Z"}'),
    *('{"x": "2026-03-01T10:00:00\\n"}', '{"x": "2026-04-31"}', '{"x": "2026-03-01T24:00"}'),
    *('{"x": "99999999999999999999999999999999"}', '{"x": "100000000000000000000000000000000"}'),
    *('{"x": 1e300}', '{"x": 12345678.9}', '{"x": 1234567.123456789}', '{"x": "it\'s 价格"}'),
    *('{"x": 99999999999}', '{"x": 100000000000}', '{"x": "1900-03-01"}', '{"x": "1600-02-29"}'),
]

INSTANTS = [
    "1970-01-01T00:00:00+00:00",
    "1969-12-31T23:59:59.999999+00:00",
    "2024-02-29T12:00:00.000001+00:00",  # a leap day
    "2024-12-29T23:59:59.999999+00:00",  # Sunday in the first ISO week's eve
    "2024-12-30T00:00:00+00:00",  # Monday of week 1 of 2025
    "2025-03-30T00:59:59.999999+00:00",  # a µs before summer time in Europe
    "2025-03-30T01:00:00+00:00",
    "2025-10-26T00:30:00+00:00",  # the hour that comes twice
    "2025-10-26T01:30:00+00:00",
    "2026-01-31T18:45:30.123456+00:00",  # the day after in Kathmandu
    "2038-01-19T03:14:08+00:00",
    "2262-04-12T00:00:00+00:00",
]
MICROS = [(datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1) for text in INSTANTS]


def scalar(document: str) -> Any:
    """The value of "x" as numbers are kept in the text: no float on the way."""
    return json.loads(document, parse_float=Decimal).get("x")


def said(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        return str(value)
    found = number(str(value))
    return None if found is None else f"{found:f}".rstrip("0").rstrip(".")


def number(text: str | None) -> Decimal | None:
    if text is None or not re.fullmatch(NUMBER, text):
        return None
    if Decimal(text).copy_abs() >= LARGEST:
        return None
    found = EXACT.quantize(Decimal(text), Decimal("0.000001"))
    return found if found.copy_abs() < LARGEST else None


def micros(value: Any) -> int | None:
    text = said(value)
    if text is None:
        return None
    if re.fullmatch(ISO, text):
        return _iso(text)
    amount = number(text)
    if amount is None or abs(amount) >= 253_402_300_800_000:
        return None
    return int((amount * (1_000_000 if abs(amount) < MILLIS_FROM else 1_000)) // 1)


def _iso(text: str) -> int | None:
    text = re.sub(r"([.][0-9]{6})[0-9]+", r"\1", text)
    text = re.sub(r"[.]([0-9]{1,5})(?![0-9])", lambda m: f".{m[1]:0<6}", text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    return EPOCH.replace(tzinfo=None) + timedelta(microseconds=at)


def truncated(unit: Unit, at: int, week_start: int = 1, offset: int = 0) -> datetime:
    local = instant(at) + timedelta(minutes=offset)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight.replace(day=1)
    start = {
        "minute": local.replace(second=0, microsecond=0),
        "hour": local.replace(minute=0, second=0, microsecond=0),
        "day": midnight,
        "week": midnight - timedelta(days=(midnight.isoweekday() - week_start) % 7),
        "month": first,
        "quarter": first.replace(month=(first.month - 1) // 3 * 3 + 1),
        "year": first.replace(month=1),
    }[unit]
    return start - timedelta(minutes=offset)


def added(at: int, amount: int, unit: Unit) -> datetime:
    when = instant(at)
    fixed = {"microsecond": 1, "second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6}
    fixed |= {"day": 86400 * 10**6, "week": 7 * 86400 * 10**6}
    if unit in fixed:
        return when + timedelta(microseconds=fixed[unit] * amount)
    month = when.month - 1 + amount * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = when.year + month // 12, month % 12 + 1
    last = monthrange(year, month)[1]
    return when.replace(year=year, month=month, day=min(when.day, last))


def fraction(text: str) -> float:
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16) / 2**32


def zone_days(zone: str, first: datetime, days: int) -> list[tuple[str, int, int]]:
    """(day, start, end in µs) in a zone: what a VALUES table of calendar windows holds."""
    local = first.replace(tzinfo=ZoneInfo(zone))
    bounds = [local + timedelta(days=n) for n in range(days + 1)]
    at = [(b.astimezone(UTC) - EPOCH) // timedelta(microseconds=1) for b in bounds]
    return [(bounds[n].date().isoformat(), at[n], at[n + 1]) for n in range(days)]


JsonCase = tuple[str, Callable[[Dialect, E], E], Callable[[str], Any]]
JSON_CASES: list[JsonCase] = [
    ("exists", lambda d, j: d.json_exists(j, ["x"]), lambda t: scalar(t) is not None),
    ("text", lambda d, j: d.json_text(j, ["x"]), lambda t: said(scalar(t))),
    ("number", lambda d, j: d.json_number(j, ["x"]), lambda t: number(said(scalar(t)))),
    ("micros", lambda d, j: d.json_micros(j, ["x"]), lambda t: micros(scalar(t))),
]
