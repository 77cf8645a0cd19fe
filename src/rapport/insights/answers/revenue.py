"""Revenue: the answer, the people behind a number, and the orders of one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from rapport.audiences.language import values, windows
from rapport.clock import to_iso
from rapport.insights import periods
from rapport.insights.answers.takings import Purse, Takings, number, told
from rapport.insights.ground import Ground
from rapport.insights.kernels import revenue as kernel
from rapport.insights.mistakes import refuse
from rapport.insights.oracles import revenue as oracle
from rapport.insights.oracles.matched import matched
from rapport.insights.periods import Grid
from rapport.insights.rows import Bools, Ints
from rapport.insights.specs.revenue import ORDER, Revenue
from rapport.insights.specs.scope import span, zone
from rapport.insights.sql import revenue as plans
from rapport.insights.sql.revenue import Slot

Find = Callable[[Grid, Sequence[str | None] | None], Mapping[Slot, Takings]]
Rank = Callable[[], list[tuple[str | None, int]]]


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`came_back`: of those whose first order lies in the period. `value` of the breakdown."""

    period: str
    of: Literal["buyers", "new", "returning", "came_back"] = "buyers"
    value: str | None = None  # "" is none


class _Read(NamedTuple):
    orders: list[kernel.Orders]
    refunds: list[kernel.Money]
    sizes: list[int]  # millionths, by the number of an amount
    texts: list[str | None]  # of the breakdown, by `by`
    currencies: list[str | None]  # by `Money.currency`


def answer(question: Revenue, ground: Ground) -> dict[str, Any]:
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    whole = replace(grid, bounds=(start, end))
    takings, largest = _source(question, ground, (start, end))
    total = takings(whole, None)
    known = total.get((None, 0), Takings()).purses
    currencies = sorted(known, key=lambda name: (name is not None, name or ""))
    longest = question.longest() or 0

    def rows(grid: Grid, found: Mapping[Slot, Takings], value: str | None) -> list[dict[str, Any]]:
        return [
            {
                "start": grid.label(n),
                "complete": until <= ground.now + 1,
                **told(
                    found.get((value, n), Takings()),
                    currencies,
                    complete=until + longest <= ground.now + 1,
                ),
            }
            for n, until in enumerate(grid.bounds[1:])
        ]

    answered: dict[str, Any] = {
        "kind": "revenue",
        "currencies": currencies,
        "periods": rows(grid, takings(grid, None), None),
        "total": rows(whole, total, None)[0],
    }
    if question.breakdown:
        ranked = largest()
        found = takings(grid, [value for value, _ in ranked])
        answered["breakdown"] = [
            {"value": value, "orders": orders, "periods": rows(grid, found, value)}
            for value, orders in ranked
        ]
    return answered


