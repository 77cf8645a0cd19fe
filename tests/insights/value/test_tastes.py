"""Neha's first purchase was a kitchen knife; ever since she buys cheap jewellery."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rapport.insights.value import discount_affinity, registry
from tests.insights.value.planting import DAY, NOW, Planted, Row, order

NEHA = 2071


def line(category: str, price: float) -> list[dict[str, Any]]:
    return [{"category": category, "price": price, "quantity": 1}]


def crowd() -> list[Row]:
    """Forty people who buy a bit of everything, at all prices."""
    kinds = ("kitchen", "jewellery", "ethnic", "bags")
    return [
        order(n, NOW - (n + 10 * k) * DAY, 500, products=line(kinds[(n + k) % 4], 100 + 37 * k + n))
        for n in range(1, 41)
        for k in range(6)
    ]


def neha(weeks: int) -> list[Row]:
    first = order(NEHA, NOW - 215 * DAY, 649, products=line("kitchen", 649))
    weekly = [
        order(NEHA, NOW - (7 * w + 2) * DAY, 150, coupon="FLAT", discount=30,
              products=line("jewellery", 99 + w % 3))
        for w in range(weeks)
    ]  # fmt: skip
    return [first, *weekly]


def traits(planted: Planted, model: str, profile: int = NEHA, **settings: Any) -> dict[str, Any]:
    run = registry.run_on(model, planted.history(**settings))
    return dict(registry.by_profile(run))[profile]


def test_weekly_jewellery_outweighs_the_first_knife(planted: Planted) -> None:
    planted.load([*crowd(), *neha(28)])
    told = traits(planted, "affinity")
    assert told["favourite_category"] == told["distinctive_category"] == "jewellery"
    assert told["category_affinity"][0] == "jewellery"
    assert told["category_affinity_shares"][0] > 0.75
    assert told["category_affinity_shares"] == sorted(
        told["category_affinity_shares"], reverse=True
    )


def test_after_few_weeks_already(planted: Planted) -> None:
    planted.load([*crowd(), *neha(2)])
    assert traits(planted, "affinity")["favourite_category"] == "jewellery"


def test_one_order_makes_no_favourite(planted: Planted) -> None:
    planted.load([*crowd(), *neha(0)])
    told = traits(planted, "affinity")
    assert "favourite_category" not in told
    assert "price_band" not in traits(planted, "price_band")


def test_looks_count_less_than_orders(planted: Planted) -> None:
    looks: list[Row] = [
        (NEHA, NOW - n * DAY, "Product Viewed", {"category": "bags"}) for n in range(1, 20)
    ]
    planted.load([*crowd(), *neha(10), *looks])
    told = traits(planted, "affinity")
    assert told["favourite_category"] == "jewellery"
    without = traits(planted, "affinity", interests={})
    share = dict(zip(told["category_affinity"], told["category_affinity_shares"], strict=True))
    assert share["bags"] > dict(
        zip(without["category_affinity"], without["category_affinity_shares"], strict=True)
    ).get("bags", 0)


def test_old_tastes_fade(planted: Planted) -> None:
    rows = [order(1, NOW - (400 + n) * DAY, 9, products=line("toys", 5)) for n in range(20)]
    rows += [order(1, NOW - n * DAY, 9, products=line("books", 5)) for n in range(1, 5)]
    planted.load([*rows, *crowd()[6:]])
    assert traits(planted, "affinity", 1)["favourite_category"] == "books"


def test_cheap_is_meant_within_the_category(planted: Planted) -> None:
    """Her knife was dear for a knife, her jewellery is the cheapest there is."""
    planted.load([*crowd(), *neha(28)])
    told = traits(planted, "price_band")
    assert told["price_band"] == "low"
    assert 99 <= told["typical_price"] <= 101
    rich = [order(9999, NOW - n * DAY, 9, products=line("jewellery", 900)) for n in range(1, 9)]
    planted.load(rich)
    assert traits(planted, "price_band", 9999)["price_band"] == "high"


def test_she_is_a_discount_seeker(planted: Planted) -> None:
    planted.load([*crowd(), *neha(28)])
    told = traits(planted, "discount_affinity")
    assert told["discount_seeker"] is True
    assert told["discount_affinity"] > 0.8
    assert told["discount_depth"] == pytest.approx(28 * 30 / (28 * 30 + 28 * 150 + 649), abs=1e-4)
    assert traits(planted, "discount_affinity", 1)["discount_seeker"] is False
    assert traits(planted, "rfm")["rfm_class"] == "discount_seeker"


def test_a_planted_spread_of_discounts_is_found() -> None:
    rng = np.random.default_rng(4)
    orders = rng.integers(1, 30, 4_000)
    cheap = rng.binomial(orders, rng.beta(2.0, 6.0, 4_000)).astype(np.float64)
    found = discount_affinity.spread(orders, cheap)
    assert found.a == pytest.approx(2.0, rel=0.15)
    assert found.b == pytest.approx(6.0, rel=0.15)


def test_where_everybody_gets_discounts_few_are_seekers(planted: Planted) -> None:
    planted.load(
        [order(n, NOW - k * DAY, 10, discount=1) for n in range(1, 60) for k in range(1, 9)]
    )
    run = registry.run("discount_affinity", planted.warehouse, NOW)
    assert not any(run.values["discount_seeker"].to_pylist())
