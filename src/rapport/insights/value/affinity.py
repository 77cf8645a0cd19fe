"""Category affinity: what a customer likes, by what she does and not by what she did first.

Recent orders count more, and few of them say little: her shares are mixed with everybody's, as if
she had `_PRIOR` orders like an average customer. So one old kitchen knife never outweighs weekly
jewellery, and after one order nobody is anything yet.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.insights.value import tastes
from rapport.insights.value.arrays import Floats, Ints, groups
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait, basis
from rapport.insights.value.model_card import Feature

_PRIOR: Final = 2.0  # orders
_ENOUGH: Final = 1.5  # orders of today's weight, before a favourite is named
_SHOWN: Final = 5
_LIFT: Final = 1.2  # a category is hers if she takes so much more of it than others


def _train(history: History) -> Learned:
    held = tastes.weigh(history)
    people, events, start = basis(history)
    share = tastes.everybody(held)
    return Learned(
        (held, share),
        people,
        events + len(history.interests.at),
        start,
        _features(held),
        {f"share_{name}": round(float(s), 4) for name, s in zip(held.names, share, strict=True)},
    )


def _features(held: tastes.Tastes) -> dict[str, Floats]:
    who = groups(held.profile)
    return {"evidence": who.sum(held.weight), "categories": who.count() * 1.0}


def _score(_history: History, learned: Learned) -> Scores:
    held, base = learned.fitted
    who = groups(held.profile)
    evidence = who.sum(held.weight)
    share = (held.weight + _PRIOR * base[held.category]) / (evidence + _PRIOR)[who.of]
    lift = share / np.maximum(base[held.category], 1e-9)
    # Strongest first within each person; ties in the order of names.
    order = np.lexsort((held.category, -share, who.of))
    starts = np.concatenate([[0], np.cumsum(who.count())])
    names, values, favourite, special = [], [], [], []
    for start, end, weight in zip(starts, starts[1:], evidence.tolist(), strict=False):
        mine = order[start : min(end, start + _SHOWN)]
        shown = [held.names[n] for n in held.category[mine].tolist()]
        names.append(shown)
        values.append([round(s, 4) for s in share[mine].tolist()])
        favourite.append(shown[0] if weight >= _ENOUGH else None)
        special.append(_most_special(held, order[start:end], lift, share, weight))
    return Scores(
        who.keys,
        {
            "category_affinity": names,
            "category_affinity_shares": values,
            "favourite_category": favourite,
            "distinctive_category": special,
        },
        _features(held),
    )


def _most_special(
    held: tastes.Tastes, mine: Ints, lift: Floats, share: Floats, weight: float
) -> str | None:
    if weight < _ENOUGH:
        return None
    # By what the surplus explains: a lift alone would always choose the rarest category.
    gain = share[mine] * np.log(np.maximum(lift[mine], 1e-9))
    best = mine[int(np.argmax(gain))]
    return held.names[held.category[best]] if lift[best] >= _LIFT else None


MODEL: Final = Model(
    name="affinity",
    title="Category affinity",
    needs=("orders", "interests"),
    traits=(
        Trait("favourite_category", "text", "the strongest, once there is evidence"),
        Trait("distinctive_category", "text", "what sets her apart most from everybody else"),
        Trait("category_affinity", "texts", "up to five categories, the strongest first"),
        Trait("category_affinity_shares", "numbers", "the share of each in what she likes"),
    ),
    features=(
        Feature("evidence", "orders and looks, decayed, in orders of today"),
        Feature("categories", "categories ordered or looked at"),
    ),
    train=_train,
    score=_score,
)
