"""When people come: by hour, by day of the week, by season. All in Indian time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from random import Random

from rapport.clock import DAY, HOUR, SECOND

INDIA = 5 * HOUR + HOUR // 2  # ahead of UTC; there is no summer time
_SHOPPING = (2, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 8, 6, 5, 5, 6, 7, 9, 11, 12, 9, 5)
_TRAINING = (0, 0, 0, 0, 0, 2, 9, 12, 9, 5, 3, 2, 2, 2, 2, 3, 5, 9, 12, 11, 7, 3, 1, 0)
_HOURS = {kind: list(accumulate(w)) for kind, w in (("shop", _SHOPPING), ("gym", _TRAINING))}
_WEEKDAYS = (0.8, 0.8, 0.85, 0.9, 1.0, 1.3, 1.35)  # from Monday
_HEIGHT = 2.2


def hour_of(at: int) -> int:
    """Hour of the day in India."""
    return (at + INDIA) % DAY // HOUR


def busy(at: int, kind: str = "shop") -> float:
    """How much of the busiest hour's traffic this hour has, 0 to 1."""
    weights = _SHOPPING if kind == "shop" else _TRAINING
    return weights[hour_of(at)] / max(weights)


def season(day: int) -> float:
    """Traffic of a day against the average: weekends, the festive sale, resolutions of January."""
    date = datetime.fromtimestamp(day * 86_400, UTC)
    factor = _WEEKDAYS[date.weekday()]
    if (10, 10) <= (date.month, date.day) <= (11, 12):
        factor *= 1.6
    elif date.month in (1, 7):
        factor *= 1.2
    return factor


def moments(
    rng: Random, start: int, end: int, per_week: float, kind: str = "shop"
) -> Iterator[int]:
    """Instants between two others, about so many a week, in the rhythm of `kind`; days in order."""
    at = float(start)
    pace = _HEIGHT * per_week / 7 / DAY
    while True:
        at += rng.expovariate(pace)
        if at >= end:
            return
        day = int(at + INDIA) // DAY
        if rng.random() * _HEIGHT < season(day):
            hour = rng.choices(range(24), cum_weights=_HOURS[kind])[0]
            moment = day * DAY - INDIA + hour * HOUR + rng.randrange(3600) * SECOND
            if start <= moment < end:
                yield moment
