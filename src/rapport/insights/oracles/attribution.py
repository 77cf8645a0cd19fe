"""What attribution means: the conversions of one person, and what each is due to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from rapport.insights.kernels.credits import FINE, LIGHTEST, PLACES, POWERS, SCALE, WHOLE, Way
from rapport.insights.oracles.matched import Matched
from rapport.insights.specs.attribution import CONVERSION, Attribution, amount_of


class Touch(NamedTuple):
    """`share` of its conversion, `part` of its amount: both in parts of a millionth (`FINE`), so
    that an answer adds them up before it rounds."""

    name: str
    share: int
    part: int
    event: Matched


class Journey(NamedTuple):
    """`amount` in millionths, None without a number."""

    at: int
    amount: int | None
    currency: str | None
    touches: list[Touch]
    event: Matched


def journeys(
    question: Attribution, start: int, end: int, events: Sequence[Matched]
) -> list[Journey]:
    """Of one person: conversions in start <= at < end, each id once."""
    touches = [(each, name) for each in events if (name := _name(question, each)) is not None]
    seen: set[str] = set()
    found = []
    for event in events:
        if not event.match & CONVERSION:
            continue
        known = event.values[bool(question.by)] if question.order_id else None
        if known in seen:
            continue
        if known is not None:
            seen.add(known)
        if start <= event.at < end:
            mine = [t for t in touches if event.at - question.back() <= t[0].at <= event.at]
            found.append(_journey(question, event, mine))
    return found


def _journey(question: Attribution, event: Matched, mine: Sequence[tuple[Matched, str]]) -> Journey:
    amount, currency = _amount(question, event)
    at, way = [each.at for each, _ in mine], question.way()
    shares, paid = split(way, WHOLE, at), split(way, amount or 0, at)
    touches = [
        Touch(name, share, part, each)
        for (each, name), share, part in zip(mine, shares, paid, strict=True)
    ]
    return Journey(event.at, amount, currency, touches, event)


def split(way: Way, whole: int, at: Sequence[int]) -> list[int]:
    """`whole` millionths among touches in order, at these instants, in parts of a millionth; of
    less than nothing each gets as much of the opposite.

    >>> [each // FINE for each in split(Way("linear"), 8, [1, 2, 3])]
    [2, 3, 3]
    """
    if whole < 0:
        return [-each for each in split(way, -whole, at)]
    if way.rule == "time_decay":
        return _by_age(way, whole, at)
    return [each * FINE for each in _by_place(way, whole, at)]


def rounded(sizes: Sequence[int]) -> list[int]:
    """Parts of a millionth as millionths: each is what all up to it come to, rounded, less what
    those before it do. So they add up as before.

    >>> rounded([FINE // 3, FINE // 3, FINE - 2 * (FINE // 3)])
    [0, 1, 0]
    """
    ends = [(2 * each + FINE) // (2 * FINE) for each in accumulate(sizes)]
    return [end - start for start, end in pairwise([0, *ends])]


def _by_place(way: Way, whole: int, at: Sequence[int]) -> list[int]:
    count = len(at)
    if way.rule == "first":
        return [whole if n == 0 else 0 for n in range(count)]
    if way.rule == "last":
        return [whole if n == count - 1 else 0 for n in range(count)]
    if way.rule == "linear" or count < 2 or (count == 2 and way.first + way.last == 0):
        return _evenly(whole, count)
    if count == 2:
        first = whole * way.first // (way.first + way.last)
        return [first, whole - first]
    first = whole * way.first // WHOLE
    last = whole * way.last // WHOLE if way.first + way.last < WHOLE else whole - first
    return [first, *_evenly(whole - first - last, count - 2), last]


def _evenly(whole: int, count: int) -> list[int]:
    """What cannot be shared evenly goes to the last, one to each."""
    return [whole // count + (n >= count - whole % count) for n in range(count)]


def _by_age(way: Way, whole: int, at: Sequence[int]) -> list[int]:
    """By weight times what one weight gets; the rounding of that is the last touch's."""
    if not at:
        return []
    held = [_weight(way, each) for each in at]
    weights = [weight >> (held[-1][0] - span) for span, weight in held]
    total = sum(weights)
    fine = (2 * whole * FINE + total) // (2 * total)
    return [weight * fine for weight in weights[:-1]] + [
        whole * FINE - fine * (total - weights[-1])
    ]


def _weight(way: Way, at: int) -> tuple[int, int]:
    """The span of an instant, and what a touch weighs within its own."""
    span, inside = divmod(at, way.half_life)
    place, power = inside // way.unit * PLACES // (way.half_life // way.unit), 0
    for each in reversed(POWERS):
        power = power * place // PLACES + each
    return span, LIGHTEST + power * place // (PLACES * (SCALE // LIGHTEST))


def _name(question: Attribution, event: Matched) -> str | None:
    """What gets the credit of a touch; None for what is no touch."""
    if event.match & CONVERSION:
        return None
    if question.by is not None:
        return event.values[0]
    bit = (event.match & -event.match).bit_length() - 2
    return question.touches[bit].name


def _amount(question: Attribution, event: Matched) -> tuple[int | None, str | None]:
    first = bool(question.by) + bool(question.order_id)
    sizes = (amount_of(text) for text in event.values[first : first + len(question.value)])
    amount = next((size for size in sizes if size is not None), None)
    return amount, event.values[-1] if question.currency else None
