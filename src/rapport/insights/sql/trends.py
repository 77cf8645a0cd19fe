"""Trends in SQL: one query a series, and two more for its breakdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from rapport.audiences.language.model import Selection
from rapport.audiences.language.values import PLACES
from rapport.insights.oracles.trends import divided
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.specs.trends import PERCENTILES, Series, Trends
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    Flow,
    bisected,
    counted,
    greatest,
    micro,
    numbered,
    over,
    ranked,
    summed,
    when,
)
from rapport.insights.sql.groups import largest, place
from rapport.warehouse.sqlbuild import E, column, equals

UNIT = 10**PLACES
Line = list[int | None]  # millionths, a period


def lines(
    question: Trends,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    values: Sequence[str | None] | None,
) -> tuple[list[list[Line]], list[list[str | None]]]:
    """For each series the line of all, then one a value of the breakdown and, where there are any,
    one of all others; and those values, which may be given."""
    found, texts = [], []
    for series, selection in zip(question.series, question.checked(), strict=True):
        rows = engine.read(measured(question, series, selection, engine, grid, span).query())
        told = [_line(series, rows, len(grid))]
        names: list[str | None] = []
        if question.by:
            names = list(values) if values is not None else most(question, selection, engine, span)
            split = measured(question, series, selection, engine, grid, span, names)
            parts: dict[int, list[Mapping[str, Any]]] = {n: [] for n in range(len(names))}
            for row in engine.read(split.query()):
                parts.setdefault(int(row["part"]), []).append(row)
            told += [_line(series, parts[part], len(grid)) for part in sorted(parts)]
        found.append(told)
        texts.append(names)
    return found, texts


def most(
    question: Trends, selection: Selection, engine: Engine, span: tuple[int, int]
) -> list[str | None]:
    """The values of the breakdown with most of the selected events."""
    by = question.by or ""
    return largest(by, question.limit, engine, question.segment, [selection], *span)


def people(
    question: Trends,
    engine: Engine,
    selection: Selection,
    span: tuple[int, int],
    values: Sequence[str | None],
    part: int | None,
) -> Ints:
    """Who did it, with the value at place `part` of `values`, or behind them with another."""
    wanted = [question.by] if question.by is not None and part is not None else []
    flow = engine.rows([selection], *span, segment=question.segment, wanted=wanted)
    if part is not None:
        flow.keep(equals(place(engine.dialect, column("v0"), values), part))
    return engine.profiles(flow)


def measured(
    question: Trends,
    series: Series,
    selection: Selection,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    values: Sequence[str | None] | None = None,
) -> Flow:
    """One row a period, and with `values` of the breakdown one a period and `part`: the place of
    the value among them, or the one behind."""
    by = None if values is None else question.by
    wanted = [each for each in (by, series.path) if each is not None]
    flow = engine.rows([selection], *span, segment=question.segment, wanted=wanted)
    keys = ["part", "period"] if by else ["period"]
    columns: dict[str, E] = {"period": bisected(column("at"), grid.bounds)}
    if values is not None:
        columns["part"] = place(engine.dialect, column("v0"), values)
    if series.path is not None:
        columns["number"] = engine.dialect.number(column(f"v{len(wanted) - 1}"))
    flow.add(columns)
    told = {"events": counted(), "people": engine.dialect.exact_distinct(column("person"))}
    return flow.group(keys, {**told, **_of_values(flow, series, engine, keys)})


def _of_values(flow: Flow, series: Series, engine: Engine, keys: list[str]) -> dict[str, E]:
    if series.path is None:
        return {}
    number = column("number")
    found = {"total": summed(number), "counted": exp.Count(this=number.copy())}
    if series.measure in PERCENTILES:
        order = exp.Ordered(this=number.copy(), nulls_first=False)
        flow.add(
            {
                "place": numbered(keys, order),
                "size": over(exp.Count(this=number.copy()), keys),
            }
        )
        chosen = ranked(engine.dialect, column("size"), PERCENTILES[series.measure])
        found["ranked"] = greatest(when(equals(column("place"), chosen), number))
    return found


def _line(series: Series, rows: Sequence[Mapping[str, Any]], size: int) -> Line:
    nothing = 0 if series.measure in ("events", "people", "sum") else None
    line: Line = [nothing] * size
    for row in rows:
        line[int(row["period"])] = _size(series.measure, row)
    return line


def _size(measure: str, row: Mapping[str, Any]) -> int | None:
    """In millionths."""
    events, people_there = int(row["events"]), int(row["people"])
    if measure == "events":
        return events * UNIT
    if measure == "people":
        return people_there * UNIT
    if measure == "per_person":
        return divided(events * UNIT, people_there)
    if measure == "sum":
        return micro(row["total"]) or 0
    if measure == "avg":
        return divided(micro(row["total"]) or 0, int(row["counted"]))
    return micro(row["ranked"])
