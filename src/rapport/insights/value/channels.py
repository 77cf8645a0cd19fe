"""Favourite channel: where a customer answers, and where she shows up by herself."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rapport.clock import DAY
from rapport.insights.value.arrays import Floats, Ints, decay, groups, pairs, totals
from rapport.insights.value.history import APP, WEB, History
from rapport.insights.value.model import Learned, Model, Scores, Trait
from rapport.insights.value.model_card import Feature
from rapport.insights.value.settings import SENDABLE

_PRIOR: Final = 5.0  # messages to an average customer
_ENOUGH: Final = 0.5  # weight of responses, before a channel is named
_FLOOR: Final = 0.2  # messages a response must have had: whoever answers was reached


def responses(history: History) -> tuple[Ints, Ints, Floats, Floats]:
    """For each (profile, channel): what was sent and what was answered, decayed."""
    held = history.touches
    profile, channel, of = pairs(held.person, held.channel)
    old = decay((history.now - held.at) / DAY, history.settings.half_life_days)
    sent = totals(of, old * (held.weight == 0), len(profile))
    answered = totals(of, old * held.weight, len(profile))
    return profile, channel, np.maximum(sent, answered * (1 + _FLOOR)), answered


def _train(history: History) -> Learned:
    profile, channel, sent, answered = responses(history)
    names = list(history.settings.channels)
    by = groups(channel)
    rate = np.zeros(len(names))
    rate[by.keys] = by.sum(answered) / np.maximum(by.sum(sent), 1e-9)
    shown = {f"rate_{names[n]}": round(float(rate[n]), 4) for n in by.keys.tolist()}
    start = int(history.touches.at.min(initial=history.now))
    return Learned(
        rate,
        len(np.unique(profile)),
        len(history.touches.at),
        start,
        {"answered": answered},
        shown,
    )


def _score(history: History, learned: Learned) -> Scores:
    profile, channel, sent, answered = responses(history)
    names = list(history.settings.channels)
    rate = np.minimum((answered + _PRIOR * learned.fitted[channel]) / (sent + _PRIOR), 1.0)
    usable = np.isin(channel, [n for n, name in enumerate(names) if name in SENDABLE])
    shown = _ranked(profile[usable], channel[usable], rate[usable], answered[usable], names)
    places = _places(history)
    people = sorted({*shown, *places})
    return Scores(
        np.array(people, np.int64),
        {
            "favourite_channel": [shown.get(p, (None,))[0] for p in people],
            "channel_ranking": [shown[p][1] if p in shown else None for p in people],
            "response_rate": np.array([shown[p][2] if p in shown else np.nan for p in people]),
            "favourite_place": [places.get(p) for p in people],
        },
        {"answered": answered},
    )


def _ranked(
    profile: Ints, channel: Ints, rate: Floats, answered: Floats, names: list[str]
) -> dict[int, tuple[Any, ...]]:
    """Of each profile: the best channel if it was ever answered, all in order, the best rate."""
    found: dict[int, tuple[Any, ...]] = {}
    order = np.lexsort((channel, -rate, profile))
    for n in order.tolist():
        who, name = int(profile[n]), names[channel[n]]
        if who in found:
            found[who][1].append(name)
        else:
            best = name if answered[n] >= _ENOUGH else None
            found[who] = (best, [name], float(rate[n]))
    return found


def _places(history: History) -> dict[int, str]:
    """Web or app, by the days of visits, decayed."""
    done = history.activity
    kept = done.place <= APP
    days, place, _ = pairs(done.person[kept] * 2**20 + done.at[kept] // DAY, done.place[kept])
    if not len(days):
        return {}
    person, age = days >> 20, history.now / DAY - days % 2**20
    weight = decay(age, history.settings.half_life_days)
    who = groups(person)
    lean = who.sum(np.where(place == WEB, -weight, weight))
    return {p: "app" if x > 0 else "web" for p, x in zip(who.keys.tolist(), lean, strict=True)}


MODEL: Final = Model(
    name="channels",
    title="Favourite channel",
    needs=("touches", "activity"),
    traits=(
        Trait("favourite_channel", "text", "the channel she answers most, once she has answered"),
        Trait("channel_ranking", "texts", "all channels that reached her, the best first"),
        Trait("response_rate", "number", "responses per message there, mixed with everybody's"),
        Trait("favourite_place", "text", "web or app: where she shows up on more days"),
    ),
    features=(Feature("answered", "responses of a person on a channel, weighted and decayed"),),
    train=_train,
    score=_score,
)
