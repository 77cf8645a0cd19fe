"""Trends: events and people of each series, period and value, found in sorted rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights import periods
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints, Rows, starts


class Counted(NamedTuple):
    """Of one series and chunk, by slot = period * values + value: events, people; and which slot
    has which number, one entry an event."""

    events: Ints
    people: Ints
    slots: Ints
    numbers: Ints  # of texts


def counted(
    grid: Grid, rows: Rows, bit: int, place: int | None, by: int | None, width: int
) -> Counted:
    """`place` of the values that are measured and `by` of the breakdown, in `rows.values`; `width`
    values of the breakdown, the first is: none."""
    has = (rows.match & rows.match.dtype.type(1 << bit)) != 0
    rows = rows.take(np.flatnonzero(has))
    slot = periods.number(grid, rows.at).astype(np.int64) * width
    if by is not None:
        slot += rows.values[by] + 1
    size = len(grid) * width
    person, order = rows.person, slot
    if by is not None:  # values are in no order within a person
        rank = np.lexsort((slot, rows.person))
        person, order = rows.person[rank], slot[rank]
    first = starts(person, order)
    none = np.zeros(0, np.int64)
    numbers = none if place is None else rows.values[place]
    known = numbers >= 0
    return Counted(
        np.bincount(slot, minlength=size),
        np.bincount(order[first], minlength=size),
        none if place is None else slot[known],
        numbers[known],
    )
