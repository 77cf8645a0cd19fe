"""Durations as people write them: `90s`, `30m`, `12h`, `7d`, `4w`. A day is always 24 hours."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rapport.clock import DAY, HOUR, MINUTE, SECOND

UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
LONGEST: Final = 36_525 * DAY  # a hundred years
WRITTEN: Final = re.compile(r"([1-9][0-9]{0,9})([smhdw])")


@lru_cache(maxsize=4096)
def micros(text: str) -> int:
    """Length in µs. Raises `ValueError` for what is no duration or longer than a hundred years.

    >>> micros("90s"), micros("1w") == 7 * micros("1d")
    (90000000, True)
    """
    found = WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration like 90s, 30m, 12h, 7d or 4w")
    length = int(found[1]) * UNITS[found[2]]
    if length > LONGEST:
        raise ValueError(f"{text!r} is longer than a hundred years")
    return length
