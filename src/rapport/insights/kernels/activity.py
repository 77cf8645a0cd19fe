"""Lifecycle, stickiness and active people: rows are in order of time, so periods are too, and the
first row of each person and period is found without hashing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights import periods
from rapport.insights.periods import Grid
from rapport.insights.rows import Bools, Ints, Rows, starts

STATES = ("new", "returning", "resurrected", "dormant")


class Active(NamedTuple):
    """One row a person and period in which she did something, in order."""

    person: Ints
    period: Ints
    times: Ints


def active(grid: Grid, rows: Rows, bit: int = 0) -> Active:
    """Of the events that match selection `bit`. Periods outside of `grid` are -1 and its length."""
    has = (rows.match & rows.match.dtype.type(1 << bit)) != 0
    if not has.all():
        rows = rows.take(np.flatnonzero(has))
    period = periods.number(grid, rows.at)
    edge = np.flatnonzero(starts(rows.person, period))
    times = np.diff(np.append(edge, len(period)))
    return Active(rows.person[edge], period[edge], times)


def states(grid: Grid, rows: Rows) -> tuple[Ints, Ints, Ints]:
    """Person, period and number of the state. Bit 1: the event whose first makes her new."""
    done = active(grid, rows)
    edge = starts(done.person)
    after = np.zeros(len(done.person) + 1, np.bool_)
    after[1:-1] = ~edge[1:] & (done.period[1:] == done.period[:-1] + 1)
    state = np.where(after[:-1], np.int8(1), np.int8(2))
    state[_first(grid, rows, done, edge)] = 0
    inside = np.flatnonzero((done.period >= 1) & (done.period < len(grid)))
    slept = np.flatnonzero(~after[1:] & (done.period >= 0) & (done.period < len(grid) - 1))
    return (
        np.concatenate([done.person[inside], done.person[slept]]),
        np.concatenate([done.period[inside], done.period[slept] + 1]),
        np.concatenate([state[inside], np.full(len(slept), 3, np.int8)]),
    )


def _first(grid: Grid, rows: Rows, done: Active, edge: Bools) -> Ints:
    """Places in `done` of the periods in which people are new."""
    if (rows.match == 3).all():
        return np.flatnonzero(edge)
    born = active(grid, rows, 1)
    born = Active(*(column[starts(born.person)] for column in born))
    if not len(born.person):
        return np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(born.person, done.person), len(born.person) - 1)
    known = born.person[place] == done.person
    return np.flatnonzero(known & (done.period == born.period[place]))


def stuck(grid: Grid, rows: Rows, min_occurrences: int) -> tuple[Ints, Ints]:
    """Person, and in how many periods she was active; only people with one or more."""
    done = active(grid, rows)
    person = done.person[done.times >= min_occurrences]
    edge = np.flatnonzero(starts(person))
    return person[edge], np.diff(np.append(edge, len(person)))


def spans(done: Active, trailing: int, size: int) -> tuple[Ints, Ints]:
    """From and to (exclusive) of the periods for which each row counts, without overlap."""
    end = np.minimum(done.period + trailing, size)
    if len(end) > 1:
        same = ~starts(done.person)[1:]
        end[:-1] = np.where(same, np.minimum(end[:-1], done.period[1:]), end[:-1])
    return done.period, end
