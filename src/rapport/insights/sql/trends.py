"""Trends in SQL: one query a series, and one more for its breakdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from rapport.audiences.language import values
from rapport.audiences.language.model import Selection
from rapport.insights.oracles.trends import divided
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.specs.trends import PERCENTILES, Series, Trends
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    Flow,
    bisected,
    counted,
    falling,
    greatest,
    micro,
    missing,
    missing_first,
    numbered,
    over,
    ranked,
    summed,
    when,
)
from rapport.warehouse.sqlbuild import E, binary, column, equals

_UNIT = 10**values.PLACES
Line = list[int | None]  # millionths, a period


def lines(
    question: Trends, engine: Engine, grid: Grid, start: int, end: int
) -> tuple[list[list[Line]], list[list[str | None]]]:
    """For each series the line of all, then one a value of the breakdown; and those values."""
    found, texts = [], []
    for series, selection in zip(question.series, question.checked(), strict=True):
        rows = engine.read(
            measured(question, series, selection, engine, grid, (start, end)).query()
        )
        told = [_line(series, rows, len(grid))]
        names: list[str | None] = []
        if question.by:
            split = measured(
                question, series, selection, engine, grid, (start, end), by=question.by
            )
            by_rank: dict[int, list[Mapping[str, Any]]] = {}
            for row in engine.read(split.query()):
                by_rank.setdefault(int(row["rank"]), []).append(row)
            for rank in sorted(by_rank):
                names.append(by_rank[rank][0]["value"])
                told.append(_line(series, by_rank[rank], len(grid)))
        found.append(told)
        texts.append(names)
    return found, texts


def people(
    question: Trends, engine: Engine, selection: Selection, span: tuple[int, int], value: str | None
) -> Ints:
    """Who did it, with this value of the breakdown ("" is none) if one is given."""
    by = question.by if value is not None else None
    flow = engine.rows(
        [selection], *span, segment=question.segment, wanted=[by] if by is not None else []
    )
    if by is not None:
        mine = column("v0")
        flow.keep(equals(mine, engine.dialect.literal(value)) if value else missing(mine))
    return engine.profiles(flow)


def measured(
    question: Trends,
    series: Series,
    selection: Selection,
    engine: Engine,
    grid: Grid,
    span: tuple[int, int],
    *,
    by: str | None = None,
) -> Flow:
    """One row a period, and with `by` one a value and period: of those `limit` values with most
    events."""
    wanted = [each for each in (by, series.path) if each is not None]
    flow = engine.rows([selection], *span, segment=question.segment, wanted=wanted)
    keys = ["value", "period"] if by else ["period"]
    columns: dict[str, E] = {"period": bisected(column("at"), grid.bounds)}
    if by is not None:
        columns["value"] = column("v0")
    if series.path is not None:
        columns["number"] = engine.dialect.number(column(f"v{len(wanted) - 1}"))
    flow.add(columns)
    told = {"events": counted(), "people": engine.dialect.exact_distinct(column("person"))}
    flow.group(keys, {**told, **_of_values(flow, series, engine, keys)})
    if by is not None:
        flow.add({"all": over(summed(column("events")), ["value"])})
        order = [falling("all"), missing_first("value")]
        flow.add({"rank": over(exp.DenseRank(), [], order)})
        flow.keep(binary(exp.LTE, column("rank"), question.limit))
    return flow


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
        place = ranked(engine.dialect, column("size"), PERCENTILES[series.measure])
        found["ranked"] = greatest(when(equals(column("place"), place), number))
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
        return events * _UNIT
    if measure == "people":
        return people_there * _UNIT
    if measure == "per_person":
        return divided(events * _UNIT, people_there)
    if measure == "sum":
        return micro(row["total"]) or 0
    if measure == "avg":
        return divided(micro(row["total"]) or 0, int(row["counted"]))
    return micro(row["ranked"])
