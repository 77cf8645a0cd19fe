"""What may be known of a customer at a cut-off, for churn and propensity.

Only what had happened before the cut-off is seen: `at` cuts orders, refunds, touches and activity
first, and every feature is computed from what is left.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from rapport.clock import DAY
from rapport.insights.value import orders
from rapport.insights.value.arrays import Floats, Groups, Ints, groups, pairs
from rapport.insights.value.history import QUARTER, History
from rapport.insights.value.model_card import Feature

FEATURES: Final = (
    Feature("recency", "days since the latest order"),
    Feature("tenure", "days since the first order"),
    Feature("orders", "orders, all time"),
    Feature("orders_30d", "orders of the latest 30 days"),
    Feature("orders_90d", "orders of the latest 90 days"),
    Feature("orders_365d", "orders of the latest 365 days"),
    Feature("gap", "mean days between orders; days since the only one"),
    Feature("overdue", "days since the latest order, in mean gaps"),
    Feature("irregular", "standard deviation of the gaps, in mean gaps"),
    Feature("trend", "orders of the latest 90 days against the 90 before: (a+1)/(b+1)"),
    Feature("revenue_90d", "revenue less refunds of the latest 90 days"),
    Feature("order_value", "revenue per order, all time"),
    Feature("discounted", "share of orders with a discount or coupon"),
    Feature("refunds", "refunds and cancellations"),
    Feature("categories", "categories ordered from"),
    Feature("active_30d", "days with any activity among the latest 30"),
    Feature("active_90d", "days with any activity among the latest 90"),
    Feature("idle", "days since the latest activity"),
    Feature("responses_90d", "responses to messages in the latest 90 days, weighted"),
)


class Table(NamedTuple):
    """One row a customer, sorted by profile; columns as in FEATURES."""

    profile: Ints
    values: Floats

    def columns(self) -> dict[str, Floats]:
        return {feature.name: self.values[:, n] for n, feature in enumerate(FEATURES)}


def at(history: History, cut: int) -> Table:
    """Customers who had ordered before `cut`, as they were then."""
    book = orders.as_of(history.book, cut)
    who = book.customers()
    columns = {
        **_of_orders(book, who, cut),
        "refunds": _refunds(history.book, who, cut),
        **_of_activity(history, who, cut),
    }
    held = [np.asarray(columns[feature.name], np.float64) for feature in FEATURES]
    return Table(who.keys, np.column_stack(held) if len(who.keys) else np.zeros((0, len(FEATURES))))


def _of_orders(book: orders.Book, who: Groups, cut: int) -> dict[str, Floats]:
    age = (cut - book.at) / DAY
    count = who.count()
    recency, tenure = who.first(age), who.last(age)
    gaps = np.diff(book.at, prepend=book.at[:1]) / DAY
    inside = np.diff(book.person, prepend=-1) == 0
    mean = np.where(
        count > 1, (tenure - recency) / np.maximum(count - 1, 1), np.maximum(recency, 1)
    )
    mean = np.maximum(mean, 0.5)
    spread = who.sum(np.where(inside, (gaps - mean[who.of]) ** 2, 0.0)) / np.maximum(count - 1, 1)
    quarter, before = who.sum(age <= 90), who.sum((age > 90) & (age <= 180))
    return {
        "recency": recency,
        "tenure": tenure,
        "orders": count * 1.0,
        "orders_30d": who.sum(age <= 30),
        "orders_90d": quarter,
        "orders_365d": who.sum(age <= 365),
        "gap": mean,
        "overdue": recency / mean,
        "irregular": np.sqrt(spread) / mean,
        "trend": (quarter + 1) / (before + 1),
        "revenue_90d": who.sum(book.revenue * (age <= 90)),
        "order_value": who.sum(book.revenue) / count,
        "discounted": who.sum(book.coupon | (book.discount > 0)) / count,
        "categories": _categories(book, who),
    }


def _categories(book: orders.Book, who: Groups) -> Floats:
    person, category, _ = pairs(who.of[book.lines.order], book.lines.category)
    return np.bincount(person[category >= 0], minlength=len(who.keys)) * 1.0


def _refunds(book: orders.Book, who: Groups, cut: int) -> Floats:
    back = book.person[book.refunds.order[book.refunds.at < cut]]
    return _counted(who, back, np.ones(len(back)))


def _of_activity(history: History, who: Groups, cut: int) -> dict[str, Floats]:
    done, came = history.activity, history.touches
    seen = done.at < cut
    # A quarter of an hour that began before the cut-off ended before it, too: see `cut_off`.
    days = groups(done.person[seen] * 2**20 + (cut - done.at[seen]) // DAY).keys
    person, age = days >> 20, days % 2**20
    idle = np.full(len(who.keys), np.nan)
    latest = groups(person)
    place, mine = _places(who, latest.keys)
    idle[place] = latest.first(age)[mine]
    told = (came.at < cut) & (came.at >= cut - 90 * DAY)
    return {
        "active_30d": _counted(who, person[age < 30], np.ones(int((age < 30).sum()))),
        "active_90d": _counted(who, person[age < 90], np.ones(int((age < 90).sum()))),
        "idle": idle,
        "responses_90d": _counted(who, came.person[told], came.weight[told]),
    }


def cut_off(now: int, days: float) -> int:
    """Midnight UTC so many days before `now`."""
    return int((now // DAY - days) * DAY)


def present(now: int) -> int:
    """The first cut-off that leaves out nothing that had happened at `now`."""
    return (now // QUARTER + 1) * QUARTER


def _counted(who: Groups, person: Ints, weight: Floats) -> Floats:
    """The sum of `weight` of each customer; rows of strangers are dropped."""
    found = np.zeros(len(who.keys))
    held = groups(person)
    place, mine = _places(who, held.keys)
    found[place] = held.sum(weight)[mine]
    return found


def _places(who: Groups, people: Ints) -> tuple[Ints, Ints]:
    """Where among customers those of `people` are who are customers, and which these are."""
    if not len(who.keys):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(who.keys, people), len(who.keys) - 1)
    mine = np.flatnonzero(who.keys[place] == people)
    return place[mine], mine
