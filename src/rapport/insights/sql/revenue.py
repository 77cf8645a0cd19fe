"""Revenue in SQL: a person's orders numbered by windows, then sums of people and of money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from rapport.audiences.language import windows
from rapport.insights.answers.takings import Purse, Takings
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.specs.revenue import Revenue
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    NEXT,
    Flow,
    bisected,
    counted,
    falling,
    greatest,
    least,
    micro,
    missing,
    missing_first,
    numbered,
    over,
    ranked,
    summed,
    there,
    when,
)
from rapport.warehouse.sqlbuild import E, binary, column, equals, integer

_N, _AT, _GAP = column("n"), column("at"), column("gap")
_SLOT = ["told", "period"]
Slot = tuple[str | None, int]  # value of the breakdown, number of the period


def takings(
    question: Revenue,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    chosen: Sequence[str | None] | None = None,
) -> dict[Slot, Takings]:
    """Of each period of the range in which anything happened, and each of the `chosen` values of
    the breakdown; without them the value is None."""
    found: dict[Slot, Takings] = {}
    purses: dict[Slot, dict[str | None, Purse]] = {}
    for row in engine.read(buyers(question, engine, grid, span, chosen).query()):
        names = ("orders", "buyers", "new", "cohort", "came_back")
        counts = [int(row[name]) for name in names]
        gaps = [None if row[name] is None else int(row[name]) for name in ("p50", "p90")]
        found[_slot(row)] = Takings._make([*counts, *gaps, {}])
    scope = (engine, grid, span, chosen)
    for row in engine.read(_money(bought(question, engine), *scope).query()):
        money = Purse(int(row["times"]), micro(row["total"]) or 0)
        purses.setdefault(_slot(row), {})[row["currency"]] = money
    if question.refund:
        for row in engine.read(_money(_valued(question, engine, 1), *scope).query()):
            held = purses.setdefault(_slot(row), {})
            before = held.get(row["currency"], Purse())
            held[row["currency"]] = before._replace(refunded=micro(row["total"]) or 0)
    return {
        slot: found.get(slot, Takings())._replace(purses=purses.get(slot, {}))
        for slot in found.keys() | purses.keys()
    }


def values(
    question: Revenue, engine: Engine, span: tuple[int, int]
) -> list[tuple[str | None, int]]:
    """The values of the breakdown with most orders in the range, and how many."""
    flow = bought(question, engine).keep(_inside(span))
    flow.group(["value"], {"orders": counted()})
    order = (falling("orders"), missing_first("value"))
    rows = engine.read(flow.query(*order, limit=question.limit))
    return [(row["value"], int(row["orders"])) for row in rows]


def people(
    question: Revenue, engine: Engine, span: tuple[int, int], of: str, value: str | None
) -> Ints:
    """Who is behind a number of the instants in `span`; `value` "" is none, None is all."""
    flow = bought(question, engine).keep(_inside(span))
    if value is not None:
        mine = column("value")
        flow.keep(equals(mine, engine.dialect.literal(value)) if value else missing(mine))
    if of == "came_back":
        flow.keep(_came_back(question))
    elif of != "buyers":
        begun = exp.paren(_inside(span, column("begun")))
        flow.keep(begun if of == "new" else exp.not_(begun))
    return engine.profiles(flow)


def bought(question: Revenue, engine: Engine) -> Flow:
    """Every order that counts: person, at, amount, value, currency, its number among hers `turn`,
    the instant of her first `begun`, and µs until her next `gap`."""
    flow = _valued(question, engine, 0)
    if question.order_id:
        flow.add({"again": numbered(["person", "v0"], _N)})
        flow.keep(exp.or_(missing(column("v0")), equals(column("again"), 1)))
    after = over(greatest(_AT), ["person"], [_N], NEXT)
    columns = {"turn": numbered(["person"], _N), "begun": over(least(_AT), ["person"])}
    return flow.add({**columns, "gap": binary(exp.Sub, after, _AT)})


def buyers(
    question: Revenue,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    chosen: Sequence[str | None] | None,
) -> Flow:
    """One row a value and period: orders, people, and how long until the second order."""
    flow = _slots(bought(question, engine), engine, grid, span, chosen)
    same = equals(bisected(column("begun"), grid.bounds), column("period"))
    new = exp.and_(binary(exp.GTE, column("begun"), span[0]), same)
    flow.add({"is_new": when(new, column("person")), "came": when(_came_back(question), 1, 0)})
    of_gap = [*_SLOT, "came"]
    flow.add({"place": numbered(of_gap, _GAP), "size": over(counted(), of_gap)})
    dialect = engine.dialect
    told: dict[str, E] = {
        "orders": counted(),
        "buyers": dialect.exact_distinct(column("person")),
        "new": dialect.exact_distinct(column("is_new")),
        "cohort": dialect.count_if(equals(column("turn"), 1)),
        "came_back": summed(column("came")),
    }
    for percent in (50, 90):
        here = equals(column("place"), ranked(dialect, column("size"), percent))
        here = exp.and_(equals(column("came"), 1), here)
        told[f"p{percent}"] = greatest(when(here, _GAP))
    return flow.group(_SLOT, told)


def _valued(question: Revenue, engine: Engine, bit: int) -> Flow:
    """Events of the one kind that tell an amount."""
    wanted = question.wanted()
    rows = (question.checked(), windows.EVER, engine.now + 1)
    flow = engine.rows(*rows, segment=question.segment, wanted=wanted)
    first = 1 if question.order_id else 0
    places = range(first, first + len(question.amount))
    numbers = [engine.dialect.number(column(f"v{place}")) for place in places]
    amount = exp.Coalesce(this=numbers[0], expressions=numbers[1:]) if numbers[1:] else numbers[0]
    nothing = engine.dialect.typed(None, "text")
    columns: dict[str, E] = {
        "amount": amount,
        "currency": column(f"v{places.stop}") if question.currency else nothing,
        "value": column(f"v{len(wanted) - 1}") if question.breakdown else nothing,
    }
    flow.add(columns, where=engine.dialect.has_bit(column("match"), bit))
    return engine.numbered(flow, len(wanted), where=there(column("amount")))


def _money(
    flow: Flow,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    chosen: Sequence[str | None] | None,
) -> Flow:
    _slots(flow, engine, grid, span, chosen)
    columns = {"times": counted(), "total": summed(column("amount"))}
    return flow.group([*_SLOT, "currency"], columns)


def _slots(
    flow: Flow,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    chosen: Sequence[str | None] | None,
) -> Flow:
    """Rows of the range and of the chosen values, with their slot."""
    value = column("value")
    tests = [_inside(span)]
    if chosen is not None:
        literals = [engine.dialect.literal(each) for each in chosen if each is not None]
        among: list[E] = [exp.In(this=value.copy(), expressions=literals)] if literals else []
        among += [missing(value)] if None in chosen else []
        tests.append(exp.paren(exp.or_(*among)) if among else exp.false())
    told = engine.dialect.typed(None, "text") if chosen is None else value
    columns = {"told": told, "period": bisected(_AT, grid.bounds)}
    return flow.add(columns, where=exp.and_(*tests))


def _inside(span: tuple[int, int], at: E = _AT) -> E:
    return exp.and_(binary(exp.GTE, at, span[0]), binary(exp.LT, at, span[1]))


def _came_back(question: Revenue) -> E:
    tests = [equals(column("turn"), 1), there(_GAP)]
    longest = question.longest()
    if longest is not None:
        tests.append(binary(exp.LTE, _GAP, integer(longest)))
    return exp.paren(exp.and_(*tests))


def _slot(row: Mapping[str, Any]) -> Slot:
    return row["told"], int(row["period"])
