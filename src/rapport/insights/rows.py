"""Events of many people as sorted arrays: what every kernel works on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]

CHUNK = 200_000  # events; arrays of this size stay in the cache of a core


class Rows(NamedTuple):
    """One row an event, of whole people, in order of person, instant and step.

    `match`: bit n is set when the event matches selection n; no row matches nothing.
    `values`: for each asked path its value as a number of `Values`, -1 where there is none.
    """

    person: Ints
    at: Ints  # µs UTC
    match: Ints
    values: tuple[Ints, ...] = ()

    def take(self, which: Any) -> Rows:
        return Rows(
            self.person[which],
            self.at[which],
            self.match[which],
            tuple(each[which] for each in self.values),
        )


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


def lanes(*columns: Ints) -> Ints:
    """Rows that differ in no column from the one before it have one number, from 0 on."""
    edge = starts(*columns).astype(np.int64)
    np.cumsum(edge, out=edge)
    edge -= 1
    return edge


def ordered(rows: Rows) -> Rows:
    """Rows sorted by person and instant, with those of one instant in the order of steps.

    Of one instant come first those whose first step is the earliest; among them those whose later
    steps are fewer and earlier (`match` as a number); then by value in alphabetical order.
    """
    same = ~starts(rows.person, rows.at)
    if not same.any():
        return rows
    low = lowest_bit(rows.match)
    tied = same.copy()
    tied[:-1] |= same[1:]
    where = np.flatnonzero(tied)
    group = np.cumsum(~same)[where]
    keys = (*reversed(rows.values), rows.match, low)
    order = np.lexsort((*(each[where] for each in keys), group))
    whole = np.arange(len(same))
    whole[where] = where[order]
    return rows.take(whole)


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
