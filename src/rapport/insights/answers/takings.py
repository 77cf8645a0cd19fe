"""What a period brought, as it is told: orders, money by currency, people, and who came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rapport.audiences.language import values
from rapport.insights.oracles.trends import divided

_UNIT = 10**values.PLACES
_SECOND = 1_000_000


class Purse(NamedTuple):
    """Of one currency; money in millionths."""

    orders: int = 0
    revenue: int = 0
    refunded: int = 0


class Takings(NamedTuple):
    """`cohort`: people whose first order it was; `came_back` of these, `median` and `p90` µs
    after it."""

    orders: int = 0
    buyers: int = 0
    new: int = 0
    cohort: int = 0
    came_back: int = 0
    median: int | None = None
    p90: int | None = None
    purses: Mapping[str | None, Purse] = {}


def told(one: Takings, currencies: Sequence[str | None], *, complete: bool) -> dict[str, Any]:
    """As JSON. `currencies`: all that the answer speaks of."""
    rate = one.came_back / one.cohort if one.cohort else None
    return {
        "orders": one.orders,
        **_money(one, currencies),
        "buyers": one.buyers,
        "new": one.new,
        "returning": one.buyers - one.new,
        "repeat": {
            "people": one.cohort,
            "came_back": one.came_back,
            "rate": None if rate is None else round(rate, 6),
            "median_seconds": _seconds(one.median),
            "p90_seconds": _seconds(one.p90),
            "complete": complete,
        },
    }


def number(size: int | None) -> int | float | None:
    """As JSON: whole numbers are whole."""
    if size is None:
        return None
    return size // _UNIT if size % _UNIT == 0 else size / _UNIT


def _money(one: Takings, currencies: Sequence[str | None]) -> dict[str, Any]:
    """Money, if it is all in one currency; else a row a currency, and no sum of them."""
    rows = {name: _purse(one.purses.get(name, Purse())) for name in currencies}
    if len(rows) < 2:
        return next(iter(rows.values()), _purse(Purse()))
    named = [
        {"currency": name, "orders": one.purses[name].orders, **row}
        for name, row in rows.items()
        if name in one.purses and (one.purses[name].orders or one.purses[name].refunded)
    ]
    return {**dict.fromkeys(_purse(Purse())), "currencies": named}


def _purse(purse: Purse) -> dict[str, Any]:
    return {
        "revenue": number(purse.revenue),
        "refunded": number(purse.refunded),
        "net": number(purse.revenue - purse.refunded),
        "average_order_value": number(divided(purse.revenue, purse.orders)),
    }


def _seconds(micros: int | None) -> int | float | None:
    if micros is None:
        return None
    return micros // _SECOND if micros % _SECOND == 0 else micros / _SECOND
