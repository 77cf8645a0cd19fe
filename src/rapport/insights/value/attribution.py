"""Attribution: which touches an order is due to.

A touch is a response to a message, or a visit that came with a campaign. Those within
`lookback_days` before an order (its instant included) share it, so that shares sum to 1. An order
without a touch is `unattributed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec
import numpy as np

from rapport.clock import DAY
from rapport.errors import Malformed
from rapport.insights.value.arrays import Bools, Floats, Ints, decay, totals
from rapport.insights.value.history import History

Rule = Literal["first", "last", "linear", "time_decay", "position"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
_HALF: Final = 7.0  # days: what is so long before the order gets half
_ENDS: Final = 0.4  # of the first and of the last touch; those between share the rest


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
    # (person, instant) as one number, in order: the rank of the person before the instant.
    people = np.unique(np.concatenate([person, held.person[answered]]))
    instants = np.unique(
        np.concatenate([at - history.settings.lookback_days * DAY, at, held.at[answered]])
    )
    width = len(instants) + 1
    touches = _packed(people, instants, width, held.person[answered], held.at[answered])
    back = at - history.settings.lookback_days * DAY
    first = np.searchsorted(touches, _packed(people, instants, width, person, back), "left")
    after = np.searchsorted(touches, _packed(people, instants, width, person, at), "right")
    counts = after - first
    order = np.repeat(np.arange(len(person)), counts)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    touch = answered[first[order] + place]
    age = (at[order] - held.at[touch]) / DAY
    weight = _weights(rule, place, counts[order], age)
    total = totals(order, weight, len(person))
    share = weight / np.maximum(total[order], 1e-300)
    return order[share > 0], touch[share > 0], share[share > 0]


def _packed(people: Ints, instants: Ints, width: int, person: Ints, at: Ints) -> Ints:
    return np.searchsorted(people, person) * width + np.searchsorted(instants, at)


def _weights(rule: Rule, place: Ints, count: Ints, age: Floats) -> Floats:
    first: Bools = place == 0
    last: Bools = place == count - 1
    if rule == "first":
        return first.astype(np.float64)
    if rule == "last":
        return last.astype(np.float64)
    if rule == "linear":
        return np.ones(len(place))
    if rule == "time_decay":
        return decay(age, _HALF)
    between = (1 - 2 * _ENDS) / np.maximum(count - 2, 1)
    return np.where(first | last, _ENDS, between)


def _credit(orders: float, revenue: float) -> Credit:
    return Credit(round(float(orders), 6), round(float(revenue), 2))
