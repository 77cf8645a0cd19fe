"""Which touches something is due to: for each conversion its touches, and the share of each.

The shares of one conversion add up to it exactly, whatever the rule: they are whole millionths, or,
where they fade with age, whole parts of a millionth (`FINE`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np

from rapport.clock import DAY
from rapport.insights.rows import Ints, starts

Rule = Literal["first", "last", "linear", "time_decay", "position"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
WHOLE: Final = 1_000_000
FINE: Final = 10**12  # parts of a millionth, where shares fade
# Shares that fade: a touch weighs LIGHTEST * 2^x, x its place in its span of a half-life (since
# 1970), and half of that for each span until the one of the conversion's last touch. All in whole
# numbers, so that every engine has the same: x in PLACES parts, 2^x as 1 + a*x + b*x^2 ... with
# a, b ... in POWERS (in parts of SCALE; 3e-7 off at most).
LIGHTEST: Final = 1 << 22
PLACES: Final = 1 << 20
SCALE: Final = 1 << 30
POWERS: Final = (744_265_911, 257_870_286, 59_931_915, 9_656_535, 2_017_177)
OLDEST: Final = 22  # spans; what is older weighs nothing
_LONG: Final = 1 << 43  # a sum of weights from which on a millionth of it would not fit
_PAIRS: Final = 1_000_000  # (conversion, touch) at a time, unless one conversion has more


class Way(NamedTuple):
    """`half_life` in µs. `first` and `last`, in millionths, are of `position`: the ends of the
    chain; those between share the rest."""

    rule: Rule
    half_life: int = 7 * DAY
    first: int = 400_000
    last: int = 400_000

    @property
    def unit(self) -> int:
        """µs in which the place of a touch in its span is looked at: no number needs 64 bits."""
        return max(1, self.half_life >> 42)


class Credits(NamedTuple):
    """One row a (conversion, touch): the place of each, and the share in millionths; where shares
    fade also the `rest` of each, in parts of a millionth, and the `weight` it comes of."""

    order: Ints
    touch: Ints
    share: Ints
    rest: Ints | None = None
    weight: Ints | None = None


class Done(NamedTuple):
    """Sorted by person and instant (µs)."""

    person: Ints
    at: Ints


class TooMany(Exception):
    """There are more pairs of a conversion and a touch than may be."""


def credited(
    way: Way, orders: Done, touches: Done, lookback: int, most: float = math.inf
) -> Iterator[Credits]:
    """Touches count from `lookback` µs before a conversion until its own instant, both inclusive.

    Conversions without a touch have no row. Raises `TooMany` before the first of more than `most`.
    """
    first, after = _windows(orders, touches, lookback)
    ends = np.cumsum(after - first)
    if len(ends) and ends[-1] > most:
        raise TooMany
    held = weights(way, touches.at) if way.rule == "time_decay" else None
    start = 0
    while start < len(first):
        behind = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, behind + _PAIRS, side="right")))
        some = slice(start, stop)
        found = _shared(way, first[some], after[some], held)
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


def _shared(way: Way, first: Ints, after: Ints, held: tuple[Ints, Ints] | None) -> Credits:
    count = after - first
    order = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(order)) - (np.cumsum(count) - count)[order]
    touch = first[order] + place
    whole = np.full(len(order), WHOLE, np.int64)
    if held is not None:
        span, heavy = held
        weight = heavy[touch] >> np.minimum(span[after[order] - 1] - span[touch], OLDEST + 1)
        return Credits(order, touch, *_in_ratio(whole, weight, place), weight)
    return Credits(order, touch, _split(way, whole, place, count[order]))


def weights(way: Way, at: Ints) -> tuple[Ints, Ints]:
    """The number of the span of each instant, and what a touch weighs within its own."""
    span, inside = np.divmod(at, way.half_life)
    place = inside // way.unit * PLACES // (way.half_life // way.unit)
    power = np.zeros_like(at)
    for each in reversed(POWERS):
        power = power * place // PLACES + each
    return span, LIGHTEST + power * place // (PLACES * (SCALE // LIGHTEST))


def parts(way: Way, found: Credits, sizes: Ints) -> tuple[Ints, Ints | None]:
    """What of the size of its conversion each touch gets: with the rests they add up to it."""
    begun = np.flatnonzero(starts(found.order))
    count = np.diff(np.append(begun, len(found.order)))
    place = np.arange(len(found.order)) - np.repeat(begun, count)
    size = sizes[found.order]
    whole = np.abs(size)
    if found.weight is None:
        told = _split(way, whole, place, np.repeat(count, count))
        return np.where(size < 0, -told, told), None
    told, rest = _in_ratio(whole, found.weight, place)
    return np.where(size < 0, -told, told), np.where(size < 0, -rest, rest)


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


def _in_ratio(whole: Ints, weight: Ints, place: Ints) -> tuple[Ints, Ints]:
    """By weight times what one weight gets, to the part of a millionth; what that leaves of the
    whole, or takes too much, is the last touch's."""
    begun = np.flatnonzero(place == 0)
    mine = np.cumsum(place == 0) - 1
    total: Any = np.add.reduceat(weight, begun) if len(begun) else weight
    if len(total) and total.max() >= _LONG:
        total = total.astype(object)
    each = whole[begun] // total
    left = whole[begun] - each * total
    high = left * WHOLE // total
    left = left * WHOLE - high * total
    low = left * WHOLE // total
    left = left * WHOLE - low * total
    fine = (high * WHOLE + low + (2 * left >= total)).astype(np.int64)
    more, rest = np.divmod(weight * fine[mine], FINE)
    told = (weight * each[mine]).astype(whole.dtype) + more
    if len(begun):
        last = np.append(begun[1:], len(place)) - 1
        more, rest[last] = np.divmod(rest[last] - np.add.reduceat(rest, begun), FINE)
        told[last] += whole[begun] - np.add.reduceat(told, begun) + more
    return told, rest
