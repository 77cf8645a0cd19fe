"""Churn risk: who of last year's customers will not order in the coming months."""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.insights.value import features, learning
from rapport.insights.value.features import FEATURES
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait

_WITHIN: Final = 365  # days; who has not ordered for longer has left already
_BANDS: Final = (0.3, 0.6)
_NAMES: Final = np.array(["low", "middle", "high"])


def _train(history: History) -> Learned:
    return learning.validated(history, history.settings.churn_days, _WITHIN, invert=True)


def _score(history: History, learned: Learned) -> Scores:
    table = learning.recent(features.at(history, features.present(history.now)), _WITHIN)
    risk = 1 - learned.fitted.probability(table.values)
    return Scores(
        table.profile,
        {
            "churn_risk": risk,
            "churn_band": _NAMES[np.searchsorted(_BANDS, risk, side="right")].tolist(),
            "churn_reasons": learning.reasons(learned.fitted, table.values, -1),
        },
        table.columns(),
    )


MODEL: Final = Model(
    name="churn",
    title="Churn risk",
    needs=("orders", "touches", "activity"),
    traits=(
        Trait("churn_risk", "number", "probability of no order in the next `churn_days`"),
        Trait("churn_band", "text", "low below 0.3, high from 0.6, middle between"),
        Trait(
            "churn_reasons", "texts", "features that raise it most, against the average customer"
        ),
    ),
    features=FEATURES,
    train=_train,
    score=_score,
)
