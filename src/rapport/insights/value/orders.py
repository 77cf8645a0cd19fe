"""Orders and refunds from the events of the warehouse, as arrays.

An order id counts once a person, by its earliest event. Refunds subtract from their order from the
moment on at which they happened; an order that was wholly refunded or cancelled never counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rapport.insights.identities import of_nodes
from rapport.insights.value import reading
from rapport.insights.value.arrays import Bools, Floats, Groups, Ints, groups, totals
from rapport.insights.value.settings import Settings
from rapport.warehouse.base import Warehouse
from rapport.warehouse.sqlbuild import column

_CENT = 0.005


class Lines(NamedTuple):
    """What was ordered. `category` is a number of `Book.categories`, -1 for none."""

    order: Ints
    category: Ints
    price: Floats  # of one piece; NaN when not told
    quantity: Floats


class Refunds(NamedTuple):
    order: Ints
    at: Ints
    amount: Floats


class Book(NamedTuple):
    """Sorted by person and instant (µs UTC). Money is in the home currency, `currency`: None where
    orders tell none, or several without rates."""

    person: Ints
    at: Ints
    revenue: Floats
    discount: Floats
    coupon: Bools
    lines: Lines
    refunds: Refunds
    categories: tuple[str, ...]
    left_out: Mapping[str, int]  # code of a note → how many events could not be used
    currency: str | None = None

    def customers(self) -> Groups:
        return groups(self.person)


def as_of(book: Book, until: int) -> Book:
    """What could be known at `until`: earlier orders, less earlier refunds. No refunds remain."""
    back = book.refunds
    known = back.at < until
    given = totals(back.order[known], back.amount[known], len(book.person))
    returned = (given > 0) & (given >= book.revenue - _CENT)
    kept = (book.at < until) & ~returned
    return _taken(book._replace(revenue=np.maximum(book.revenue - given, 0.0)), kept)


def since(book: Book, start: int) -> Book:
    """The orders from `start` on, of a book without refunds."""
    return _taken(book, book.at >= start)


def read(warehouse: Warehouse, owner: Ints, settings: Settings, until: int) -> Book:
    """Every order and refund before `until`. `owner` says whose node it is."""
    taken = _Taken(settings)
    engine = reading.dialect(warehouse)
    columns = [(name, column(name)) for name in ("node", "event", "message_id", "properties")]
    columns.insert(1, ("at", reading.micros(engine)))
    where = reading.named(engine, (*settings.orders, *settings.refunds), until)
    for batch in reading.select(warehouse, columns, where):
        for node, at, event, message_id, raw in zip(*batch, strict=True):
            taken.event(node, at, event, message_id, reading.decoded(raw))
    return taken.book(owner)


def _taken(book: Book, kept: Bools) -> Book:
    lines = book.lines
    place = np.cumsum(kept) - 1
    mine = kept[lines.order]
    return book._replace(
        person=book.person[kept],
        at=book.at[kept],
        revenue=book.revenue[kept],
        discount=book.discount[kept],
        coupon=book.coupon[kept],
        lines=Lines(
            place[lines.order[mine]],
            lines.category[mine],
            lines.price[mine],
            lines.quantity[mine],
        ),
        refunds=_NO_REFUNDS,
    )


_NO_REFUNDS = Refunds(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


class _Taken:
    """Collects events one by one; `book` sorts them, drops repeated orders, ties refunds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._refunds = frozenset(settings.refunds)
        self._ids: dict[str, int] = {}
        self._categories: dict[str, int] = {}
        self._orders: list[tuple[int, int, str, int, float, float, bool]] = []
        self._lines: list[tuple[int, int, float, float]] = []
        self._back: list[tuple[int, int, int, float]] = []
        self._left_out: Counter[str] = Counter()
        self._currencies: set[str] = set()

    def event(self, node: int, at: int, event: str, message: str, held: dict[str, Any]) -> None:
        settings = self._settings
        rate = self._rate(held)
        if rate is None:
            self._left_out["currency_without_a_rate"] += 1
            return
        order = reading.first_at(held, settings.order_id)
        code = -1 if order is None else self._ids.setdefault(str(order), len(self._ids))
        if event in self._refunds:
            paid = reading.amount(reading.first_at(held, settings.refunded))
            whole = paid is None or event.endswith("Cancelled")
            self._back.append((node, at, code, np.inf if whole else abs(paid or 0.0) * rate))
            return
        revenue = reading.amount(reading.first_at(held, settings.revenue))
        if revenue is None:
            self._left_out["order_without_revenue"] += 1
            return
        discount = abs(reading.amount(reading.first_at(held, settings.discount)) or 0.0)
        coupon = reading.first_at(held, settings.coupon) is not None
        self._currencies.add(str(held.get(settings.currency) or "").upper())
        place = len(self._orders)
        money = (revenue * rate, discount * rate)
        self._orders.append((node, at, message, code, *money, coupon))
        products = held.get(settings.products)
        for line in products if isinstance(products, list) else [held]:
            if isinstance(line, dict):
                self._line(place, line, rate)

    def book(self, owner: Ints) -> Book:
        orders = self._orders
        nodes = np.array([o[0] for o in orders], np.int64)
        person, at = of_nodes(owner, nodes), np.array([o[1] for o in orders], np.int64)
        code = np.array([o[3] for o in orders], np.int64)
        messages = np.array([o[2] for o in orders], np.str_)
        order = np.lexsort((messages, at, person))
        order = order[_first_of_each(person[order], code[order])]
        self._left_out["repeated_order"] = len(orders) - len(order)
        place = np.full(len(orders), -1)
        place[order] = np.arange(len(order))
        gross = np.array([o[4] for o in orders])[order]
        return Book(
            person=person[order],
            at=at[order],
            revenue=gross,
            discount=np.array([o[5] for o in orders])[order],
            coupon=np.array([o[6] for o in orders], np.bool_)[order],
            lines=self._placed(place),
            refunds=self._tied(owner, person[order], at[order], code[order], gross),
            categories=tuple(self._categories),
            left_out={why: n for why, n in self._left_out.items() if n},
            currency=self._home(),
        )

    def _home(self) -> str | None:
        rates = self._settings.rates
        named = {name for name, rate in rates.items() if rate == 1} if rates else self._currencies
        codes = [name for name in named if len(name) == 3 and name.isascii() and name.isalpha()]
        return codes[0] if len(codes) == len(named) == 1 else None

    def _rate(self, held: dict[str, Any]) -> float | None:
        """1 without rates: then everything is taken for the home currency."""
        rates = self._settings.rates
        told = held.get(self._settings.currency)
        return rates.get(str(told).upper()) if rates and told else 1.0

    def _line(self, place: int, line: dict[str, Any], rate: float) -> None:
        settings = self._settings
        category = reading.first_at(line, settings.category)
        price = reading.amount(reading.first_at(line, settings.price))
        if category is None and price is None:
            return
        quantity = reading.amount(reading.first_at(line, settings.quantity))
        code = -1
        if category is not None:
            code = self._categories.setdefault(str(category), len(self._categories))
        cost = np.nan if price is None else price * rate
        self._lines.append((place, code, cost, 1.0 if quantity is None else max(quantity, 0.0)))

    def _placed(self, place: Ints) -> Lines:
        order = place[np.array([line[0] for line in self._lines], np.int64)]
        kept = np.flatnonzero(order >= 0)
        by_order = kept[np.argsort(order[kept], kind="stable")]
        category = np.array([line[1] for line in self._lines], np.int64)
        price = np.array([line[2] for line in self._lines])
        quantity = np.array([line[3] for line in self._lines])
        return Lines(order[by_order], category[by_order], price[by_order], quantity[by_order])

    def _tied(self, owner: Ints, person: Ints, at: Ints, code: Ints, gross: Floats) -> Refunds:
        """Refunds with their orders: by id, or else the person's latest order before."""
        told = np.flatnonzero(np.isin(code, [b[2] for b in self._back if b[2] >= 0]))
        keys = zip(person[told].tolist(), code[told].tolist(), strict=True)
        where = dict(zip(keys, told.tolist(), strict=True))
        people = of_nodes(owner, np.array([b[0] for b in self._back], np.int64)).tolist()
        found: list[tuple[int, int, float]] = []
        for who, (_, when, order, paid) in zip(people, self._back, strict=True):
            place = where.get((who, order)) if order >= 0 else _latest(person, at, who, when)
            if place is None:
                self._left_out["refund_without_its_order"] += 1
                continue
            found.append((place, when, float(min(paid, max(gross[place], 0.0)))))
        return Refunds(
            np.array([f[0] for f in found], np.int64),
            np.array([f[1] for f in found], np.int64),
            np.array([f[2] for f in found]),
        )


def _first_of_each(person: Ints, code: Ints) -> Ints:
    """Places of orders without an id, and of the first with each (person, id)."""
    known = np.flatnonzero(code >= 0)
    width = int(code.max(initial=0)) + 1
    _, first = np.unique(person[known] * width + code[known], return_index=True)
    found: Ints = np.sort(np.concatenate([np.flatnonzero(code < 0), known[first]]))
    return found


def _latest(person: Ints, at: Ints, who: int, when: int) -> int | None:
    low, high = np.searchsorted(person, [who, who + 1])
    place = low + int(np.searchsorted(at[low:high], when, side="right")) - 1
    return int(place) if place >= low else None
