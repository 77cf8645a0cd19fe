from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from rapport.errors import Conflict
from rapport.insights.value import next_purchase, registry
from tests.insights.value.planting import DAY, NOW, Planted, Row, order


def rhythm(seed: int, people: int, *, days: int = 400) -> list[Row]:
    """Everybody has a gap of her own, from four days to two months."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for node in range(1, people + 1):
        own, at = np.exp(rng.uniform(np.log(4), np.log(60))), rng.uniform(0, 60)
        while at < days:
            rows.append(order(node, NOW - int((days - at) * DAY), 10))
            at += own * np.exp(rng.normal(0, 0.35))
    return rows


def test_rhythms_are_told_and_intervals_hold(planted: Planted) -> None:
    planted.load(rhythm(1, 400))
    run = registry.run("next_purchase", planted.warehouse, NOW)
    metrics = run.card.metrics
    assert metrics["backtest_days_off"] < 0.7 * metrics["backtest_days_off_same_for_all"]
    assert metrics["backtest_in_interval"] == pytest.approx(0.8, abs=0.12)


def test_a_weekly_customer_is_due_in_a_week_at_most(planted: Planted) -> None:
    weekly = [order(999, NOW - (2 + 7 * n) * DAY, 10) for n in range(30)]
    gone = [order(998, NOW - (200 + 7 * n) * DAY, 10) for n in range(30)]
    late = [order(997, NOW - (12 + 7 * n) * DAY, 10) for n in range(30)]
    planted.load([*rhythm(2, 60), *weekly, *gone, *late])
    told = dict(registry.by_profile(registry.run("next_purchase", planted.warehouse, NOW)))
    assert told[999]["usual_gap_days"] == pytest.approx(7, abs=1.5)
    assert 3 <= told[999]["next_purchase_days"] <= 8
    on = date.fromisoformat(told[999]["next_purchase_on"])
    assert told[999]["next_purchase_from"] <= on.isoformat() <= told[999]["next_purchase_to"]
    assert told[999]["overdue"] is False
    assert told[997]["overdue"] is True
    assert "next_purchase_on" not in told[998], "nobody waits for who is long gone"


def test_waiting_longer_never_makes_a_forecast_earlier() -> None:
    law = next_purchase.Law(2.0, 0.5, 0.5)
    waited = np.linspace(0, 40, 60)
    held = next_purchase.Gaps(
        np.arange(60), waited, np.full(60, 4), np.full(60, 2.0), np.zeros(0), np.zeros(0, np.int64)
    )
    due = next_purchase.due(law, held, 0.5) + waited
    assert (np.diff(due[np.isfinite(due)]) >= 0).all()


def test_too_few_gaps_are_said(planted: Planted) -> None:
    planted.load([order(1, NOW - DAY, 10)])
    with pytest.raises(Conflict):
        registry.run("next_purchase", planted.warehouse, NOW)
