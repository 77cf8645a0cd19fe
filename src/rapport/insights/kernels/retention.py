"""Retention: who of each cohort returned in which cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights import periods
from rapport.insights.periods import Grid
from rapport.insights.rows import Bools, Ints, Rows, cuts, firsts, starts, within
from rapport.insights.specs.retention import LENGTHS, Retention

_START, _RETURN = 1, 2
_NEVER = np.iinfo(np.int64).max
_MOST = 4_000_000  # people × periods in one table


class Members(NamedTuple):
    """The members of the cohorts of one chunk, in order of the cohorts."""

    cohort: Ints  # of each the number of its period
    person: Ints
    counts: Bools  # [cell 0 to `periods`, member]
    sums: dict[int, tuple[int, ...]]  # of all of a cohort, a cell, in millionths


class _Anchors(NamedTuple):
    """Where each member of each cohort begins."""

    at: Ints
    cohort: Ints
    lane: Ints


def members(
    question: Retention, grid: Grid, start: int, end: int, rows: Rows, sizes: tuple[int, ...] = ()
) -> list[Members]:
    """`sizes`: what each number of `rows.values[0]` is in millionths, if sums are wanted."""
    plain = question.clock == "calendar" and question.min_occurrences == 1
    if not plain or question.brackets or sizes:
        return [_by_cohort(question, grid, start, end, rows, sizes)]
    pieces = cuts(rows.person, max(1, _MOST // len(grid)))
    return [_in_calendar(question, grid, start, end, rows.take(slice(*each))) for each in pieces]


def counted(part: Members, cohorts: int) -> tuple[Ints, Ints]:
    """How many members each cohort has; and [cohort, cell]: how many of them count."""
    sizes = np.bincount(part.cohort, minlength=cohorts)
    some = np.flatnonzero(sizes)
    counts = np.zeros((cohorts, len(part.counts)), np.int64)
    if len(some):
        first = (np.cumsum(sizes) - sizes)[some]
        ones = part.counts.view(np.uint8)
        counts[some] = np.add.reduceat(ones, first, axis=1, dtype=np.int64).T
    return sizes, counts


def _in_calendar(question: Retention, grid: Grid, start: int, end: int, rows: Rows) -> Members:
    """One table people × periods of the row with which they last returned, of which each member of
    a cohort sees the window that begins with it."""
    lane, people = _numbered(rows.person)
    anchors = _anchors(question, grid, start, end, rows, lane)
    width = len(grid) + 1
    last = _latest(grid, rows, lane, len(people))
    came = last >= 0
    cells = question.edges()[-1]
    place = anchors.lane.astype(np.int64) * width + anchors.cohort
    row = last.take(place)
    seen = np.zeros((cells + 1, len(place)), np.bool_)  # so a cell is written in one go
    seen[0] = (row >= 0) & (rows.at.take(row) > anchors.at)
    for cell in range(1, cells):
        seen[cell] = came.take(place + cell)
    if question.match == "on_or_after":
        later = np.logical_or.accumulate(came.reshape(-1, width)[:, ::-1], axis=1)[:, ::-1]
        seen[cells] = later.take(place + cells)
    return Members(anchors.cohort, people.take(anchors.lane), _matched(question, seen), {})


def _numbered(person: Ints) -> tuple[Ints, Ints]:
    """The lane of each row, and the person of each lane."""
    edge = starts(person)
    lane = np.cumsum(edge, dtype=np.int32)
    lane -= 1
    return lane, person.take(np.flatnonzero(edge))


def _latest(grid: Grid, rows: Rows, lane: Ints, people: int) -> Ints:
    """[person, period] in one line: the row with which she last returned in it, or -1."""
    back = np.flatnonzero(_has(rows, _RETURN))
    period = periods.number(grid, rows.at.take(back))
    if len(period) and period.min() < 0:
        back, period = back[period >= 0], period[period >= 0]
    slot = lane.take(back).astype(np.int64) * (len(grid) + 1) + period
    last = np.full(people * (len(grid) + 1), -1, np.int32)
    last[slot] = back  # rows are in order of time: the latest is written last
    return last


def _by_cohort(
    question: Retention, grid: Grid, start: int, end: int, rows: Rows, sizes: tuple[int, ...]
) -> Members:
    """For each cohort one table people × cells of how often they returned."""
    edges = np.array(question.edges())
    last = len(edges) - 1  # stands for all cells behind the table
    lane, people = _numbered(rows.person)
    anchors = _anchors(question, grid, start, end, rows, lane)
    back = np.flatnonzero(_has(rows, _RETURN))
    at, mine = rows.at[back], lane[back]
    when = periods.number(grid, at).astype(np.int64)
    seen, sums = [np.zeros((0, last + 1), np.bool_)], {}
    for number in np.unique(anchors.cohort).tolist():
        those = anchors.cohort == number
        begun = np.full(len(people), _NEVER)
        begun[anchors.lane[those]] = anchors.at[those]
        later = np.flatnonzero(at > begun[mine])
        owner = mine[later]
        if question.clock == "rolling":
            cell = (at[later] - begun[owner]) // LENGTHS[question.period]
        else:
            cell = when[later] - number
        if question.brackets:
            cell = np.searchsorted(edges, cell, side="right") - 1
        came = _came(owner, cell, (len(people), last + 1), question.min_occurrences)
        seen.append(came[anchors.lane[those]])
        sums[number] = _totals(rows, back[later], np.minimum(cell, last), sizes, last)
    matched = _matched(question, np.ascontiguousarray(np.concatenate(seen).T))
    return Members(anchors.cohort, people[anchors.lane], matched, sums)


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
    question: Retention, grid: Grid, start: int, end: int, rows: Rows, lane: Ints
) -> _Anchors:
    """In order of the cohorts, and within one of the people."""
    done: Ints = np.flatnonzero(_has(rows, _START))
    if question.mode == "first_ever":
        done = done.take(firsts(lane.take(done)))
    done = within(rows, done, start, end)
    if question.mode != "recurring":
        done = done.take(firsts(lane.take(done)))
    at, mine = rows.at.take(done), lane.take(done)
    cohort = periods.number(grid, at)
    if question.mode == "recurring":
        first = firsts(mine, cohort)
        at, cohort, mine = at.take(first), cohort.take(first), mine.take(first)
    order = np.argsort(cohort, kind="stable")
    return _Anchors(at.take(order), cohort.take(order), mine.take(order))


def _has(rows: Rows, bit: int) -> Bools:
    found: Bools = (rows.match & rows.match.dtype.type(bit)) != 0
    return found


def _matched(question: Retention, came: Bools) -> Bools:
    """[cell, member] from who came in which cell, of which the last is: later."""
    whole = question.first_cell == "all"
    if question.match == "on_or_after":
        came = np.logical_or.accumulate(came[::-1], axis=0)[::-1]
    elif question.match == "on_or_before":
        came = np.logical_or.accumulate(came, axis=0)
    if whole:
        came[0] = True
    if question.match == "streak":
        came = np.logical_and.accumulate(came, axis=0)
    return came[:-1]


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
