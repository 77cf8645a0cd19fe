"""Next purchase: when the next order is due, and between which days.

Days between orders are taken as log-normal, with a middle of her own that is mixed with everybody's
as far as her few gaps leave open. That she has not ordered since the latest is part of the answer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from rapport.clock import DAY
from rapport.errors import TooLittle
from rapport.insights.value import features, orders
from rapport.insights.value.arrays import Bools, Floats, Ints, groups, totals
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait, basis
from rapport.insights.value.model_card import Feature

_LEAST: Final = 50  # gaps
_GONE: Final = 0.02  # P(such a long gap): beyond, no date is told
_AHEAD: Final = 60  # days of the back-test
_LOW, _HIGH = 0.1, 0.9


class Gaps(NamedTuple):
    """Sorted by profile. `gaps` of whole days, at least 1; `mean` and `number` of their logs."""

    profile: Ints
    waited: Floats  # days since the latest order
    number: Ints
    mean: Floats
    logs: Floats
    of: Ints


class Law(NamedTuple):
    """Logs of gaps: everybody's mean; variance within and between customers."""

    mean: float
    within: float
    between: float


def gaps(book: orders.Book, now: int) -> Gaps:
    days = np.unique(book.person * 2**20 + np.maximum(book.at // DAY, 0))
    person, on = days >> 20, days % 2**20
    who = groups(person)
    inside = np.diff(person, prepend=-1) == 0
    logs = np.log(np.maximum(np.diff(on, prepend=0)[inside], 1.0))
    of = who.of[inside]
    count = np.bincount(of, minlength=len(who.keys))
    mean = totals(of, logs, len(who.keys)) / np.maximum(count, 1)
    waited = now / DAY - who.last(on) - 0.5  # an order is taken to be made at noon
    return Gaps(who.keys, np.maximum(waited, 0.0), count, mean, logs, of)


def fit(held: Gaps) -> Law:
    """By moments. Raises `TooLittle` when there are too few gaps."""
    if len(held.logs) < _LEAST:
        raise TooLittle(
            f"fewer than {_LEAST} orders came after another of the same customer",
            hint="the next purchase can be told once they have",
        )
    several = held.number > 1
    off = held.logs - held.mean[held.of]
    free = max(int((held.number[several] - 1).sum()), 1)
    within = max(float((off**2).sum()) / free, 0.01)
    # Each customer counts once: weighing by gaps would describe those who come every day.
    mean = float(held.mean[held.number > 0].mean())
    seen = held.mean[held.number > 0] - mean
    between = float((seen**2 - within / held.number[held.number > 0]).mean())
    return Law(mean, within, max(between, 0.01))


def middles(law: Law, held: Gaps) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the log of each customer's next gap."""
    own = held.number / law.within
    sure = own + 1 / law.between
    return (own * held.mean + law.mean / law.between) / sure, np.sqrt(law.within + 1 / sure)


def due(law: Law, held: Gaps, quantile: float) -> Floats:
    """Days from now until the next order with that probability; NaN once she is overdue by far."""
    from scipy.special import ndtr, ndtri

    middle, wide = middles(law, held)
    longer = 1 - ndtr((np.log(np.maximum(held.waited, 1e-6)) - middle) / wide)
    gap = np.exp(middle - wide * ndtri(np.maximum(longer * (1 - quantile), 1e-300)))
    return np.where(longer < _GONE, np.nan, np.maximum(gap - held.waited, 0.0))


def back_test(history: History) -> dict[str, float]:
    """Told `_AHEAD` days ago, for those who ordered since: how many days off, how often inside."""
    cut = features.cut_off(history.now, _AHEAD)
    held = gaps(orders.as_of(history.book, cut), cut)
    if len(held.logs) < _LEAST:
        return {}
    law = fit(held)
    came, known = _came(history, held.profile, cut)
    told, low, high = (due(law, held, q) for q in (0.5, _LOW, _HIGH))
    # Only who was told and had the time to show it; the interval is judged on everybody told.
    tested = known & np.isfinite(told) & (told <= _AHEAD)
    judged = np.isfinite(told) & (high <= _AHEAD)
    if not tested.any() or not judged.any():
        return {}
    inside = (came >= low - 1) & (came <= high + 1) & known
    same = np.maximum(np.exp(law.mean) - held.waited, 0.0)
    return {
        "backtest_days_off": round(float(np.median(np.abs(came - told)[tested])), 3),
        "backtest_days_off_same_for_all": round(float(np.median(np.abs(came - same)[tested])), 3),
        "backtest_in_interval": round(float(inside[judged].mean()), 4),
        "backtest_people": float(tested.sum()),
    }


def _came(history: History, profiles: Ints, cut: int) -> tuple[Floats, Bools]:
    """Days after `cut` of the first order since, of those who made one."""
    later = orders.since(history.orders, cut)
    who = groups(later.person)
    place = np.minimum(np.searchsorted(who.keys, profiles), max(len(who.keys) - 1, 0))
    known = who.keys[place] == profiles if len(who.keys) else np.zeros(len(profiles), np.bool_)
    first = who.first(later.at)
    days = (first[place] // DAY - cut // DAY + 0.5) if len(who.keys) else np.zeros(len(profiles))
    return np.where(known, days, np.nan), known


def _train(history: History) -> Learned:
    held = gaps(history.orders, history.now)
    law = fit(held)
    people, events, start = basis(history)
    parameters = {name: round(value, 4) for name, value in law._asdict().items()}
    return Learned(law, people, events, start, _features(held), parameters, back_test(history))


def _features(held: Gaps) -> dict[str, Floats]:
    mean = np.where(held.number > 0, np.exp(held.mean), np.nan)
    return {"gap": mean, "waited": held.waited}


def _score(history: History, learned: Learned) -> Scores:
    held = gaps(history.orders, history.now)
    days, low, high = (due(learned.fitted, held, q) for q in (0.5, _LOW, _HIGH))
    today = datetime.fromtimestamp(history.now // 1_000_000, UTC)
    middle, wide = middles(learned.fitted, held)
    late = np.log(np.maximum(held.waited, 1e-6)) > middle + wide
    return Scores(
        held.profile,
        {
            "next_purchase_on": [_date(today, n) for n in days.tolist()],
            "next_purchase_days": np.ceil(days),
            "next_purchase_from": [_date(today, n) for n in low.tolist()],
            "next_purchase_to": [_date(today, n) for n in high.tolist()],
            "usual_gap_days": np.exp(middle),
            "overdue": late.tolist(),
        },
        _features(held),
    )


def _date(today: datetime, days: float) -> str | None:
    if not np.isfinite(days) or days > 3650:
        return None
    return (today + timedelta(days=days)).date().isoformat()


MODEL: Final = Model(
    name="next_purchase",
    title="Next purchase",
    needs=("orders",),
    traits=(
        Trait("next_purchase_on", "text", "date (UTC) by which the next order is as likely as not"),
        Trait("next_purchase_days", "whole", "days until then"),
        Trait("next_purchase_from", "text", "date before which it comes in one case of ten"),
        Trait("next_purchase_to", "text", "date after which it comes in one case of ten"),
        Trait("usual_gap_days", "number", "the middle of the days between her orders"),
        Trait("overdue", "boolean", "later than usual: five gaps of six were shorter"),
    ),
    features=(
        Feature("gap", "geometric mean of the days between orders"),
        Feature("waited", "days since the latest order"),
    ),
    train=_train,
    score=_score,
)
