"""Active hours: when a customer is there, on her own clock.

An hour counts once a day, however much was done in it. Neighbouring hours share, since nobody lives
by the full hour; few observations are mixed with everybody's day.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.clock import HOUR
from rapport.insights.value.arrays import Floats, Groups, decay, groups, shares, totals
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait
from rapport.insights.value.model_card import Feature, Note

_PRIOR: Final = 4.0  # hours like everybody's
_ENOUGH: Final = 3.0
_SHOWN: Final = 3
_NEIGHBOURS: Final = 0.5
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def clocks(history: History) -> tuple[Groups, Floats, Floats]:
    """People; their weight for each hour of the day; for each day of the week from Monday."""
    done = history.activity
    local = history.local(done.person, done.at) // HOUR
    who = groups(done.person)
    width = 2**24  # hours since 1970 fit in
    seen = np.unique(who.of * width + np.maximum(local, 0))
    of, hour = seen // width, seen % width
    age = np.maximum(history.now // HOUR - hour, 0) / 24
    weight = decay(age, history.settings.half_life_days)
    hours = totals(of * 24 + hour % 24, weight, len(who.keys) * 24)
    week = totals(of * 7 + (hour // 24 + 3) % 7, weight, len(who.keys) * 7)
    return who, hours.reshape(-1, 24), week.reshape(-1, 7)


def _train(history: History) -> Learned:
    who, hours, week = clocks(history)
    usual, usual_week = shares(shares(hours).sum(axis=0)), shares(shares(week).sum(axis=0))
    named = len(history.zones.profile)
    done = history.activity
    return Learned(
        (who, hours, week, usual, usual_week),
        len(who.keys),
        len(done.at),
        int(done.at.min(initial=history.now)),
        {"evidence": hours.sum(axis=1)},
        {f"share_{n:02d}h": round(s, 4) for n, s in enumerate(usual.tolist())},
        notes=[Note("time_zones", {"people": named, "zone": history.settings.zone})],
    )


def _score(_history: History, learned: Learned) -> Scores:
    who, hours, week, usual, usual_week = learned.fitted
    evidence = hours.sum(axis=1)
    known = evidence >= _ENOUGH
    mixed = hours + _PRIOR * usual
    around = np.roll(mixed, 1, axis=1) + np.roll(mixed, -1, axis=1)
    score = mixed + _NEIGHBOURS * around
    order = np.argsort(-score, axis=1, kind="stable")
    best = np.sort(order[:, :_SHOWN], axis=1)
    day = np.argmax(week + _PRIOR * usual_week, axis=1)
    return Scores(
        who.keys,
        {
            "active_hours": [h if k else None for h, k in zip(best.tolist(), known, strict=True)],
            "best_hour": np.where(known, order[:, 0], np.nan),
            "active_weekday": [
                _DAYS[d] if k else None for d, k in zip(day.tolist(), known, strict=True)
            ],
        },
        {"evidence": evidence},
    )


MODEL: Final = Model(
    name="active_hours",
    title="Active hours",
    needs=("activity",),
    traits=(
        Trait("active_hours", "wholes", "the three hours of her day in which she is there most"),
        Trait("best_hour", "whole", "the first of them: 20 is from 20:00 to 21:00"),
        Trait("active_weekday", "text", "the day of the week on which she is there most"),
    ),
    features=(Feature("evidence", "hours with activity, one a day, decayed"),),
    train=_train,
    score=_score,
)
