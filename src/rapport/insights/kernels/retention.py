"""Retention: for each cohort one table people × cells of how often they returned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rapport.insights import periods
from rapport.insights.periods import Grid
from rapport.insights.rows import Bools, Ints, Rows, starts
from rapport.insights.specs.retention import LENGTHS, Retention

_START, _RETURN = 1, 2
_NEVER = np.iinfo(np.int64).max


class Cohort(NamedTuple):
    """The members of one chunk in one cohort."""

    number: int  # of its period
    person: Ints
    counts: Bools  # [person, cell 0 to `periods`]
    sums: tuple[int, ...]  # of all of them, a cell, in millionths


def cohorts(
    question: Retention, grid: Grid, start: int, end: int, rows: Rows, sizes: tuple[int, ...] = ()
) -> Iterator[Cohort]:
    """`sizes`: what each number of `rows.values[0]` is in millionths, if sums are wanted."""
    edges = np.array(question.edges())
    lane = np.cumsum(starts(rows.person)) - 1
    people = rows.person[starts(rows.person)]
    period = periods.number(grid, rows.at)
    anchor, cohort, whose = _anchors(question, start, end, rows, lane, period)
    back = np.flatnonzero((rows.match & rows.match.dtype.type(_RETURN)) != 0)
    at, mine, when = rows.at[back], lane[back], period[back].astype(np.int64)
    for number in np.unique(cohort).tolist():
        members = cohort == number
        begun = np.full(len(people), _NEVER)
        begun[whose[members]] = anchor[members]
        later = np.flatnonzero(at > begun[mine])
        owner = mine[later]
        if question.clock == "rolling":
            cell = (at[later] - begun[owner]) // LENGTHS[question.period]
        else:
            cell = when[later] - number
        last = len(edges) - 1  # stands for all cells behind the table
        if question.brackets:
            cell = np.searchsorted(edges, cell, side="right") - 1
        came = _came(owner, cell, (len(people), last + 1), question.min_occurrences)
        totals = _totals(rows, back[later], np.minimum(cell, last), sizes, last)
        matched = _matched(question, came[whose[members]])
        yield Cohort(number, people[whose[members]], matched, totals)


def _came(owner: Ints, cell: Ints, shape: tuple[int, int], min_occurrences: int) -> Bools:
    """[person, cell]: whether she returned often enough in it. Returns lie in order, so those of
    one cell lie together."""
    edge = np.flatnonzero(starts(owner, cell))
    times = np.diff(np.append(edge, len(cell)))
    enough = edge[times >= min_occurrences]
    came = np.zeros(shape, np.bool_)
    came[owner[enough], np.minimum(cell[enough], shape[1] - 1)] = True
    return came


def _anchors(
    question: Retention, start: int, end: int, rows: Rows, lane: Ints, period: Ints
) -> tuple[Ints, Ints, Ints]:
    """Instant, cohort and lane of every anchor."""
    done = np.flatnonzero((rows.match & rows.match.dtype.type(_START)) != 0)
    if question.mode == "first_ever":
        done = done[starts(lane[done])]
    done = done[(rows.at[done] >= start) & (rows.at[done] < end)]
    if question.mode == "recurring":
        done = done[starts(lane[done], period[done])]
    else:
        done = done[starts(lane[done])]
    return rows.at[done], period[done], lane[done]


def _matched(question: Retention, came: Bools) -> Bools:
    """[person, cell] from who came in which cell, of which the last is: later."""
    whole = question.first_cell == "all"
    if question.match == "on_or_after":
        came = np.logical_or.accumulate(came[:, ::-1], axis=1)[:, ::-1]
    elif question.match == "on_or_before":
        came = np.logical_or.accumulate(came, axis=1)
    if whole:
        came[:, 0] = True
    if question.match == "streak":
        came = np.logical_and.accumulate(came, axis=1)
    return came[:, :-1]


def _totals(
    rows: Rows, back: Ints, cell: Ints, sizes: tuple[int, ...], width: int
) -> tuple[int, ...]:
    """Python's integers: a sum may be wider than 64 bits."""
    if not sizes:
        return ()
    sums = [0] * (width + 1)
    for value, n in zip(rows.values[0][back].tolist(), cell.tolist(), strict=True):
        sums[n] += sizes[value] if value >= 0 else 0
    return tuple(sums[:width])
