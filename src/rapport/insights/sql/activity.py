"""Lifecycle, stickiness and active people in SQL: from one row a person and period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sqlglot import exp

from rapport.audiences.language.model import Selection
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.specs.scope import Among
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    NEXT,
    PREVIOUS,
    Flow,
    bisected,
    counted,
    greatest,
    least,
    missing,
    over,
    summed,
    when,
)
from rapport.warehouse.sqlbuild import binary, choose, column, equals, integer

_PERIOD = column("period")
_DORMANT = 3


class Asked(NamedTuple):
    """Events of selection 0 in low <= at < high, by the periods of `grid`."""

    engine: Engine
    selections: Sequence[Selection]
    grid: Grid
    low: int
    high: int
    segment: Among


class Span(NamedTuple):
    """People active in period `begin` who count until `end` (exclusive), or are active again."""

    begin: int
    end: int
    people: int
    events: int


def lifecycle(asked: Asked) -> Ints:
    """[period, state]: how many people."""
    count_if = asked.engine.dialect.count_if
    told = {f"n{n}": count_if(equals(column("state"), n)) for n in range(_DORMANT)}
    flow = states(asked).group(["period"], {**told, "left": count_if(column("leaves"))})
    size = len(asked.grid)
    counts = np.zeros((size + 1, _DORMANT + 1), np.int64)
    for row in asked.engine.read(flow.query()):
        period = int(row["period"])
        if period >= 1:
            counts[period, :_DORMANT] = [int(row[f"n{n}"]) for n in range(_DORMANT)]
        if period >= 0:
            counts[period + 1, _DORMANT] = int(row["left"])
    return counts[:size]


def lifecycle_people(asked: Asked, number: int, state: int) -> Ints:
    flow = states(asked)
    if state == _DORMANT:
        before = exp.and_(equals(_PERIOD, number - 1), binary(exp.GTE, _PERIOD, 0))
        flow.keep(exp.and_(before, column("leaves")))
    else:
        inside = exp.and_(equals(_PERIOD, number), binary(exp.GTE, _PERIOD, 1))
        flow.keep(exp.and_(inside, equals(column("state"), state)))
    return asked.engine.profiles(flow)


def stickiness(asked: Asked, min_occurrences: int) -> Ints:
    """[periods]: how many people were active in so many."""
    counts = np.zeros(len(asked.grid) + 1, np.int64)
    flow = _stuck(asked, min_occurrences).group(["periods"], {"people": counted()})
    for row in asked.engine.read(flow.query()):
        counts[int(row["periods"])] = int(row["people"])
    return counts


def stickiness_people(asked: Asked, min_occurrences: int, periods: int, *, or_more: bool) -> Ints:
    kind = exp.GTE if or_more else exp.EQ
    flow = _stuck(asked, min_occurrences).keep(binary(kind, column("periods"), periods))
    return asked.engine.profiles(flow)


def active(asked: Asked, trailing: int) -> list[Span]:
    """Those who count for `trailing` periods from each in which they were active."""
    flow = _periods(asked).group(["person", "period"], {"times": counted()})
    flow.add({"next": over(greatest(_PERIOD), ["person"], [_PERIOD], NEXT)})
    end = binary(exp.Add, _PERIOD, trailing)
    flow.add({"until": when(binary(exp.LT, column("next"), end), column("next"), end)})
    flow.group(["period", "until"], {"people": counted(), "events": summed(column("times"))})
    return [
        Span(int(row["period"]), int(row["until"]), int(row["people"]), int(row["events"]))
        for row in asked.engine.read(flow.query())
    ]


def active_people(asked: Asked, first: int, last: int) -> Ints:
    """In any period from the first to the last."""
    inside = exp.and_(binary(exp.GTE, _PERIOD, first), binary(exp.LTE, _PERIOD, last))
    return asked.engine.profiles(_periods(asked).keep(inside))


def states(asked: Asked) -> Flow:
    """Of each person and period in which she was active: `state`, and whether she `leaves`: is
    dormant in the next. Selection 1 is the event whose first makes her new."""
    dialect, match = asked.engine.dialect, column("match")
    flow = _periods(asked).group(
        ["person", "period"],
        {
            "times": dialect.count_if(dialect.has_bit(match, 0)),
            "first": least(when(dialect.has_bit(match, 1), _PERIOD)),
        },
    )
    flow.add({"born": over(least(column("first")), ["person"])})
    flow.add(
        {
            "previous": over(greatest(_PERIOD), ["person"], [_PERIOD], PREVIOUS),
            "next": over(greatest(_PERIOD), ["person"], [_PERIOD], NEXT),
        },
        where=binary(exp.GT, column("times"), 0),
    )
    state = choose(
        (equals(_PERIOD, column("born")), integer(0)),
        (equals(_PERIOD, binary(exp.Add, column("previous"), 1)), integer(1)),
        default=integer(2),
    )
    later = binary(exp.GT, column("next"), binary(exp.Add, _PERIOD, 1))
    leaves = exp.paren(exp.or_(missing(column("next")), later))
    return flow.add({"state": state, "leaves": leaves})


def _stuck(asked: Asked, min_occurrences: int) -> Flow:
    """One row a person: in how many `periods` she was active."""
    flow = _periods(asked).group(["person", "period"], {"times": counted()})
    enough = binary(exp.GTE, column("times"), min_occurrences)
    return flow.group(["person"], {"periods": counted()}, where=enough)


def _periods(asked: Asked) -> Flow:
    flow = asked.engine.rows(asked.selections, asked.low, asked.high, segment=asked.segment)
    return flow.add({"period": bisected(column("at"), asked.grid.bounds)})
