"""Retention in SQL: returns beside the anchors of their people, then one row a person and cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sqlglot import exp

from rapport.audiences.language import windows
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.scan import table
from rapport.insights.specs.retention import LENGTHS, Retention
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    SO_FAR,
    Flow,
    bisected,
    greatest,
    least,
    micro,
    over,
    summed,
    there,
    when,
)
from rapport.insights.sql.groups import place
from rapport.warehouse.sqlbuild import E, binary, column, equals, integer

_AT, _CELL, _ANCHOR = column("at"), column("cell"), column("anchor")
_WHO = ["person", "cohort"]
_MEMBER = -1  # the cell of a row that says no more than that she is in the cohort


class Cohort(NamedTuple):
    size: int
    counts: Ints  # [cell]
    sums: tuple[int, ...]  # of each cell, in millionths


def cohorts(
    question: Retention,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    values: Sequence[str | None] | None,
) -> dict[tuple[int, int], Cohort]:
    """By the part and the number of the cohort; those that nobody is in are left out. The part is
    the place of a person's value among these `values` of the breakdown, or the one behind them."""
    width = len(question.edges())  # the last is: later
    people_in: dict[tuple[int, int], Ints] = {}
    sums: dict[tuple[int, int], list[int]] = {}
    sizes: dict[tuple[int, int], int] = {}
    for row in engine.read(counts(question, engine, grid, span, values).query()):
        cohort, cell = (int(row["part"]), int(row["cohort"])), int(row["cell"])
        there = people_in.setdefault(cohort, np.zeros(width, np.int64))
        totals = sums.setdefault(cohort, [0] * width)
        if cell == _MEMBER:
            sizes[cohort] = int(row["people"])
        else:
            there[min(cell, width - 1)] += int(row["people"])
            totals[min(cell, width - 1)] += micro(row["total"]) or 0
    return {
        cohort: Cohort(size, _told(question, people_in[cohort], size), tuple(sums[cohort][:-1]))
        for cohort, size in sizes.items()
    }


def counts(
    question: Retention,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    values: Sequence[str | None] | None,
) -> Flow:
    """One row a part, cohort and cell: how many people, and their total."""
    flow = cells(question, engine, grid, *span)
    part: E = integer(0)
    if values is not None and question.breakdown and question.breakdown.trait:
        engine.beside(flow, [*_WHO, "cell", "counts", "total"], question.breakdown.trait, "value")
        part = place(engine.dialect, column("value"), values)
    flow.add({"part": part})
    people = engine.dialect.count_if(column("counts"))
    return flow.group(
        ["part", "cohort", "cell"], {"people": people, "total": summed(column("total"))}
    )


def people(
    question: Retention,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    cohort: int,
    cell: int,
    *,
    gone: bool,
) -> Ints:
    """Who counts in the cell of the cohort, or who does not."""
    flow = cells(question, engine, grid, *span)
    if cell == 0 and question.first_cell == "all":
        here = equals(_CELL, _MEMBER)
    elif question.match == "on_or_after":
        here = binary(exp.GTE, _CELL, cell)
    elif question.match == "on_or_before":
        here = exp.and_(binary(exp.GTE, _CELL, 0), binary(exp.LTE, _CELL, cell))
    else:
        here = equals(_CELL, cell)
    hit = when(exp.and_(here, column("counts")), 1, 0)
    flow.group(["person"], {"hit": greatest(hit)}, where=equals(column("cohort"), cohort))
    return engine.profiles(flow.keep(equals(column("hit"), 0 if gone else 1)))


def _told(question: Retention, found: Ints, size: int) -> Ints:
    """Of those cells that make a person count, those in which she does."""
    if question.match == "on_or_after":
        found = np.cumsum(found[::-1])[::-1]
    elif question.match == "on_or_before":
        found = np.cumsum(found)
    found = found[:-1].copy()
    if question.first_cell == "all":
        found[0] = size
    return found