def people(question: Revenue, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. Raises `Malformed` for a cell that there is not."""
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    labels = [grid.label(n) for n in range(len(grid))]
    if cell.period not in labels:
        raise refuse("cell.period", "is the day on which a period of the question begins")
    number = labels.index(cell.period)
    low, high = max(start, grid.bounds[number]), min(end, grid.bounds[number + 1])
    if ground.engine is not None:
        return plans.people(question, ground.engine, (low, high), cell.of, cell.value)
    read = _read(question, ground)
    value = None if cell.value is None else cell.value or None
    place = None if cell.value is None else read.texts.index(value) if value in read.texts else -1
    found: list[Ints] = [np.zeros(0, np.int64)]
    for each in read.orders:
        kept = _inside(each.money.at, low, high)
        if place is not None:
            kept &= each.money.by == place
        if cell.of == "came_back":
            kept &= each.first & _back(question, each.gap)
        elif cell.of != "buyers":
            kept &= _inside(each.begun, low, high) == (cell.of == "new")
        found.append(each.money.person[kept])
    return np.unique(np.concatenate(found))


def why(question: Revenue, ground: Ground, profile: int) -> dict[str, Any]:
    """All her orders, which of them count, and in which period of the question."""
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    events = ground.events(profile)
    seen = matched(
        events,
        question.checked(),
        *(windows.EVER, ground.now + 1),
        now=ground.now,
        wanted=question.wanted(),
    )
    counted = {id(each.event): each for each in oracle.orders(question, seen)}
    numbers = {place: n for n, place in enumerate(counted, 1)}
    shown = []
    for each in (one for one in seen if one.match & ORDER):
        money = counted.get(id(each))
        inside = start <= each.at < end
        period = int(periods.number(grid, np.array([each.at], np.int64))[0]) if inside else None
        row: dict[str, Any] = {"at": to_iso(each.at), "order": numbers.get(id(each))}
        row |= {"amount": None if money is None else number(money.amount)}
        row["period"] = None if period is None or money is None else grid.label(period)
        if each.event is not None:
            row |= {"event": each.event.event, "message_id": each.event.message_id}
        shown.append(row)
    return {"profile": f"p_{profile}", "orders": shown}


def _read(question: Revenue, ground: Ground) -> _Read:
    """Every order until now: who is new, and who comes back, is told by all of them."""
    wanted = question.wanted()
    pieces, held = ground.rows(
        question.checked(), windows.EVER, ground.now + 1, segment=question.segment, wanted=wanted
    )
    first = 1 if question.order_id else 0
    amounts = range(first, first + len(question.amount))
    sizes = [[values.micro(text) for text in held.texts[place]] for place in amounts]
    numeric = [np.array([size is not None for size in each], np.bool_) for each in sizes]
    by = len(wanted) - 1 if question.breakdown else None
    currency = amounts.stop if question.currency else None
    layout = kernel.Layout(0 if question.order_id else None, amounts, by, numeric, currency)
    chunks = list(pieces)
    return _Read(
        [kernel.orders(each, layout) for each in chunks],
        [kernel.refunds(each, layout) for each in chunks],
        [size or 0 for each in sizes for size in each],
        [None, *(held.texts[by] if by is not None else ())],
        [None, *(held.texts[currency] if currency is not None else ())],
    )


def _source(question: Revenue, ground: Ground, inside: tuple[int, int]) -> tuple[Find, Rank]:
    """What finds the takings of a grid, of the chosen values or of all together; and the values of
    the breakdown with most orders in the range."""
    if ground.engine is not None:
        engine = ground.engine
        return (
            lambda grid, chosen: plans.takings(question, engine, grid, inside, chosen),
            lambda: plans.values(question, engine, inside),
        )
    read = _read(question, ground)
    return (
        lambda grid, chosen: _takings(question, grid, read, inside, chosen),
        lambda: _largest(question, read, inside),
    )


def _currencies(read: _Read, start: int, end: int) -> dict[int, str | None]:
    """Those that occur in the range, by number."""
    every = [each.money for each in read.orders] + read.refunds
    seen = [np.unique(each.currency[_inside(each.at, start, end)]) for each in every]
    numbers = np.unique(np.concatenate([np.zeros(0, np.int64), *seen])).tolist()
    return {number: read.currencies[number] for number in numbers}


def _largest(
    question: Revenue, read: _Read, inside: tuple[int, int]
) -> list[tuple[str | None, int]]:
    totals = np.zeros(len(read.texts), np.int64)
    for each in read.orders:
        kept = _inside(each.money.at, *inside)
        totals += np.bincount(each.money.by[kept], minlength=len(totals))
    order = np.argsort(-totals, kind="stable").tolist()
    return [(read.texts[n], int(totals[n])) for n in order if totals[n]][: question.limit]


def _takings(
    question: Revenue,
    grid: Grid,
    read: _Read,
    inside: tuple[int, int],
    chosen: Sequence[str | None] | None,
) -> dict[Slot, Takings]:
    start, end = inside
    split = chosen is not None
    width = len(read.texts) if split else 1
    sums = _Sums(len(grid) * width, read.sizes, _currencies(read, start, end))
    for orders in read.orders:
        kept = np.flatnonzero(_inside(orders.money.at, start, end))
        period = periods.number(grid, orders.money.at[kept]).astype(np.int64)
        slot = period * width + (orders.money.by[kept] if split else 0)
        low, high = _edges(grid, start, end)
        begun = orders.begun[kept]
        new = (begun >= low[period]) & (begun < high[period])
        sums.orders(orders, kept, slot, new, _back(question, orders.gap[kept]))
    for money in read.refunds:
        kept = np.flatnonzero(_inside(money.at, start, end))
        period = periods.number(grid, money.at[kept]).astype(np.int64)
        sums.refunds(money, kept, period * width + (money.by[kept] if split else 0))
    values = [None] if chosen is None else chosen
    places = {value: read.texts.index(value) if split else 0 for value in values}
    return {
        (value, n): sums.takings(n * width + place)
        for value, place in places.items()
        for n in range(len(grid))
    }


class _Sums:
    """What comes to each slot, chunk after chunk. Sums of money are Python's integers."""

    def __init__(self, size: int, sizes: list[int], currencies: dict[int, str | None]) -> None:
        self._sizes = sizes
        self._currencies = currencies
        self._counts = {
            name: np.zeros(size, np.int64)
            for name in ("orders", "buyers", "new", "cohort", "came_back")
        }
        self._money = {number: _Purse(size) for number in currencies}
        self._gaps: list[list[Ints]] = [[] for _ in range(size)]

    def orders(self, found: kernel.Orders, kept: Ints, slot: Ints, new: Bools, back: Bools) -> None:
        person, first = found.money.person[kept], found.first[kept]
        size = len(self._gaps)
        currency, amount = found.money.currency[kept], found.money.amount[kept]
        for place, purse in self._money.items():
            mine = currency == place
            purse.orders += np.bincount(slot[mine], minlength=size)
            self._add(purse.revenue, amount[mine], slot[mine])
        once = np.unique(person.astype(np.int64) * size + slot, return_index=True)[1]
        for name, which in (
            ("orders", slot),
            ("buyers", slot[once]),
            ("new", slot[once][new[once]]),
            ("cohort", slot[first]),
            ("came_back", slot[first & back]),
        ):
            self._counts[name] += np.bincount(which, minlength=size)
        gaps, places = found.gap[kept][first & back], slot[first & back]
        for place in np.unique(places).tolist():
            self._gaps[place].append(gaps[places == place])

    def refunds(self, money: kernel.Money, kept: Ints, slot: Ints) -> None:
        for place, purse in self._money.items():
            mine = money.currency[kept] == place
            self._add(purse.refunded, money.amount[kept][mine], slot[mine])

    def takings(self, slot: int) -> Takings:
        counts = [int(each[slot]) for each in self._counts.values()]
        gaps = np.sort(np.concatenate([np.zeros(0, np.int64), *self._gaps[slot]]))
        purses = {name: self._money[n].purse(slot) for n, name in self._currencies.items()}
        return Takings._make([*counts, _rank(gaps, 50), _rank(gaps, 90), purses])

    def _add(self, into: list[int], amount: Ints, slot: Ints) -> None:
        width = max(len(self._sizes), 1)
        packed, times = np.unique(slot * width + amount, return_counts=True)
        for place, count in zip(packed.tolist(), times.tolist(), strict=True):
            into[place // width] += self._sizes[place % width] * count


class _Purse:
    """The money of one currency, in millionths, a slot."""

    def __init__(self, size: int) -> None:
        self.orders = np.zeros(size, np.int64)
        self.revenue, self.refunded = [0] * size, [0] * size

    def purse(self, slot: int) -> Purse:
        return Purse(int(self.orders[slot]), self.revenue[slot], self.refunded[slot])


def _inside(at: Ints, start: int, end: int) -> Bools:
    found: Bools = (at >= start) & (at < end)
    return found


def _edges(grid: Grid, start: int, end: int) -> tuple[Ints, Ints]:
    """Of each period, the part that lies in the range."""
    bounds = np.array(grid.bounds, np.int64)
    return np.maximum(bounds[:-1], start), np.minimum(bounds[1:], end)


def _back(question: Revenue, gap: Ints) -> Bools:
    longest = question.longest()
    found: Bools = (gap >= 0) & (gap <= (longest if longest is not None else gap))
    return found


def _rank(gaps: Ints, percent: int) -> int | None:
    """Nearest rank, in µs."""
    if not len(gaps):
        return None
    return int(gaps[max(1, -(-len(gaps) * percent // 100)) - 1])
