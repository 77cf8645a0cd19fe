"""Revenue: orders, refunds, first and second ones, found in sorted rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rapport.insights.rows import Bools, Ints, Rows, starts
from rapport.insights.specs.revenue import ORDER, REFUND


class Layout(NamedTuple):
    """Where values stand in `rows.values`. `numeric`: which texts of each amount are numbers."""

    order_id: int | None
    amounts: range
    by: int | None
    numeric: Sequence[Bools]
    currency: int | None = None


class Money(NamedTuple):
    """Sorted by person and instant. `amount`: a number among the texts of all amounts, one list
    behind the other, -1 for none. `by`, `currency`: 0 for none, else 1 + its number."""

    person: Ints
    at: Ints
    amount: Ints
    by: Ints
    currency: Ints


class Orders(NamedTuple):
    """`first`: her first order ever; `gap`: µs until her next, -1 when there is none. `begun`: the
    instant of her first."""

    money: Money
    first: Bools
    gap: Ints
    begun: Ints


def orders(rows: Rows, layout: Layout) -> Orders:
    """Of whole people, each order id once."""
    bought, amount = _valued(rows, layout, ORDER)
    kept = once(bought, layout)
    found = money(bought.take(kept), amount[kept], layout)
    first = starts(found.person)
    gap = np.full(len(first), -1, np.int64)
    gap[:-1] = np.where(first[1:], -1, found.at[1:] - found.at[:-1])
    begun = found.at[first][np.cumsum(first) - 1]
    return Orders(found, first, gap, begun)


def refunds(rows: Rows, layout: Layout) -> Money:
    return money(*_valued(rows, layout, REFUND), layout)


def once(rows: Rows, layout: Layout) -> Ints:
    """Places of rows without an id, and of a person's first with each."""
    if layout.order_id is None or not len(rows.person):
        return np.arange(len(rows.person))
    code = rows.values[layout.order_id].astype(np.int64)
    known = np.flatnonzero(code >= 0)
    width = int(code.max()) + 1
    _, first = np.unique(rows.person[known].astype(np.int64) * width + code[known], True)
    return np.sort(np.concatenate([np.flatnonzero(code < 0), known[first]]))


def amounts(rows: Rows, layout: Layout) -> Ints:
    """The number of the amount of each row: at the first place that has one; -1 for none."""
    amount = np.full(len(rows.person), -1, np.int64)
    behind = 0
    for place, numeric in zip(layout.amounts, layout.numeric, strict=True):
        codes = rows.values[place]
        usable = np.append(numeric, False)[codes] & (amount < 0)  # of -1 it is the last
        amount[usable] = behind + codes[usable]
        behind += len(numeric)
    return amount


def money(rows: Rows, amount: Ints, layout: Layout) -> Money:
    def told(place: int | None) -> Ints:
        if place is None:
            return np.zeros(len(amount), np.int64)
        return rows.values[place].astype(np.int64) + 1

    return Money(rows.person, rows.at, amount, told(layout.by), told(layout.currency))


def _valued(rows: Rows, layout: Layout, bit: int) -> tuple[Rows, Ints]:
    """Rows with an amount, and its number."""
    rows = rows.take(np.flatnonzero((rows.match & rows.match.dtype.type(bit)) != 0))
    amount = amounts(rows, layout)
    kept = np.flatnonzero(amount >= 0)
    return rows.take(kept), amount[kept]
