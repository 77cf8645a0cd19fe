"""Funnels in SQL: counts and times of everybody, and of each value of a breakdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from rapport.insights.answers.durations import EDGES, Spread, Tally
from rapport.insights.rows import Ints
from rapport.insights.specs.funnel import Funnel, Plan
from rapport.insights.sql import rounds
from rapport.insights.sql.chains import reached
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    Flow,
    counted,
    falling,
    greatest,
    missing,
    missing_first,
    numbered,
    over,
    ranked,
    summed,
    when,
)
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer


def tallies(
    question: Funnel, plan: Plan, engine: Engine, begun: tuple[int, int] | None = None
) -> list[Tally]:
    """Of everybody, then of the values of the breakdown, those with most people first; of chains
    those that began in `begun`."""
    flow = _counted(question, plan, engine)
    if begun is not None:
        first = column("at_1")
        flow.keep(exp.and_(binary(exp.GTE, first, begun[0]), binary(exp.LT, first, begun[1])))
    limit = question.breakdown.limit if question.breakdown and plan.by else None
    found: dict[int, dict[int, Mapping[str, Any]]] = {}
    for row in engine.read(measured(flow, plan, engine.dialect, limit).query()):
        found.setdefault(int(row["bucket"]), {})[int(row["step"])] = row
    whole = _tally(plan, found.pop(0, {}))
    return [whole, *(_tally(plan, found[n], other=n > (limit or 0)) for n in sorted(found))]


def people(question: Funnel, plan: Plan, engine: Engine, tests: Mapping[str, Any]) -> Ints:
    """Profiles for whom `tests` hold: `level` or `least`, and `value` ("" is none) if given, or
    `other`."""
    flow = _counted(question, plan, engine)
    if question.breakdown and tests.get("other"):
        _rank(flow).keep(binary(exp.GT, column("rank"), question.breakdown.limit))
    level = column("level")
    if "least" in tests:
        flow.keep(binary(exp.GTE, level, tests["least"]))
    else:
        flow.keep(equals(level, tests["level"]))
    if tests.get("value") is not None:
        value = column("value")
        told = tests["value"]
        flow.keep(equals(value, engine.dialect.literal(told)) if told else missing(value))
    return engine.profiles(flow)


def _counted(question: Funnel, plan: Plan, engine: Engine) -> Flow:
    """One row a person, or one a chain."""
    find = rounds.chains if question.count == "chains" else reached
    return find(plan, engine, question.segment)


def measured(flow: Flow, plan: Plan, dialect: Dialect, limit: int | None) -> Flow:
    """One row a bucket and step: 0 is everybody, 1 ... the values, the last all others; step 0 is
    the way from the first to the last. With people, and the lengths in µs."""
    asked = [[0, step, step or plan.steps] for step in range(plan.steps + 1)]
    bucket: E = integer(0)
    if limit is not None:
        asked += [[1, step, need] for _, step, need in asked]
        rank = column("rank")
        _rank(flow)
        named = when(binary(exp.LTE, rank, limit), rank, limit + 1)
        bucket = when(equals(column("split"), 0), 0, named)
    columns = {"split": "integer", "step": "integer", "need": "integer"}
    flow.cross(dialect.values_table("asked", columns, asked))  # type: ignore[arg-type]
    flow.add(
        {"bucket": bucket, "length": _length(plan)},
        where=binary(exp.GTE, column("level"), column("need")),
    )
    both = ["bucket", "step"]
    flow.add(
        {"place": numbered(both, column("length")), "size": over(counted(), both)},
    )
    return flow.group(both, _columns(dialect))


def _rank(flow: Flow) -> Flow:
    """With `rank`, the place of the value among those that most people have."""
    flow.add({"alike": over(counted(), ["value"])})
    order = [falling("alike"), missing_first("value")]
    return flow.add({"rank": over(exp.DenseRank(), [], order)})


def _length(plan: Plan) -> E:
    """Of a step the µs since the one before; of step 0 those of the whole chain."""

    def since(start: int, end: int) -> E:
        length = binary(exp.Sub, column(f"at_{end}"), column(f"at_{start}"))
        return when(binary(exp.LT, length, 0), 0, length) if plan.grace else length

    step = column("step")
    if plan.steps == 1:
        return integer(0)
    cases = [(equals(step, n), since(n - 1, n)) for n in range(2, plan.steps + 1)]
    return choose(*cases, default=since(1, plan.steps))


def _columns(dialect: Dialect) -> dict[str, E]:
    length, place, size = column("length"), column("place"), column("size")
    columns: dict[str, E] = {
        "value": greatest(column("value")),
        "people": counted(),
        "total": summed(dialect.cast(length, "decimal")),
    }
    for percent in (50, 90):
        chosen = equals(place, ranked(dialect, size, percent))
        columns[f"p{percent}"] = greatest(when(chosen, length))
    for n, edge in enumerate(EDGES):
        inside = binary(exp.GTE, length, edge)
        if n + 1 < len(EDGES):
            inside = exp.and_(inside, binary(exp.LT, length, EDGES[n + 1]))
        columns[f"h{n}"] = dialect.count_if(inside)
    return columns


def _tally(plan: Plan, rows: Mapping[int, Mapping[str, Any]], *, other: bool = False) -> Tally:
    counts = [int(rows[n + 1]["people"]) if n + 1 in rows else 0 for n in range(plan.steps)]
    times = [_spread(rows.get(n + 1)) for n in range(1, plan.steps)]
    value = None if other or 1 not in rows else rows[1]["value"]
    return Tally(value, other, counts, times, _spread(rows.get(0)))


def _spread(row: Mapping[str, Any] | None) -> Spread | None:
    if row is None:
        return None
    bins = tuple(int(row[f"h{n}"]) for n in range(len(EDGES)))
    return Spread(int(row["people"]), int(row["total"]), int(row["p50"]), int(row["p90"]), bins)
