from __future__ import annotations

import numpy as np
import pytest

from rapport.errors import Conflict
from rapport.insights.value import forecast
from tests.insights.value.planting import DAY, NOW, Planted, order

WEEKLY = np.array([1.0, 1.0, 1.1, 1.2, 1.5, 2.0, 0.4])


def series(days: int, *, growth: float = 0.0, noise: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(9)
    shape = np.resize(WEEKLY, days) * (1 + growth * np.arange(days) / days)
    found: np.ndarray = 1_000 * shape * np.exp(rng.normal(0, noise, days))
    return found


def load(planted: Planted, revenue: np.ndarray) -> None:
    days = len(revenue)
    planted.load(
        [order(n % 9, NOW - (days - n) * DAY + 5, float(r)) for n, r in enumerate(revenue)]
    )


def test_a_week_s_shape_is_told_better_than_by_last_week(planted: Planted) -> None:
    whole = series(420, growth=0.4)
    load(planted, whole[:392])
    found = forecast.forecast(planted.history(), 28)
    told = np.array([p.revenue for p in found.points])
    metrics = found.card.metrics
    assert metrics["backtest_mae"] < metrics["backtest_mae_same_weekday"]
    assert metrics["backtest_in_interval"] == pytest.approx(0.8, abs=0.1)
    truth = whole[392:]
    assert np.abs(told - truth).mean() / truth.mean() < 0.15
    assert found.total == pytest.approx(truth.sum(), rel=0.08)
    assert found.total_low < found.total < found.total_high
    assert all(p.low < p.revenue < p.high for p in found.points)
    assert [p.at for p in found.points] == [NOW + n * DAY for n in range(28)]
    assert [p.at for p in found.past] == [NOW - n * DAY for n in range(56, 0, -1)]
    assert [p.revenue for p in found.past] == pytest.approx(whole[336:392], abs=0.01)


def test_intervals_reach_to_both_sides_also_where_all_errors_went_to_one() -> None:
    """Eight of ten lie within, and one more for those that were not seen."""
    assert forecast._reach(np.arange(1.0, 10.0)) == 8
    assert forecast._reach(-np.arange(1.0, 13.0)) == 11
    assert forecast._reach(np.array([3.0])) == 3
    assert forecast._around(10.0, 4.0) == (10.0, 6.0, 14.0)
    assert forecast._around(10.0, 12.0) == (10.0, 0.0, 22.0)


def test_a_shop_that_grows_has_a_lower_bound_of_its_own(planted: Planted) -> None:
    load(planted, series(400, growth=3.0, noise=0.02))
    found = forecast.forecast(planted.history(), 28)
    assert found.card.metrics["backtest_bias"] > 0
    assert found.total_low < found.total < found.total_high
    assert all(p.low < p.revenue < p.high for p in found.points)
    assert sum(p.revenue for p in found.points) == pytest.approx(found.total, abs=0.2)


def test_the_unfinished_day_does_not_pull_the_forecast_down(planted: Planted) -> None:
    load(planted, series(200, noise=0.0))
    start = forecast.forecast(planted.history(NOW), 7)
    later = forecast.forecast(planted.history(NOW + 60_000_000), 7)
    assert start.points == later.points


def test_without_chance_the_shape_is_repeated(planted: Planted) -> None:
    load(planted, series(210, noise=0.0))
    found = forecast.forecast(planted.history(), 14)
    truth = 1_000 * np.resize(WEEKLY, 14)
    assert [p.revenue for p in found.points] == pytest.approx(truth.tolist(), rel=0.02)


def test_past_forecasts_see_only_their_past() -> None:
    """A method that peeks would be found out: each is given a beginning of the series only."""
    given: list[int] = []

    def method(known: np.ndarray, days: int) -> np.ndarray:
        given.append(len(known))
        return forecast.same_weekday(known, days)

    whole = series(200)
    starts = forecast._starts(200, 30)
    forecast._errors(method, whole, starts, 30)
    assert given == starts
    assert max(starts) + 30 == 200


def test_too_short_a_past_is_said(planted: Planted) -> None:
    load(planted, series(40))
    with pytest.raises(Conflict, match="too few"):
        forecast.forecast(planted.history(), 30)
