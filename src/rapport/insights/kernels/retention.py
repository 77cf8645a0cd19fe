"""Retention: who of each cohort returned in which cell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rapport.insights import periods
from rapport.insights.periods import Grid
from rapport.insights.rows import Bools, Ints, Rows, cuts, lanes, starts
from rapport.insights.specs.retention import LENGTHS, Retention

_START, _RETURN = 1, 2
_NEVER = np.iinfo(np.int64).max
_MOST = 4_000_000  # people × periods in one table


class Cohort(NamedTuple):
    """The members of one chunk in one cohort."""

    number: int  # of its period
    person: Ints
    counts: Bools  # [person, cell 0 to `periods`]
    sums: tuple[int, ...]  # of all of them, a cell, in millionths


class _Anchors(NamedTuple):
    """Where each member of each cohort begins."""

    at: Ints
    cohort: Ints
    lane: Ints


def cohorts(
    question: Retention, grid: Grid, start: int, end: int, rows: Rows, sizes: tuple[int, ...] = ()
) -> list[Cohort]:
    """`sizes`: what each number of `rows.values[0]` is in millionths, if sums are wanted."""
    plain = question.clock == "calendar" and question.min_occurrences == 1
    if not plain or question.brackets or sizes:
        return list(_by_cohort(question, grid, start, end, rows, sizes))
    found: list[Cohort] = []
    for low, high in cuts(rows.person, max(1, _MOST // len(grid))):
        found += _in_calendar(question, grid, start, end, rows.take(slice(low, high)))
    return found


def _in_calendar(
    question: Retention, grid: Grid, start: int, end: int, rows: Rows
) -> Iterator[Cohort]:
    """One table people × periods of when they last returned, of which each member of a cohort sees
    the window that begins with it."""
    lane, people = lanes(rows.person), rows.person[starts(rows.person)]
    period = periods.number(grid, rows.at)
    anchors = _by_number(_anchors(question, start, end, rows, lane, period))
    back = np.flatnonzero(_has(rows, _RETURN) & (period >= 0))
    latest = back[np.append(starts(lane[back], period[back])[1:], True)] if len(back) else back
    last = np.full((len(people), len(grid) + 1), -_NEVER)
    last[lane[latest], period[latest]] = rows.at[latest]
    came = last > -_NEVER
    cells = question.edges()[-1]
    place = anchors.lane * came.shape[1] + anchors.cohort
    seen = np.zeros((cells + 1, len(place)), np.bool_)  # so a cell is counted without a step
    seen[0] = last.take(place) > anchors.at
    for cell in range(1, cells):
        seen[cell] = came.take(place + cell)
    if question.match == "on_or_after":
        later = np.logical_or.accumulate(came[:, ::-1], axis=1)[:, ::-1]
        seen[cells] = later.take(place + cells)
    matched = _matched(question, seen.T)
    edge = np.flatnonzero(np.append(starts(anchors.cohort), True))
    for low, high in pairwise(edge.tolist() if len(anchors.cohort) else ()):
        members = slice(low, high)
        number = int(anchors.cohort[low])
        yield Cohort(number, people[anchors.lane[members]], matched[members], ())


def _by_cohort(
    question: Retention, grid: Grid, start: int, end: int, rows: Rows, sizes: tuple[int, ...]
) -> Iterator[Cohort]:
    """For each cohort one table people × cells of how often they returned."""
    edges = np.array(question.edges())
    lane, people = lanes(rows.person), rows.person[starts(rows.person)]
    period = periods.number(grid, rows.at)
    anchors = _anchors(question, start, end, rows, lane, period)
    back = np.flatnonzero(_has(rows, _RETURN))
    at, mine, when = rows.at[back], lane[back], period[back].astype(np.int64)
    for number in np.unique(anchors.cohort).tolist():
        members = anchors.cohort == number
        begun = np.full(len(people), _NEVER)
        begun[anchors.lane[members]] = anchors.at[members]
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
        matched = _matched(question, came[anchors.lane[members]])
        yield Cohort(number, people[anchors.lane[members]], matched, totals)


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
) -> _Anchors:
    done = np.flatnonzero(_has(rows, _START))
    if question.mode == "first_ever":
        done = done[starts(lane[done])]
    at = rows.at.take(done)
    if len(at) and (at.min() < start or at.max() >= end):
        done = done[(at >= start) & (at < end)]
    if question.mode == "recurring":
        done = done[np.flatnonzero(starts(lane[done], period[done]))]
    else:
        done = done[starts(lane[done])]
    return _Anchors(rows.at[done], period[done], lane[done])


def _by_number(anchors: _Anchors) -> _Anchors:
    """Those of one cohort lie together; people stay in their order."""
    order = np.argsort(anchors.cohort, kind="stable")
    return _Anchors(*(column.take(order) for column in anchors))


def _has(rows: Rows, bit: int) -> Bools:
    found: Bools = (rows.match & rows.match.dtype.type(bit)) != 0
    return found


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
