"""Price band: whether a customer chooses the cheap or the dear of what there is.

A price is compared with what was paid in the same category only: cheap furniture costs more than
dear earrings.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rapport.clock import DAY
from rapport.insights.value.arrays import Floats, Ints, decay, groups, ranks, totals
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait, basis
from rapport.insights.value.model_card import Feature

_PRIOR: Final = 2.0  # pieces at the middle of their category
_ENOUGH: Final = 1.5
_BOUNDS: Final = (0.4, 0.6)
_NAMES: Final = ("low", "middle", "high")


def positions(history: History) -> tuple[Ints, Floats, Floats, Floats]:
    """Of each priced line: person, place of its price in its category (0 to 1), price, weight."""
    book = history.orders
    lines = book.lines
    kept = np.flatnonzero(np.isfinite(lines.price) & (lines.price > 0))
    place = np.full(len(kept), 0.5)
    by_category = np.argsort(lines.category[kept], kind="stable")
    for mine in np.split(
        by_category, np.flatnonzero(np.diff(lines.category[kept][by_category])) + 1
    ):
        place[mine] = ranks(lines.price[kept][mine])
    order = lines.order[kept]
    age = (history.now - book.at[order]) / DAY
    weight = decay(age, history.settings.half_life_days)
    return book.person[order], place, lines.price[kept], weight


def _train(history: History) -> Learned:
    people, events, start = basis(history)
    held = positions(history)
    return Learned(held, people, events, start, {"price": held[2]})


def _score(_history: History, learned: Learned) -> Scores:
    person, place, price, weight = learned.fitted
    who = groups(person)
    evidence = who.sum(weight)
    position = (who.sum(weight * place) + _PRIOR * 0.5) / (evidence + _PRIOR)
    bands: list[Any] = [
        _NAMES[n] if known >= _ENOUGH else None
        for n, known in zip(np.searchsorted(_BOUNDS, position), evidence.tolist(), strict=True)
    ]
    return Scores(
        who.keys,
        {
            "price_band": bands,
            "price_position": position,
            "typical_price": _medians(who.of, price, weight),
        },
        {"price": price},
    )


def _medians(of: Ints, price: Floats, weight: Floats) -> Floats:
    """The weighted median price of each group."""
    order = np.lexsort((price, of))
    group, cost, mass = of[order], price[order], weight[order]
    total = totals(group, mass)
    before = np.concatenate([[0.0], np.cumsum(total)[:-1]])
    reached = np.cumsum(mass) - before[group] >= total[group] / 2 - 1e-12
    places = np.flatnonzero(reached)
    _, first = np.unique(group[places], return_index=True)
    found: Floats = cost[places[first]]
    return found


MODEL: Final = Model(
    name="price_band",
    title="Price band",
    needs=("orders",),
    traits=(
        Trait("price_band", "text", "low, middle or high, compared within each category"),
        Trait("price_position", "number", "0 the cheapest, 1 the dearest of each category"),
        Trait("typical_price", "number", "the middle of what she pays for a piece"),
    ),
    features=(Feature("price", "price of a piece"),),
    train=_train,
    score=_score,
)
