"""Lifetime value: orders to come (BG/NBD) times what they will be worth (Gamma-Gamma).

Orders of one day count as one. The first order says when somebody became a customer and nothing
about how often she buys, as in both papers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from rapport.clock import DAY
from rapport.errors import Conflict
from rapport.insights.value import bgnbd, gamma_gamma, orders
from rapport.insights.value.arrays import Floats, Ints, groups
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, Trait, basis
from rapport.insights.value.model_card import Feature, Note, Row

MONTH: Final = 365.25 / 12  # days
_AHEAD: Final = 90  # days of the back-test and of `expected_orders_90d`
_SHOWN: Final = 10


class Buyers(NamedTuple):
    """Sorted by profile; ages in days. `mean` is of the repeat orders' days, 0 without any."""

    profile: Ints
    x: Ints
    tx: Floats
    T: Floats
    mean: Floats


class Fitted(NamedTuple):
    buying: bgnbd.Params
    spending: gamma_gamma.Params | None


def buyers(book: orders.Book, now: int) -> Buyers:
    """`book` as it was known at `now`."""
    day, today = np.maximum(book.at // DAY, 0), now // DAY
    days = groups(book.person * 2**20 + day)
    money, person, on = days.sum(book.revenue), days.keys >> 20, days.keys % 2**20
    who = groups(person)
    first, last, x = who.first(on), who.last(on), who.count() - 1
    repeat = np.where(on > first[who.of], money, 0.0)
    mean = who.sum(repeat) / np.maximum(x, 1)
    return Buyers(who.keys, x, (last - first) * 1.0, (today - first) * 1.0, mean)


def fit(held: Buyers) -> Fitted:
    """Raises `Conflict` when too few have bought twice."""
    paid = (held.x > 0) & (held.mean > 0)
    spending = gamma_gamma.fit(held.x, held.mean) if int(paid.sum()) >= 2 else None
    return Fitted(bgnbd.fit(held.x, held.tx, held.T), spending)


def worth(fitted: Fitted, held: Buyers) -> Floats:
    """What an order of each will be worth, on average."""
    if fitted.spending is None:
        return np.zeros(len(held.x))
    return gamma_gamma.expected(fitted.spending, held.x, held.mean)


def value(fitted: Fitted, held: Buyers, months: int, yearly_discount: float) -> Floats:
    """What the orders of the next `months` are worth today: later money is worth less."""
    monthly = (1 - yearly_discount) ** (1 / 12)
    before: Floats = np.zeros(len(held.x))
    total: Floats = np.zeros(len(held.x))
    for month in range(1, months + 1):
        bought = bgnbd.expected(fitted.buying, held.x, held.tx, held.T, month * MONTH)
        total += (bought - before) * monthly**month
        before = bought
    return total * worth(fitted, held)


def back_test(history: History, ahead: int = _AHEAD) -> tuple[dict[str, float], list[Row]]:
    """Learn from what was known `ahead` days ago, and compare with what came since."""
    cut = (history.now // DAY - ahead) * DAY
    held = buyers(orders.as_of(history.book, cut), cut)
    try:
        fitted = fit(held)
    except Conflict:
        return {}, []
    later = buyers_since(orders.since(history.orders, cut), held.profile)
    told = bgnbd.expected(fitted.buying, held.x, held.tx, held.T, ahead)
    naive = held.x / np.maximum(held.T, 1.0) * ahead
    metrics = {
        "backtest_days": float(ahead),
        "backtest_orders_predicted": round(float(told.sum()), 2),
        "backtest_orders_observed": float(later.sum()),
        "backtest_mae": round(float(np.abs(told - later).mean()), 4),
        "backtest_mae_same_rate_as_before": round(float(np.abs(naive - later).mean()), 4),
    }
    return metrics, _by_count(held.x, told, later)


def buyers_since(book: orders.Book, profiles: Ints) -> Ints:
    """Days with an order, of each of `profiles` (sorted)."""
    days = np.unique(book.person * 2**20 + np.maximum(book.at // DAY, 0)) >> 20
    return np.searchsorted(days, profiles, "right") - np.searchsorted(days, profiles, "left")


def _by_count(x: Ints, told: Floats, later: Ints) -> list[Row]:
    """Mean orders predicted and observed, by repeat orders so far; the last row has the rest."""
    held = groups(np.minimum(x, _SHOWN))
    count = held.count()
    rows = zip(count, held.sum(told) / count, held.sum(later) / count, strict=True)
    return [Row(int(n), round(float(p), 4), round(float(o), 4)) for n, p, o in rows]


def _train(history: History) -> Learned:
    held = buyers(history.orders, history.now)
    fitted = fit(held)
    metrics, calibration = back_test(history)
    people, events, start = basis(history)
    names = {"buying": fitted.buying, "spending": fitted.spending}
    notes = []
    if fitted.spending is None:
        notes.append(Note("nobody_paid_twice"))
    repeaters = held.x > 0
    if repeaters.sum() > 2:
        linked = np.corrcoef(held.x[repeaters], held.mean[repeaters])[0, 1]
        metrics["frequency_worth_correlation"] = round(float(np.nan_to_num(linked)), 4)
        if abs(linked) > 0.3:
            notes.append(Note("worth_with_frequency"))
    return Learned(
        fitted,
        people,
        events,
        start,
        _features(held),
        {
            f"{part}_{name}": round(number, 6)
            for part, params in names.items()
            if params is not None
            for name, number in params._asdict().items()
        },
        metrics,
        calibration,
        notes,
    )


def _features(held: Buyers) -> dict[str, Floats]:
    return {"x": held.x * 1.0, "tx": held.tx, "T": held.T, "mean": held.mean}


def _score(history: History, learned: Learned) -> Scores:
    held, fitted, settings = buyers(history.orders, history.now), learned.fitted, history.settings
    customer = (held.x, held.tx, held.T)
    return Scores(
        held.profile,
        {
            "p_alive": bgnbd.alive(fitted.buying, *customer),
            "expected_orders_90d": bgnbd.expected(fitted.buying, *customer, _AHEAD),
            "expected_order_value": worth(fitted, held),
            "lifetime_value": value(fitted, held, settings.value_months, settings.yearly_discount),
        },
        _features(held),
    )


MODEL: Final = Model(
    name="lifetime_value",
    title="Lifetime value",
    needs=("orders",),
    traits=(
        Trait("lifetime_value", "number", "what the orders of the coming year are worth today"),
        Trait("p_alive", "number", "probability that she is still a customer"),
        Trait("expected_orders_90d", "number", "orders to come in 90 days, on average"),
        Trait("expected_order_value", "number", "what each will bring, on average"),
    ),
    features=(
        Feature("x", "days with an order, after the first"),
        Feature("tx", "days from the first order to the latest"),
        Feature("T", "days from the first order until now"),
        Feature("mean", "mean worth of the days with an order, without the first"),
    ),
    train=_train,
    score=_score,
    every="7d",
)
