"""Events of many people as sorted arrays: what every kernel works on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]

CHUNK = 400_000  # events; arrays of those that match still fit into the caches of a core


class Rows(NamedTuple):
    """One row an event, of whole people, in order of person, instant and step.

    `match`: bit n is set when the event matches selection n; no row matches nothing.
    `values`: for each asked path its value as a number of `Values`, -1 where there is none.
    """

    person: Ints
    at: Ints  # µs UTC
    match: Ints
    values: tuple[Ints, ...] = ()

    def take(self, which: Ints | Bools | slice) -> Rows:
        """The rows at these places, those for which it is true, or, without a copy, a slice."""
        if isinstance(which, slice):
            values = tuple(each[which] for each in self.values)
            return Rows(self.person[which], self.at[which], self.match[which], values)
        place = np.flatnonzero(which) if which.dtype == np.bool_ else which  # several times faster
        columns = (self.person.take(place), self.at.take(place), self.match.take(place))
        return Rows(*columns, tuple(each.take(place) for each in self.values))


class Values(NamedTuple):
    """The texts that numbers in `Rows.values` stand for, one list a path, in alphabetical order."""

    texts: tuple[Sequence[str], ...] = ()


def lowest_bit(match: Ints) -> Ints:
    """`match` with only its lowest bit."""
    return match & (~match + match.dtype.type(1))


def starts(*columns: Ints) -> Bools:
    """Where a row differs in any column from the row before it; the first row does."""
    size = len(columns[0])
    found = np.ones(size, np.bool_)
    if size:
        found[1:] = columns[0][1:] != columns[0][:-1]
        for column in columns[1:]:
            found[1:] |= column[1:] != column[:-1]
    return found


def firsts(*columns: Ints) -> Ints:
    """The places where `starts` is true. Columns are taken at places several times faster than
    where something is true."""
    return np.flatnonzero(starts(*columns))


def lanes(*columns: Ints) -> Ints:
    """Rows that differ in no column from the one before it have one number, from 0 on."""
    edge = np.cumsum(starts(*columns), dtype=np.int32)
    edge -= 1
    return edge


def within(rows: Rows, place: Ints, start: int, end: int) -> Ints:
    """Those of the places that lie in start <= at < end."""
    if not len(rows.at) or (rows.at.min() >= start and rows.at.max() < end):
        return place
    at = rows.at.take(place)
    return place.take(np.flatnonzero((at >= start) & (at < end)))


def ordered(rows: Rows) -> Rows:
    """Rows sorted by person and instant, with those of one instant in the order of steps.

    Of one instant come first those whose first step is the earliest; among them those whose later
    steps are fewer and earlier (`match` as a number); then by value in alphabetical order.
    """
    near = np.flatnonzero(rows.at[1:] == rows.at[:-1])  # few, so only here people are compared
    near = near[rows.person[near] == rows.person[near + 1]]
    if not len(near):
        return rows
    where = np.union1d(near, near + 1)
    tied = rows.take(where)
    low, group = lowest_bit(tied.match), lanes(tied.person, tied.at)
    order = np.lexsort((*reversed(tied.values), tied.match, low, group))

    def settled(column: Ints, found: Ints) -> Ints:
        column = column.copy()
        column[where] = found[order]
        return column

    match = settled(rows.match, tied.match)
    values = (settled(*both) for both in zip(rows.values, tied.values, strict=True))
    return Rows(rows.person, rows.at, match, tuple(values))


def sort(rows: Rows) -> Rows:
    """Rows in any order, sorted."""
    return ordered(rows.take(np.lexsort((rows.at, rows.person))))


def cuts(person: Ints, size: int = CHUNK) -> Iterator[tuple[int, int]]:
    """From and to of pieces of about `size` rows that never part a person."""
    start, total = 0, len(person)
    while start < total:
        end = min(start + size, total)
        if end < total:
            end = int(np.searchsorted(person, person[end - 1], side="right"))
        yield start, end
        start = end
