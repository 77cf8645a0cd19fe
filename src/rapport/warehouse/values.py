"""Values of the warehouse as JSON."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from rapport.clock import from_datetime, to_iso

_EXACT = 2**53  # beyond it a JSON number is no longer exact for most readers


def json_safe(value: Any) -> Any:
    """A value that fits into JSON without losing anything: what does not fit becomes text.

    >>> json_safe(Decimal("1.50")), json_safe(2**60), json_safe(float("nan"))
    ('1.50', '1152921504606846976', None)
    >>> json_safe(datetime(2026, 1, 2, 3, 4, 5)), json_safe({"a": b"\\xff"})
    ('2026-01-02T03:04:05.000000Z', {'a': 'ff'})
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return to_iso(from_datetime(value))
    if isinstance(value, date | time):
        return value.isoformat()
    return _nested(value)


def _nested(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {_key(k): json_safe(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [json_safe(v) for v in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return str(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(json_safe(key))
