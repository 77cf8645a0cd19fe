"""Attribution: which touches an order is due to.

A touch is a response to a message, or a visit that came with a campaign. Those within
`lookback_days` before an order (its instant included) share it, so that shares sum to 1. An order
without a touch is `unattributed`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from rapport.clock import DAY
from rapport.errors import Malformed
from rapport.insights.kernels.credits import (
    FINE,
    RULES,
    WHOLE,
    Credits,
    Done,
    Rule,
    Way,
    credited,
)
from rapport.insights.value.arrays import Floats, Ints, totals
from rapport.insights.value.history import History


class Credit(msgspec.Struct, frozen=True):
    orders: float
    revenue: float


class Attribution(msgspec.Struct, frozen=True):
    """By channel; `unattributed` holds the orders that nothing came before."""

    rule: Rule
    channels: Mapping[str, Credit]
    unattributed: Credit
    orders: int
    revenue: float


def attribute(
    history: History, rule: Rule, *, start: int | None = None, end: int | None = None
) -> Attribution:
    """Orders in start <= at < end (µs UTC). Raises `Malformed` for an unknown rule."""
    if rule not in RULES:
        raise Malformed(f"there is no rule {rule!r}", hint=f"use {', '.join(RULES)}")
    book = history.orders
    low = -(2**62) if start is None else start
    kept = (book.at >= low) & (book.at < (history.now if end is None else end))
    person, at, revenue = book.person[kept], book.at[kept], book.revenue[kept]
    order, touch, share = credits(history, person, at, rule)
    names = list(history.settings.channels)
    channel = history.touches.channel[touch]
    counts = totals(channel, share, len(names))
    money = totals(channel, share * revenue[order], len(names))
    alone = np.ones(len(person), np.bool_)
    alone[order] = False
    return Attribution(
        rule,
        {n: _credit(c, m) for n, c, m in zip(names, counts, money, strict=True) if c > 0},
        _credit(float(alone.sum()), float(revenue[alone].sum())),
        len(person),
        round(float(revenue.sum()), 2),
    )


def credits(history: History, person: Ints, at: Ints, rule: Rule) -> tuple[Ints, Ints, Floats]:
    """One row an (order, touch): the place of each, and the share of the order."""
    held = history.touches
    answered = np.flatnonzero(held.weight > 0)
    touches = Done(held.person[answered], held.at[answered])
    back = history.settings.lookback_days * DAY
    found = [*credited(Way(rule), Done(person, at), touches, back)]
    none = np.zeros(0, np.int64)
    order = np.concatenate([none, *(each.order for each in found)])
    touch = np.concatenate([none, *(each.touch for each in found)])
    share = np.concatenate([none / 1, *map(_share, found)])
    kept = share > 0
    return order[kept], answered[touch[kept]], share[kept]


def _share(found: Credits) -> Floats:
    rest = 0 if found.rest is None else found.rest
    told: Floats = (found.share + rest / FINE) / WHOLE
    return told


def _credit(orders: float, revenue: float) -> Credit:
    return Credit(round(float(orders), 6), round(float(revenue), 2))
