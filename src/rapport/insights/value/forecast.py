"""Revenue forecast by day, with intervals that were measured, and a back-test.

Three simple methods are tried on the past, from many starting points: the same weekday of last
week, the mean of the last weeks' weekdays, and damped Holt-Winters. The forecast is the mean of
those that are not worse than the first. Intervals reach as far to both sides as most errors made in
the past did.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import numpy as np

from rapport.clock import DAY
from rapport.errors import TooLittle
from rapport.insights.value.arrays import Floats, totals
from rapport.insights.value.history import History
from rapport.insights.value.model_card import Card, Note

WEEK: Final = 7
_LEAST: Final = 8 * WEEK
_STARTS: Final = 12  # forecasts made in the past
_LEVEL: Final = 0.8  # of intervals
_MEMORY: Final = 2 * 366


class Point(msgspec.Struct, frozen=True):
    """`low` is 0 where the interval reaches below it: revenue does not."""

    at: int  # midnight UTC, µs
    revenue: float
    low: float
    high: float


class Past(msgspec.Struct, frozen=True):
    at: int  # midnight UTC, µs
    revenue: float


class Forecast(msgspec.Struct, frozen=True):
    """`total` is of all points, with an interval of its own: errors of days cancel in part. `past`
    are the whole days before them, twice as many, and four weeks at least."""

    points: list[Point]
    total: float
    total_low: float
    total_high: float
    past: list[Past]
    card: Card


def daily(history: History) -> tuple[int, Floats]:
    """Number of the first day, and the revenue of each whole day until yesterday (UTC)."""
    book = history.orders
    today = history.now // DAY
    day = book.at // DAY
    kept = (day < today) & (day >= today - _MEMORY)
    if not kept.any():
        return int(today), np.zeros(0)
    first = int(day[kept].min())
    return first, totals(day[kept] - first, book.revenue[kept], today - first)


def forecast(history: History, days: int = 30) -> Forecast:
    """Raises `TooLittle` when there are fewer than eight weeks, or less than twice `days`."""
    first, series = daily(history)
    if len(series) < max(_LEAST, 2 * days):
        raise TooLittle(
            f"{len(series)} days of orders are too few to forecast {days}",
            hint=f"wait until there are {max(_LEAST, 2 * days)}, or ask for fewer",
        )
    starts = _starts(len(series), days)
    past = {name: _errors(method, series, starts, days) for name, method in _METHODS.items()}
    size = {name: float(np.abs(each).mean()) for name, each in past.items()}
    used = [name for name in _METHODS if size[name] <= size["same_weekday"]]
    told = _mean_of(used, series, days)
    errors = np.stack([past[name] for name in used]).mean(axis=0)
    of_day, of_sum = _reach(errors), _reach(errors.sum(axis=1))
    total = float(told.sum())
    metrics = _metrics(size, errors, series, starts)
    return Forecast(
        [
            Point((first + len(series) + n) * DAY, *_around(revenue, of_day))
            for n, revenue in enumerate(told.tolist())
        ],
        *_around(total, of_sum),
        _past(first, series, max(2 * days, 4 * WEEK)),
        _card(history, series, first, used, metrics),
    )


def same_weekday(series: Floats, days: int) -> Floats:
    """The baseline: as it was on the same weekday of the last week."""
    return np.resize(series[-WEEK:], days)


def mean_weekday(series: Floats, days: int) -> Floats:
    """The mean of the same weekday of the last six weeks."""
    weeks = min(6, len(series) // WEEK)
    found: Floats = np.resize(series[-weeks * WEEK :].reshape(weeks, WEEK).mean(axis=0), days)
    return found


def holt_winters(series: Floats, days: int) -> Floats:
    """Additive, with a damped trend; smoothing chosen by the errors of one day ahead."""
    choices = [
        (level, trend, season)
        for level in (0.02, 0.05, 0.1, 0.2, 0.4)
        for trend in (0.0, 0.02, 0.1)
        for season in (0.05, 0.15, 0.3)
    ]
    level, trend, season = np.array(choices).T
    cost, ends = _smooth(series, level, trend, season)
    best = int(np.argmin(cost))
    damped = np.cumsum(_DAMPING ** np.arange(1, days + 1))
    height, slope, seasons = ends[0][best], ends[1][best], ends[2][best]
    of_day = seasons[(len(series) + np.arange(days)) % WEEK]
    found: Floats = height + damped * slope + of_day
    return found


_DAMPING: Final = 0.95
_METHODS: Final[Mapping[str, Callable[[Floats, int], Floats]]] = {
    "same_weekday": same_weekday,
    "mean_weekday": mean_weekday,
    "holt_winters": holt_winters,
}


def _smooth(
    series: Floats, level: Floats, trend: Floats, season: Floats
) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
    """All choices at once: squared errors of each, and where each ends."""
    start = series[: 2 * WEEK].reshape(2, WEEK).mean(axis=0)
    height = np.full(len(level), start.mean())
    slope = np.zeros(len(level))
    seasons = np.tile(start - start.mean(), (len(level), 1))
    cost = np.zeros(len(level))
    for day, value in enumerate(series.tolist()):
        of_day = seasons[:, day % WEEK]
        ahead = height + _DAMPING * slope
        if day >= 2 * WEEK:
            cost += (value - ahead - of_day) ** 2
        before, height = height, level * (value - of_day) + (1 - level) * ahead
        slope = trend * (height - before) + (1 - trend) * _DAMPING * slope
        seasons[:, day % WEEK] = season * (value - height) + (1 - season) * of_day
    return cost, (height, slope, seasons)


def _past(first: int, series: Floats, days: int) -> list[Past]:
    start = max(len(series) - days, 0)
    shown = enumerate(series[start:].tolist(), first + start)
    return [Past(day * DAY, round(revenue, 2)) for day, revenue in shown]


def _starts(length: int, days: int) -> list[int]:
    """Lengths of the past that are forecast from; each leaves as many days as are told."""
    first = max(length // 2, 4 * WEEK)
    return sorted({int(n) for n in np.linspace(first, length - days, _STARTS)})


def _errors(
    method: Callable[[Floats, int], Floats], series: Floats, starts: list[int], days: int
) -> Floats:
    """What was observed less what was told: one row a start, one column a day."""
    told = np.stack([np.maximum(method(series[:n], days), 0.0) for n in starts])
    missed: Floats = np.stack([series[n : n + days] for n in starts]) - told
    return missed


def _mean_of(used: list[str], series: Floats, days: int) -> Floats:
    told = np.stack([_METHODS[name](series, days) for name in used])
    found: Floats = np.maximum(told, 0.0).mean(axis=0)
    return found


def _reach(errors: Floats) -> float:
    """How far the interval goes to either side: as far as `_LEVEL` of the errors did, one more of
    them counted as they are few (split conformal prediction, Lei et al. 2018). Of one day: all days
    ahead together, as a dozen errors of each alone are too few. The side to which forecasts of the
    past erred, as of a shop that grows, need not be that of the next error."""
    rank = min(errors.size, math.ceil((errors.size + 1) * _LEVEL))
    return float(np.sort(np.abs(errors), axis=None)[rank - 1])


def _around(told: float, reach: float) -> tuple[float, float, float]:
    return round(told, 2), round(max(told - reach, 0.0), 2), round(told + reach, 2)


def _metrics(
    size: Mapping[str, float], errors: Floats, series: Floats, starts: list[int]
) -> dict[str, float]:
    """Coverage is of each start by the errors of the starts before it."""
    inside = [
        float((np.abs(errors[n]) <= _reach(errors[:n])).mean()) for n in range(4, len(starts))
    ]
    error, mean = float(np.abs(errors).mean()), max(float(series.mean()), 1e-9)
    found = {
        "backtest_mae": error,
        "backtest_mae_same_weekday": size["same_weekday"],
        "backtest_relative_error": error / mean,
        "backtest_bias": float(errors.mean()) / mean,
        "skill": 1 - error / max(size["same_weekday"], 1e-9),
        "interval": _LEVEL,
        "backtest_starts": float(len(starts)),
    }
    if inside:
        found["backtest_in_interval"] = float(np.mean(inside))
    return {name: round(value, 4) for name, value in found.items()}


def _card(
    history: History, series: Floats, first: int, used: list[str], metrics: Mapping[str, float]
) -> Card:
    return Card(
        model="forecast",
        version=1,
        trained_at=history.now,
        data_from=first * DAY,
        data_until=(first + len(series)) * DAY,
        people=len(np.unique(history.orders.person)),
        events=len(history.orders.at),
        metrics=metrics,
        notes=[Note("mean_of", {"methods": ", ".join(used)})],
    )
