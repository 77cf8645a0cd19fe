"""RFM: recency, frequency and monetary value as scores from 1 to 5, and classes with names."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from rapport.clock import DAY
from rapport.insights.value import discount_affinity
from rapport.insights.value.arrays import Bools, Floats, Ints, ranks
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait, basis
from rapport.insights.value.model_card import Feature

_TOP: Final = 5
_ANY: Final = (1, _TOP)


class Rule(NamedTuple):
    """A class: bounds of the scores, both inclusive, and what else has to hold."""

    name: str
    meaning: str
    recency: tuple[int, int] = _ANY
    frequency: tuple[int, int] = _ANY
    monetary: tuple[int, int] = _ANY
    orders: tuple[int, float] = (1, np.inf)
    bargains: bool = False  # surely buys with discounts more often than others


# The first that fits. Whoever buys once is told apart by orders and not by the score of frequency,
# which says little where most people bought once.
RULES: Final = (
    Rule("discount_seeker", "buys again and again, and mostly with a discount",
         recency=(3, 5), orders=(3, np.inf), bargains=True),
    Rule("champion", "bought lately, often, and for much",
         recency=(4, 5), frequency=(4, 5), monetary=(4, 5), orders=(2, np.inf)),
    Rule("loyalist", "buys often", recency=(3, 5), frequency=(4, 5), orders=(2, np.inf)),
    Rule("new", "bought for the first time, lately", recency=(4, 5), orders=(1, 1)),
    Rule("promising", "buys lately, not often yet", recency=(4, 5)),
    Rule("needs_attention", "was here a while ago, and not often", recency=(3, 3)),
    Rule("at_risk", "bought often or for much, and has not for long",
         recency=(1, 2), frequency=(4, 5), orders=(2, np.inf)),
    Rule("at_risk", "bought often or for much, and has not for long",
         recency=(1, 2), frequency=(3, 5), monetary=(4, 5), orders=(2, np.inf)),
    Rule("hibernating", "has not bought for long, and never much", recency=(2, 2)),
    Rule("lost", "has not bought for the longest time"),
)  # fmt: skip


class Customers(NamedTuple):
    """Sorted by profile."""

    profile: Ints
    days: Floats  # since the latest order
    orders: Ints
    revenue: Floats
    bargains: Bools  # a seeker of discounts


def customers(history: History) -> Customers:
    book = history.orders
    who = book.customers()
    count = who.count()
    seeks = discount_affinity.seekers(discount_affinity.bargains(history))
    days = (history.now - who.last(book.at)) / DAY
    return Customers(who.keys, days, count, who.sum(book.revenue), seeks)


def scores(values: Floats) -> Ints:
    """1 to 5 by fifths of people. Equal values get equal scores: that of their middle."""
    found: Ints = np.minimum(1 + (ranks(values) * _TOP).astype(np.int64), _TOP)
    return found


def classes(r: Ints, f: Ints, m: Ints, orders: Ints, seeks: Bools) -> list[str]:
    """The name of the class of each customer."""
    found = np.full(len(r), -1)
    for place, rule in enumerate(RULES):
        fits = _within(r, rule.recency) & _within(f, rule.frequency) & _within(m, rule.monetary)
        fits &= _within(orders, rule.orders) & (seeks | (not rule.bargains))
        found[(found < 0) & fits] = place
    return [RULES[place].name for place in found.tolist()]


def _within(values: Ints, bounds: tuple[float, float]) -> Bools:
    return (values >= bounds[0]) & (values <= bounds[1])


def _train(history: History) -> Learned:
    people, events, start = basis(history)
    return Learned(people=people, events=events, data_from=start, features=_features(history))


def _features(history: History) -> dict[str, Floats]:
    held = customers(history)
    return {"days": held.days, "orders": held.orders * 1.0, "revenue": held.revenue}


def _score(history: History, learned: Learned) -> Scores:
    held = customers(history)
    r, f, m = scores(-held.days), scores(held.orders * 1.0), scores(held.revenue)
    return Scores(
        held.profile,
        {
            "rfm_class": classes(r, f, m, held.orders, held.bargains),
            "rfm_score": (r * 100 + f * 10 + m),
            "rfm_recency": r,
            "rfm_frequency": f,
            "rfm_monetary": m,
            "orders_total": held.orders,
            "revenue_total": held.revenue,
            "days_since_order": np.floor(held.days),
        },
        learned.features,
    )


MODEL: Final = Model(
    name="rfm",
    title="Recency, frequency, monetary value",
    needs=("orders",),
    traits=(
        Trait("rfm_class", "text", f"one of {', '.join(dict.fromkeys(r.name for r in RULES))}"),
        Trait("rfm_score", "whole", "the three scores as one number, 555 is the best"),
        Trait("rfm_recency", "whole", "1 to 5: how lately she ordered, among all customers"),
        Trait("rfm_frequency", "whole", "1 to 5: how often"),
        Trait("rfm_monetary", "whole", "1 to 5: for how much in all"),
        Trait("orders_total", "whole", "orders that were not returned"),
        Trait("revenue_total", "number", "what they brought, less refunds"),
        Trait("days_since_order", "whole", "whole days since the latest order"),
    ),
    features=(
        Feature("days", "days since the latest order"),
        Feature("orders", "orders, all time"),
        Feature("revenue", "revenue less refunds, all time"),
    ),
    train=_train,
    score=_score,
)
