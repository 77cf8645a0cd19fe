"""Which touches something is due to: for each conversion its touches, and the share of each.

Shares are whole millionths that add up to one million, whatever the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, get_args

import numpy as np

from rapport.clock import DAY
from rapport.insights.rows import Ints, starts

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
    place = np.arange(len(order)) - (np.cumsum(count) - count)[order]
    touch = first[order] + place
    whole = np.full(len(order), WHOLE, np.int64)
    if way.rule == "time_decay":
        age = at[after[order] - 1] - at[touch]
        weight = np.rint(np.exp2(-age / way.half_life) * _LATEST).astype(np.int64)
        return Credits(order, touch, _in_ratio(whole, weight, place))
    return Credits(order, touch, _split(way, whole, place, count[order]))


def parts(way: Way, found: Credits, sizes: Ints) -> Ints:
    """What of the size of its conversion each touch gets: they add up to it exactly."""
    begun = np.flatnonzero(starts(found.order))
    count = np.diff(np.append(begun, len(found.order)))
    place = np.arange(len(found.order)) - np.repeat(begun, count)
    size = sizes[found.order]
    whole = np.abs(size)
    if way.rule == "time_decay":
        told = _in_ratio(whole, found.share, place)
    else:
        told = _split(way, whole, place, np.repeat(count, count))
    signed: Ints = np.where(size < 0, -told, told)
    return signed


def _split(way: Way, whole: Ints, place: Ints, count: Ints) -> Ints:
    """As the oracle's. `whole` is 0 or more, in each row that of its conversion."""
    first, last, none = place == 0, place == count - 1, whole - whole
    if way.rule in ("first", "last"):
        told: Ints = np.where(first if way.rule == "first" else last, whole, none)
        return told
    if way.rule == "linear":
        return _evenly(whole, place, count)
    ends = way.first + way.last
    two = count == 2
    of_two = _of(whole, way.first, ends) if ends else whole // 2
    head = np.where(two, of_two, np.where(count == 1, none, _of(whole, way.first, WHOLE)))
    rest = two | (count == 1) | (ends == WHOLE)
    tail = np.where(rest, whole - head, _of(whole, way.last, WHOLE))
    middle = _evenly(whole - head - tail, place - 1, np.maximum(count - 2, 1))
    return np.where(last, tail, np.where(first, head, middle))


def _evenly(whole: Ints, place: Ints, count: Ints) -> Ints:
    told: Ints = whole // count + (place >= count - whole % count)
    return told


def _of(whole: Ints, part: int | Ints, total: int | Ints) -> Ints:
    """whole * part // total, where the product might not fit."""
    told: Ints = whole // total * part + whole % total * part // total
    return told


def _in_ratio(whole: Ints, weight: Ints, place: Ints) -> Ints:
    """Each is what all up to it come to, rounded down, less those before it."""
    begins = place == 0
    until = np.cumsum(weight)
    behind = (until - weight)[begins][np.cumsum(begins) - 1]
    total = np.add.reduceat(weight, np.flatnonzero(begins))[np.cumsum(begins) - 1]
    so_far = _of(whole, until - behind, total)
    before = np.concatenate([so_far[:1], so_far[:-1]])
    return so_far - np.where(begins, so_far - so_far, before)
