from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rapport.insights.value import registry, rfm
from tests.insights.value.planting import DAY, NOW, Planted, order


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_scores_keep_order_and_ties(values: list[int]) -> None:
    held = np.array(values, np.float64)
    found = rfm.scores(held)
    assert ((found >= 1) & (found <= 5)).all()
    order = np.argsort(held, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    assert all(len(set(found[held == v].tolist())) == 1 for v in set(values))


def test_scores_are_fifths() -> None:
    assert np.bincount(rfm.scores(np.arange(100.0)))[1:].tolist() == [20] * 5


def test_every_customer_has_a_class() -> None:
    scores = np.array(list(product(range(1, 6), repeat=3)))
    for count, cheap in product((1, 2, 3, 40), (False, True)):
        size = len(scores)
        found = rfm.classes(*scores.T, np.full(size, count), np.full(size, cheap))
        assert len(found) == size
        assert set(found) <= {rule.name for rule in rfm.RULES}


def test_planted_customers_get_their_names(planted: Planted) -> None:
    rows = []
    for node in range(1, 61):  # a crowd that bought twice, long ago and lately
        rows += [order(node, NOW - (node * 10 + n) * DAY, 50) for n in (0, 40)]
    rows += [order(100, NOW - n * 7 * DAY - DAY, 400) for n in range(30)]
    rows += [order(101, NOW - n * 7 * DAY - DAY, 9, coupon="X") for n in range(30)]
    rows += [order(102, NOW - DAY, 80)]
    rows += [order(103, NOW - (580 + n) * DAY, 500) for n in range(12)]
    rows += [order(104, NOW - 900 * DAY, 5)]
    planted.load(rows)
    run = registry.run("rfm", planted.warehouse, NOW)
    told = {profile: traits["rfm_class"] for profile, traits in registry.by_profile(run)}
    assert {n: told[n] for n in range(100, 105)} == {
        100: "champion",
        101: "discount_seeker",
        102: "new",
        103: "at_risk",
        104: "lost",
    }
