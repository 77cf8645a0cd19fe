from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.errors import Conflict
from rapport.insights.value import lookalikes, registry
from tests.insights.value.planting import DAY, NOW, Planted, Row, order


def two_kinds(people: int = 120) -> list[Row]:
    """Even nodes buy jewellery every week, odd ones kitchen things now and then."""
    rng = np.random.default_rng(3)
    rows: list[Row] = []
    for node in range(1, people + 1):
        weekly = node % 2 == 0
        kind, price = ("jewellery", 150.0) if weekly else ("kitchen", 900.0)
        for n in range(20 if weekly else 4):
            at = NOW - int(((n * 7 if weekly else n * 60) + rng.uniform(1, 6)) * DAY)
            rows.append(order(node, at, price, products=[{"category": kind, "price": price}]))
    return rows


def test_the_planted_kind_is_found(planted: Planted) -> None:
    planted.load(two_kinds())
    seeds = np.arange(2, 62, 2)
    run = registry.run("lookalikes", planted.warehouse, NOW, seeds=seeds)
    assert run.card.metrics["auc_of_hidden_seeds"] > 0.6
    assert run.card.parameters["seed_likes_jewellery"] == len(seeds)
    told = {p: t["lookalike_rank"] for p, t in registry.by_profile(run)}
    assert not set(told) & set(seeds.tolist())
    best = sorted(told, key=lambda p: told[p])[:30]
    assert best
    assert all(p % 2 == 0 for p in best)
    similar = run.values["lookalike_similarity"].to_pylist()
    assert all(0 < s <= 1 for s in similar)


def test_a_few_seeds_would_give_people_away(planted: Planted) -> None:
    planted.load(two_kinds(40))
    with pytest.raises(Conflict, match="fewer than 20"):
        registry.run("lookalikes", planted.warehouse, NOW, seeds=np.arange(1, 15))


def test_similarity_is_that_of_the_nearest() -> None:
    rng = np.random.default_rng(1)
    points, seeds = rng.normal(size=(50, 4)), rng.normal(size=(9, 4))
    away = np.sqrt(((points[:, None] - seeds[None]) ** 2).sum(axis=2))
    expected = 1 / (1 + np.sort(away, axis=1)[:, :5].mean(axis=1))
    np.testing.assert_allclose(lookalikes.similarity(points, seeds), expected, rtol=1e-6)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=80), st.integers(2, 12))
def test_no_group_below_k_is_told_or_can_be_subtracted(values: list[str], k: int) -> None:
    told = lookalikes.groups_of_at_least(k, values)
    assert all(count >= k for count in told.values())
    hidden = len(values) - sum(told.values())
    assert hidden == 0 or not told, "what is missing of the total is nobody"
    for name, count in told.items():
        assert name == "other" or values.count(name) == count
