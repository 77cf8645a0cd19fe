"""Lifecycle, stickiness and active people: rows are in order of time, so periods are too, and the
first row of each person and period is found without hashing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights import periods
from rapport.insights.periods import Grid
from rapport.insights.rows import Bools, Ints, Rows, firsts, starts

STATES = ("new", "returning", "resurrected", "dormant")


class Active(NamedTuple):
    """One row a person and period in which she did something, in order."""

    person: Ints
    period: Ints


class Present(NamedTuple):
    """Of each period: people, and events; and how many people more than in the period before did
    something in it or in those that trail; of that one number more."""

    people: Ints
    events: Ints
    change: Ints


def active(grid: Grid, rows: Rows, bit: int = 0) -> Active:
    """Of the events that match selection `bit`. Periods outside of `grid` are -1 and its length."""
    person, period, first = _by_period(grid, rows, bit)
    return Active(person.take(first), period.take(first))


def _by_period(grid: Grid, rows: Rows, bit: int) -> tuple[Ints, Ints, Ints]:
    """Person and period of each event; and the first place of each person and period."""
    has = (rows.match & rows.match.dtype.type(1 << bit)) != 0
    if not has.all():
        rows = rows.take(has)
    period = periods.number(grid, rows.at)
    return rows.person, period, firsts(rows.person, period)


def present(grid: Grid, rows: Rows, trailing: int) -> Present:
    """No event lies outside of `grid`."""
    person, period, first = _by_period(grid, rows, 0)
    begun, size = period.take(first), len(grid)
    people, events = np.bincount(begun, minlength=size), np.bincount(period, minlength=size)
    ended = np.append(0, people)
    if trailing > 1:
        end = _ends(Active(person.take(first), begun), trailing, size)
        ended = np.bincount(end, minlength=size + 1)
    return Present(people, events, np.append(people, 0) - ended)


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
        np.concatenate([done.person.take(inside), done.person.take(slept)]),
        np.concatenate([done.period.take(inside), done.period.take(slept) + 1]),
        np.concatenate([state.take(inside), np.full(len(slept), 3, np.int8)]),
    )


def _first(grid: Grid, rows: Rows, done: Active, edge: Bools) -> Ints:
    """Places in `done` of the periods in which people are new."""
    if (rows.match == 3).all():
        return np.flatnonzero(edge)
    born = active(grid, rows, 1)
    born = Active(*(column.take(firsts(born.person)) for column in born))
    if not len(born.person):
        return np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(born.person, done.person), len(born.person) - 1)
    known = born.person[place] == done.person
    return np.flatnonzero(known & (done.period == born.period[place]))


def stuck(grid: Grid, rows: Rows, min_occurrences: int) -> tuple[Ints, Ints]:
    """Person, and in how many periods she was active; only people with one or more."""
    person, period, first = _by_period(grid, rows, 0)
    if min_occurrences > 1:
        times = np.diff(np.append(first, len(period)))
        first = first.take(np.flatnonzero(times >= min_occurrences))
    active_in = person.take(first)
    edge = firsts(active_in)
    return active_in.take(edge), np.diff(np.append(edge, len(active_in)))


def _ends(done: Active, trailing: int, size: int) -> Ints:
    """Until which period (exclusive) each row counts, without overlap."""
    end: Ints = np.minimum(done.period + trailing, size)
    if len(end) > 1:
        same = ~starts(done.person)[1:]
        end[:-1] = np.where(same, np.minimum(end[:-1], done.period[1:]), end[:-1])
    return end
