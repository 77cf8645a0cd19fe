"""What attribution means: the conversions of one person, and what each is due to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapport.insights.kernels.credits import WHOLE, Way
from rapport.insights.oracles.matched import Matched
from rapport.insights.specs.attribution import CONVERSION, Attribution, amount_of

_LATEST = 1 << 20


class Touch(NamedTuple):
    """`share` of its conversion, `part` of its amount: both in millionths."""

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
    """`whole` among touches in order, at these instants; of less than nothing each gets as much of
    the opposite.

    >>> split(Way("linear"), 8, [1, 2, 3])
    [2, 3, 3]
    """
    if whole < 0:
        return [-each for each in split(way, -whole, at)]
    count = len(at)
    if way.rule == "first":
        return [whole if n == 0 else 0 for n in range(count)]
    if way.rule == "last":
        return [whole if n == count - 1 else 0 for n in range(count)]
    if way.rule == "time_decay":
        return _by_age(way, whole, at)
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
    """Each is what all up to it come to, rounded down, less those before it. An amount is shared
    as its conversion is."""
    weights = [round(_LATEST * 2.0 ** (-(at[-1] - each) / way.half_life)) for each in at]
    shares = _cumulated(WHOLE, weights)
    return shares if whole == WHOLE else _cumulated(whole, shares)


def _cumulated(whole: int, weights: Sequence[int]) -> list[int]:
    total, so_far, given = sum(weights), 0, 0
    found = []
    for each in weights:
        so_far += each
        found.append(whole * so_far // total - given)
        given += found[-1]
    return found


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
