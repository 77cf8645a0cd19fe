"""Lifecycle, stickiness and active people: rows are in order of time, so periods are too, and the
first row of each person and period is found without hashing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights import periods
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints, Rows, starts

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
    first = done if (rows.match == 3).all() else active(grid, rows, 1)
    first = Active(*(column[starts(first.person)] for column in first))
    born = np.full(len(done.person), -2)
    if len(first.person):
        place = np.minimum(np.searchsorted(first.person, done.person), len(first.person) - 1)
        known = first.person[place] == done.person
        born = np.where(known, first.period[place], -2)
    same = np.zeros(len(done.person), np.bool_)
    same[1:] = ~starts(done.person)[1:]
    after = np.zeros(len(done.person), np.bool_)
    after[1:] = same[1:] & (done.period[1:] == done.period[:-1] + 1)
    state = np.where(done.period == born, 0, np.where(after, 1, 2))
    inside = (done.period >= 1) & (done.period < len(grid))
    on = np.append(after[1:], False) if len(after) else after
    slept = ~on & (done.period >= 0) & (done.period < len(grid) - 1)
    return (
        np.concatenate([done.person[inside], done.person[slept]]),
        np.concatenate([done.period[inside], done.period[slept] + 1]).astype(np.int64),
        np.concatenate([state[inside], np.full(int(slept.sum()), 3)]),
    )


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
