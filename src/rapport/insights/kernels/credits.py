"""Which touches something is due to: for each conversion its touches, and the share of each.

Shares are whole millionths that add up to one million, whatever the rule: each is what its touches
up to it come to together, rounded down, less what those before it came to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, get_args

import numpy as np

from rapport.clock import DAY
from rapport.insights.rows import Bools, Ints

Rule = Literal["first", "last", "linear", "time_decay", "position"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
WHOLE: Final = 1_000_000
_LATEST: Final = 1 << 20  # weight of the latest touch, where they decay
_PAIRS: Final = 1_000_000  # (conversion, touch) at a time, unless one conversion has more


class Way(NamedTuple):
    """`half_life` in µs. `first` and `last`, in millionths, are of `position`: the ends of the
    chain; those between share the rest."""

    rule: Rule
    half_life: int = 7 * DAY
    first: int = 400_000
    last: int = 400_000


class Credits(NamedTuple):
    """One row a (conversion, touch): the place of each, and the share in millionths."""

    order: Ints
    touch: Ints
    share: Ints


class Done(NamedTuple):
    """Sorted by person and instant (µs)."""

    person: Ints
    at: Ints


def credited(way: Way, orders: Done, touches: Done, lookback: int) -> Iterator[Credits]:
    """Touches count from `lookback` µs before a conversion until its own instant, both inclusive.

    Conversions without a touch have no row.
    """
    first, after = _windows(orders, touches, lookback)
    ends = np.cumsum(after - first)
    start = 0
    while start < len(first):
        behind = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, behind + _PAIRS, side="right")))
        some = slice(start, stop)
        found = _shared(way, first[some], after[some], touches.at)
        yield found._replace(order=found.order + start)
        start = stop


def _windows(orders: Done, touches: Done, lookback: int) -> tuple[Ints, Ints]:
    """From and to of the touches of each conversion."""
    people = np.unique(np.concatenate([orders.person, touches.person]))
    back = orders.at - lookback
    instants = np.unique(np.concatenate([back, orders.at, touches.at]))

    def packed(person: Ints, at: Ints) -> Ints:
        """(person, instant) as one number, in order."""
        rank = np.searchsorted(people, person).astype(np.int64)
        return rank * (len(instants) + 1) + np.searchsorted(instants, at)

    held = packed(touches.person, touches.at)
    first = np.searchsorted(held, packed(orders.person, back), "left")
    return first, np.searchsorted(held, packed(orders.person, orders.at), "right")


def _shared(way: Way, first: Ints, after: Ints, at: Ints) -> Credits:
    count = after - first
    order = np.repeat(np.arange(len(count)), count)
    begun = np.cumsum(count) - count
    place = np.arange(len(order)) - begun[order]
    touch = first[order] + place
    age = at[after[order] - 1] - at[touch]
    until = np.cumsum(_weights(way, place, count[order], age))
    before = np.concatenate([np.zeros(1, np.int64), until])
    behind = before[begun][order]
    total = before[after - first + begun][order] - behind
    so_far = (until - behind) * WHOLE // total
    share = so_far - np.where(place > 0, np.concatenate([so_far[:1], so_far[:-1]]), 0)
    return Credits(order, touch, share)


def _weights(way: Way, place: Ints, count: Ints, age: Ints) -> Ints:
    """Whole numbers. `age`: how long before the latest touch."""
    first: Bools = place == 0
    last: Bools = place == count - 1
    if way.rule == "first":
        return first.astype(np.int64)
    if way.rule == "last":
        return last.astype(np.int64)
    if way.rule == "time_decay":
        decayed: Ints = np.rint(np.exp2(-age / way.half_life) * _LATEST).astype(np.int64)
        return decayed
    if way.rule == "linear":
        return np.ones(len(place), np.int64)
    even: Bools = (count == 1) | ((count == 2) & (way.first + way.last == 0))
    ends = np.where(first, way.first, way.last) * np.maximum(count - 2, 1)
    between = WHOLE - way.first - way.last
    weights: Ints = np.where(even, 1, np.where(first | last, ends, between))
    return weights
