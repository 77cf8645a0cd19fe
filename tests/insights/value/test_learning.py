"""Churn and propensity: nothing of the future gets in, and what is told is what happens."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.errors import Conflict
from rapport.insights.value import features, learning, registry
from rapport.insights.value.features import FEATURES
from tests.insights.value.planting import DAY, HOUR, NOW, Planted, Row, order


def shop(seed: int, people: int = 700, days: int = 420) -> list[Row]:
    """Some come every week or two, some stop at a random day, some come seldom."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for node in range(1, people + 1):
        gap = rng.choice([6.0, 14.0, 45.0])
        leaves = rng.uniform(0, days * 1.6)
        at = rng.uniform(0, 150)
        while at < min(leaves, days):
            rows.append(order(node, NOW - int((days - at) * DAY), 20.0 + node % 7))
            at += rng.exponential(gap) + 0.1
    return rows


def test_features_of_a_cut_off_do_not_know_what_came_after(planted: Planted) -> None:
    cut = features.cut_off(NOW, 60)
    before = [
        order(n, cut - n * DAY - k * 9 * DAY, 10 + n, order_id=f"{n}-{k}", coupon="C" * (n % 2))
        for n in range(1, 30)
        for k in range(n % 5 + 1)
    ]
    seen = [(n, cut - (n % 3) * DAY - HOUR, "Product Viewed", {}) for n in range(1, 30)]
    planted.load([*before, *seen])
    then = features.at(planted.history(cut), cut)
    after = [order(n, cut + n * HOUR, 999, coupon="X") for n in range(1, 40)]
    back = [(n, cut + HOUR, "Order Refunded", {"order_id": f"{n}-0"}) for n in range(1, 30)]
    clicks = [(n, cut + n, "Email Clicked", {"category": "new"}) for n in range(1, 40)]
    planted.load([*after, *back, *clicks])
    now = features.at(planted.history(NOW), cut)
    assert now.profile.tolist() == then.profile.tolist()
    np.testing.assert_array_equal(now.values, then.values)


@given(st.integers(1, 200), st.integers(0, 2_000))
def test_outcomes_of_training_end_before_the_validation_begins(horizon: int, age: int) -> None:
    cuts = learning.cut_offs(NOW, horizon, NOW - age * DAY)
    assert all(cut % DAY == 0 for cut in cuts)
    assert all(cut + horizon * DAY <= NOW for cut in cuts)
    assert all(early + horizon * DAY <= late for late, early in pairwise(cuts))


def test_features_say_what_they_mean(planted: Planted) -> None:
    cut = features.cut_off(NOW, 0)
    planted.load(
        [
            order(1, cut - 100 * DAY, 30, products=[{"category": "a"}, {"category": "b"}]),
            order(1, cut - 20 * DAY, 10, coupon="X", products=[{"category": "a"}]),
            order(1, cut - 10 * DAY, 20, order_id="r"),
            (1, cut - 5 * DAY, "Product Viewed", {}),
            (1, cut - 5 * DAY - HOUR, "Product Viewed", {}),
            (1, cut - 2 * DAY, "Email Sent", {}),  # not her doing
            (1, cut - 3 * DAY, "Email Clicked", {}),
            order(2, cut - 40 * DAY, 5, order_id="s"),
            (2, cut - 1 * DAY, "Order Refunded", {"order_id": "s", "total": 2}),
        ]
    )
    found = features.at(planted.history(), cut)
    one, two = (dict(zip((f.name for f in FEATURES), row, strict=True)) for row in found.values)
    assert one == pytest.approx(
        {
            "recency": 10, "tenure": 100, "orders": 3, "orders_30d": 2, "orders_90d": 2,
            "orders_365d": 3, "gap": 45, "overdue": 10 / 45,
            "irregular": np.sqrt((35**2 + 35**2) / 2) / 45, "trend": 3 / 2, "revenue_90d": 30,
            "order_value": 20, "discounted": 1 / 3, "refunds": 0, "categories": 2,
            "active_30d": 4, "active_90d": 4, "idle": 3, "responses_90d": 1,
        }
    )  # fmt: skip
    assert two["refunds"] == 1
    assert two["order_value"] == 3
    assert two["gap"] == 40, "of one order only its age is known"


def test_planted_leavers_are_found_and_probabilities_hold(planted: Planted) -> None:
    planted.load(shop(1))
    run = registry.run_on("churn", planted.history(churn_days=45))
    metrics = run.card.metrics
    assert metrics["auc"] > 0.8
    assert metrics["brier_skill"] > 0.25
    assert metrics["calibration_error"] < 0.08
    rows = run.card.calibration
    assert sum(row.people for row in rows) > 400
    assert rows[0].observed < 0.3 < 0.7 < rows[-1].observed
    assert {f.name for f in run.card.features} == set(run.card.reference)
    values = run.values.to_pydict()
    high = [
        r for r, b in zip(values["churn_reasons"], values["churn_band"], strict=True) if b == "high"
    ]
    assert high
    assert sum("recency" in r or "overdue" in r or "orders_30d" in r for r in high) > len(high) / 2


def test_outcomes_that_nothing_tells_cannot_be_told(planted: Planted) -> None:
    """With outcomes at random the validation says so: it has not seen them."""
    planted.load(shop(2, people=400))
    history = planted.history()
    cuts = learning.cut_offs(NOW, 45, int(history.orders.at.min()))
    rng = np.random.default_rng(5)

    def shuffled(cuts: list[int]) -> learning.Sample:
        held = learning.sample(history, cuts, 45, 365)
        return held._replace(ordered=rng.random(len(held.ordered)) < 0.5)

    trained, test = learning.fit(shuffled(cuts[1:]), 1), shuffled(cuts[:1])
    assert learning.auc(trained.probability(test.values), test.ordered) == pytest.approx(
        0.5, abs=0.1
    )


def test_the_same_history_gives_the_same_answers(planted: Planted) -> None:
    planted.load(shop(3, people=160))
    first, second = (
        registry.run_on("propensity", planted.history(propensity_days=30)) for _ in range(2)
    )
    assert first.values.equals(second.values)


def test_too_short_a_history_is_said(planted: Planted) -> None:
    planted.load([order(n, NOW - n * HOUR, 5) for n in range(1, 60)])
    with pytest.raises(Conflict, match="three times 90 days"):
        registry.run("churn", planted.warehouse, NOW)


def test_auc_counts_pairs() -> None:
    rng = np.random.default_rng(0)
    told, happened = rng.integers(0, 5, 60) / 5, rng.random(60) < 0.4
    yes, no = told[happened], told[~happened]
    pairs = (yes[:, None] > no).sum() + (yes[:, None] == no).sum() / 2
    assert learning.auc(told, happened) == pytest.approx(pairs / (len(yes) * len(no)))
    assert learning.auc(told, np.ones(60, np.bool_)) == 0.5
