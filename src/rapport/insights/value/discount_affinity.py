"""Discount affinity: whether a customer waits for discounts.

The share of her orders that had one, mixed with everybody's: how much everybody's counts is learnt
from how much customers differ (an empirical Bayes estimate, Beta-Binomial, by moments).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from rapport.insights.value.arrays import Bools, Floats, Ints
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait, basis
from rapport.insights.value.model_card import Feature

_SURE: Final = 0.9
_MORE: Final = 0.1  # of orders: where all have discounts, nobody seeks them more than others
_MOST: Final = 10.0  # orders that everybody's habit may weigh, however alike customers are


class Beta(NamedTuple):
    a: float
    b: float


class Bargains(NamedTuple):
    profile: Ints
    orders: Ints
    cheap: Floats  # orders with a discount or a coupon
    depth: Floats  # share of the full price that discounts took


def bargains(history: History) -> Bargains:
    book = history.orders
    who = book.customers()
    given, paid = who.sum(book.discount), who.sum(book.revenue)
    depth = np.divide(given, given + paid, out=np.zeros(len(given)), where=given + paid > 0)
    cheap = who.sum((book.coupon | (book.discount > 0)).astype(np.float64))
    return Bargains(who.keys, who.count(), cheap, depth)


def spread(orders: Ints, cheap: Floats) -> Beta:
    """The law of shares among customers. Few orders or no difference: everybody is alike."""
    total = float(orders.sum())
    mean = min(max(float(cheap.sum()) / max(total, 1.0), 0.001), 0.999)
    kept = orders > 1
    size = orders[kept].astype(np.float64)
    share = cheap[kept] / size
    between = mean * (1 - mean)
    # Of the variance of shares, the part that chance alone does not make.
    chance = float((between / size).mean()) if len(size) else 1.0
    seen = float(((share - mean) ** 2).mean()) if len(size) else 0.0
    part = (seen - chance) / max(between - chance, 1e-9)
    strength = min(1 / min(max(part, 0.01), 0.95) - 1, _MOST)
    return Beta(mean * strength, (1 - mean) * strength)


def seekers(held: Bargains, prior: Beta | None = None) -> Bools:
    """Who surely (90 %) buys with discounts more often than others, and more often than not."""
    from scipy.special import betainc

    a, b = prior or spread(held.orders, held.cheap)
    usual = a / (a + b)
    above = 1 - betainc(a + held.cheap, b + held.orders - held.cheap, max(usual, 0.5))
    more = (a + held.cheap) / (a + b + held.orders) - usual
    found: Bools = (above > _SURE) & (more >= _MORE) & (held.cheap > 1)
    return found


def _train(history: History) -> Learned:
    held = bargains(history)
    prior = spread(held.orders, held.cheap)
    people, events, start = basis(history)
    parameters = {name: round(value, 4) for name, value in prior._asdict().items()}
    return Learned(prior, people, events, start, _features(held), parameters)


def _features(held: Bargains) -> dict[str, Floats]:
    return {"discounted": held.cheap / np.maximum(held.orders, 1), "depth": held.depth}


def _score(history: History, learned: Learned) -> Scores:
    held, (a, b) = bargains(history), learned.fitted
    share = (a + held.cheap) / (a + b + held.orders)
    return Scores(
        held.profile,
        {
            "discount_affinity": share,
            "discount_seeker": seekers(held, learned.fitted),
            "discount_depth": held.depth,
        },
        _features(held),
    )


MODEL: Final = Model(
    name="discount_affinity",
    title="Discount affinity",
    needs=("orders",),
    traits=(
        Trait("discount_affinity", "number", "share of her next orders that will have a discount"),
        Trait("discount_seeker", "boolean", "surely (90 %) more often than others, and than not"),
        Trait("discount_depth", "number", "share of the full price that discounts took"),
    ),
    features=(
        Feature("discounted", "share of orders with a discount or coupon"),
        Feature("depth", "discounts over discounts plus revenue"),
    ),
    train=_train,
    score=_score,
)
