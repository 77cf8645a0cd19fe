"""What revenue means: the orders and refunds of one person, and what they come to together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rapport.audiences.language import values
from rapport.insights.oracles.matched import Matched
from rapport.insights.oracles.trends import divided
from rapport.insights.specs.revenue import ORDER, REFUND, Revenue


class Money(NamedTuple):
    """`amount` in millionths; `value` of the breakdown."""

    at: int
    amount: int
    currency: str | None
    value: str | None
    event: Matched


class Figures(NamedTuple):
    """Money in millionths. `cohort`: people whose first order it was; `came_back` of these."""

    orders: int
    revenue: int
    refunded: int
    average: int | None
    buyers: frozenset[int]
    new: frozenset[int]
    cohort: frozenset[int]
    came_back: frozenset[int]
    seconds: list[int]  # between first and second order, in µs, ascending


def orders(question: Revenue, events: Sequence[Matched]) -> list[Money]:
    """Of one person, in order."""
    seen: set[str] = set()
    found = []
    for event in events:
        money = _money(question, event) if event.match & ORDER else None
        known = event.values[0] if question.order_id else None
        if money is None or known in seen:
            continue
        if known is not None:
            seen.add(known)
        found.append(money)
    return found


def refunds(question: Revenue, events: Sequence[Matched]) -> list[Money]:
    every = (_money(question, each) for each in events if each.match & REFUND)
    return [each for each in every if each is not None]


def figures(
    question: Revenue,
    people: Mapping[int, Sequence[Matched]],
    inside: range,
    value: str | bool | None = True,
    currency: str | bool | None = True,
) -> Figures:
    """Of the instants `inside`; `value` True is all, else those with this one. `currency`: that of
    the orders and the money told; True where there is only one."""
    done: list[Money] = []
    back: list[Money] = []
    buyers, new, cohort, came = set(), set(), set(), set()
    gaps = []
    within = question.longest()
    for person, events in people.items():
        bought = orders(question, events)
        mine = [each for each in bought if _counts(each, inside, value)]
        done += [each for each in mine if currency in (True, each.currency)]
        back += [
            each
            for each in refunds(question, events)
            if _counts(each, inside, value) and currency in (True, each.currency)
        ]
        if mine:
            buyers.add(person)
            if bought[0].at in inside:
                new.add(person)
        if bought and _counts(bought[0], inside, value):
            cohort.add(person)
            gap = bought[1].at - bought[0].at if len(bought) > 1 else None
            if gap is not None and (within is None or gap <= within):
                came.add(person)
                gaps.append(gap)
    revenue = sum(each.amount for each in done)
    return Figures(
        len(done),
        revenue,
        sum(each.amount for each in back),
        divided(revenue, len(done)),
        frozenset(buyers),
        frozenset(new),
        frozenset(cohort),
        frozenset(came),
        sorted(gaps),
    )


def _counts(money: Money, inside: range, value: str | bool | None) -> bool:
    return money.at in inside and (value is True or money.value == value)


def _money(question: Revenue, event: Matched) -> Money | None:
    first = 1 if question.order_id else 0
    sizes = (values.micro(text) for text in event.values[first : first + len(question.amount)])
    amount = next((size for size in sizes if size is not None), None)
    told = event.values[-1] if question.breakdown else None
    currency = event.values[first + len(question.amount)] if question.currency else None
    return None if amount is None else Money(event.at, amount, currency, told, event)
