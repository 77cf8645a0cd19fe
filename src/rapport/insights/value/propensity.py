"""Purchase propensity: who will order in the coming weeks."""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.insights.value import features, learning
from rapport.insights.value.arrays import ranks
from rapport.insights.value.features import FEATURES
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait

_WITHIN: Final = 730  # days since the latest order


def _train(history: History) -> Learned:
    return learning.validated(history, history.settings.propensity_days, _WITHIN)


def _score(history: History, learned: Learned) -> Scores:
    table = learning.recent(features.at(history, features.present(history.now)), _WITHIN)
    chance = learned.fitted.probability(table.values)
    return Scores(
        table.profile,
        {
            "purchase_propensity": chance,
            "purchase_decile": 1 + np.minimum((ranks(chance) * 10).astype(np.int64), 9),
            "purchase_reasons": learning.reasons(learned.fitted, table.values, 1),
        },
        table.columns(),
    )


MODEL: Final = Model(
    name="propensity",
    title="Purchase propensity",
    needs=("orders", "touches", "activity"),
    traits=(
        Trait("purchase_propensity", "number", "probability of an order in `propensity_days`"),
        Trait("purchase_decile", "whole", "1 to 10, 10 is the likeliest tenth"),
        Trait("purchase_reasons", "texts", "features that raise it most"),
    ),
    features=FEATURES,
    train=_train,
    score=_score,
)
