"""What attribution means: the conversions of one person, and what each is due to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapport.audiences.language import values
from rapport.insights.kernels.credits import WHOLE, Way
from rapport.insights.oracles.matched import Matched
from rapport.insights.specs.attribution import CONVERSION, Attribution

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
    shares = _split(WHOLE, weights(question.way(), [each.at for each, _ in mine]))
    paid = _split(amount or 0, shares)
    touches = [
        Touch(name, share, part, each)
        for (each, name), share, part in zip(mine, shares, paid, strict=True)
    ]
    return Journey(event.at, amount, currency, touches, event)


def weights(way: Way, at: Sequence[int]) -> list[int]:
    """Of touches in order, at these instants; only their ratios matter."""
    count = len(at)
    if way.rule == "first":
        return [int(n == 0) for n in range(count)]
    if way.rule == "last":
        return [int(n == count - 1) for n in range(count)]
    if way.rule == "time_decay":
        return [round(_LATEST * 2.0 ** (-(at[-1] - each) / way.half_life)) for each in at]
    if way.rule == "linear" or count < 2 or (count == 2 and way.first + way.last == 0):
        return [1] * count
    between = max(count - 2, 1)
    middle = [WHOLE - way.first - way.last] * (count - 2)
    return [way.first * between, *middle, way.last * between]


def _split(whole: int, weights: Sequence[int]) -> list[int]:
    """In these ratios: each is what all up to it come to, rounded down, less those before it."""
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
    sizes = (values.micro(text) for text in event.values[first : first + len(question.value)])
    amount = next((size for size in sizes if size is not None), None)
    return amount, event.values[-1] if question.currency else None