def cells(question: Retention, engine: Engine, grid: Grid, start: int, end: int) -> Flow:
    """One row a person, cohort and cell (or `_MEMBER`): `total`, and whether this cell is one that
    makes her count: of `on_or_after` the last, of `on_or_before` the first, else each."""
    dialect = engine.dialect
    flow = _anchored(question, engine, grid, start, end)
    back = exp.and_(dialect.has_bit(column("match"), 1), binary(exp.GT, _AT, _ANCHOR))
    since: E = binary(exp.Sub, column("period"), column("cohort"))
    if question.clock == "rolling":
        since = dialect.int_div(binary(exp.Sub, _AT, _ANCHOR), LENGTHS[question.period])
    cell = bisected(since, question.edges()) if question.brackets else since
    flow.add({"cell": when(back, cell, _MEMBER)}, where=binary(exp.GTE, _AT, _ANCHOR))
    times = dialect.count_if(exp.true())
    value = dialect.number(column("v0")) if question.sum else dialect.typed(None, "decimal")
    flow.add({"value": value})
    flow.group([*_WHO, "cell"], {"times": times, "total": summed(column("value"))})
    enough = binary(exp.GTE, column("times"), question.min_occurrences)
    came = exp.and_(binary(exp.GTE, _CELL, 0), enough)
    if question.match == "on_or_after":
        flow.add({"edge": over(greatest(when(came, _CELL)), _WHO)})
        came = exp.and_(came, equals(_CELL, column("edge")))
    elif question.match == "on_or_before":
        flow.add({"edge": over(least(when(came, _CELL)), _WHO)})
        came = exp.and_(came, equals(_CELL, column("edge")))
    elif question.match == "streak":
        base = 1 if question.first_cell == "all" else 0
        came = exp.and_(binary(exp.GTE, _CELL, base), enough)
        flow.add({"turn": over(summed(when(came, 1, 0)), _WHO, [_CELL], SO_FAR)})
        unbroken = equals(binary(exp.Add, _CELL, 1 - base), column("turn"))
        came = exp.and_(came, unbroken)
    return flow.add({"counts": exp.paren(exp.or_(equals(_CELL, _MEMBER), came))})


def _anchored(question: Retention, engine: Engine, grid: Grid, start: int, end: int) -> Flow:
    """Every event of hers from the anchor on, for each of her anchors."""
    low = windows.EVER if question.mode == "first_ever" else start
    wanted = [question.sum] if question.sum else []
    flow = engine.rows(
        question.checked(), low, engine.now + 1, segment=question.segment, wanted=wanted
    )
    flow.add({"period": bisected(_AT, grid.bounds)})
    begins = engine.dialect.has_bit(column("match"), 0)
    inside = [binary(exp.GTE, _AT, start), binary(exp.LT, _AT, end)]
    if question.mode == "recurring":
        return _recurring(flow, exp.and_(begins, *inside), len(wanted))
    if question.mode == "first_in_range":
        begins = exp.and_(begins, *inside)
    flow.add({"anchor": over(least(when(begins, _AT)), ["person"])})
    flow.keep(
        exp.and_(there(_ANCHOR), binary(exp.GTE, _ANCHOR, start), binary(exp.LT, _ANCHOR, end))
    )
    return flow.add({"cohort": bisected(_ANCHOR, grid.bounds)})


def _recurring(flow: Flow, begins: E, wanted: int) -> Flow:
    """Only here people have several anchors, one a period: their events stand beside each."""
    rows = flow.last
    anchors = (
        exp.select(column("person"))
        .select(exp.alias_(column("period"), "cohort", quoted=True))
        .select(exp.alias_(least(_AT), "anchor", quoted=True))
        .from_(rows)
        .where(begins)
        .group_by(column("person"), column("period"))
        .subquery(exp.to_identifier("a", quoted=True))
    )
    named = ["person", "at", "match", "period", *(f"v{n}" for n in range(wanted))]
    columns = [*(column(name, "r") for name in named), column("cohort", "a"), column("anchor", "a")]
    same = equals(column("person", "a"), column("person", "r"))
    joined = exp.select(*columns).from_(table(rows, "r")).join(anchors, on=same)
    return flow.push(joined)
