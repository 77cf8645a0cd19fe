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


class Money(NamedTuple):
    """Sorted by person and instant. `amount`: a number among the texts of all amounts, one list
    behind the other. `by`: 0 for none, else 1 + its number."""

    person: Ints
    at: Ints
    amount: Ints
    by: Ints


class Orders(NamedTuple):
    """`first`: her first order ever; `gap`: µs until her next, -1 when there is none. `begun`: the
    instant of her first."""

    money: Money
    first: Bools
    gap: Ints
    begun: Ints


def orders(rows: Rows, layout: Layout) -> Orders:
    """Of whole people, each order id once."""
    rows, amount = _valued(rows, layout, ORDER)
    kept = np.arange(len(amount))
    if layout.order_id is not None and len(amount):
        code = rows.values[layout.order_id].astype(np.int64)
        known = np.flatnonzero(code >= 0)
        width = int(code.max()) + 1
        _, once = np.unique(rows.person[known].astype(np.int64) * width + code[known], True)
        kept = np.sort(np.concatenate([np.flatnonzero(code < 0), known[once]]))
    money = _money(rows.take(kept), amount[kept], layout)
    first = starts(money.person)
    gap = np.full(len(first), -1, np.int64)
    gap[:-1] = np.where(first[1:], -1, money.at[1:] - money.at[:-1])
    begun = money.at[first][np.cumsum(first) - 1]
    return Orders(money, first, gap, begun)


def refunds(rows: Rows, layout: Layout) -> Money:
    return _money(*_valued(rows, layout, REFUND), layout)


def _valued(rows: Rows, layout: Layout, bit: int) -> tuple[Rows, Ints]:
    """Rows with an amount, and its number."""
    rows = rows.take(np.flatnonzero((rows.match & rows.match.dtype.type(bit)) != 0))
    amount = np.full(len(rows.person), -1, np.int64)
    behind = 0
    for place, numeric in zip(layout.amounts, layout.numeric, strict=True):
        codes = rows.values[place]
        usable = np.append(numeric, False)[codes] & (amount < 0)  # of -1 it is the last
        amount[usable] = behind + codes[usable]
        behind += len(numeric)
    kept = np.flatnonzero(amount >= 0)
    return rows.take(kept), amount[kept]


def _money(rows: Rows, amount: Ints, layout: Layout) -> Money:
    by = np.zeros(len(amount), np.int64)
    if layout.by is not None:
        by = rows.values[layout.by].astype(np.int64) + 1
    return Money(rows.person, rows.at, amount, by)
