"""Paths: sessions, repeats and cuts as flags over sorted rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights.rows import Bools, Ints, Rows, starts

ANYTHING, NOWHERE = -1, -2


class Walk(NamedTuple):
    """One row an item of a path, in order. `path` counts within the chunk, `place` in its path."""

    person: Ints
    path: Ints
    place: Ints
    item: Ints
    at: Ints


def walk(rows: Rows, silence: int, start: int, end: int, steps: int, middle: int) -> Walk:
    """`start`, `end`: an item, `ANYTHING`, or `NOWHERE` for one that does not occur. `middle`: the
    item that stands for what is left out between both."""
    rows = rows.take(np.flatnonzero(rows.values[0] >= 0))
    item = rows.values[0]
    begins = starts(rows.person)
    begins[1:] |= np.diff(rows.at) >= silence
    path: Ints = np.cumsum(begins, dtype=np.int64)
    kept = starts(path, item)
    person, at, path, item = rows.person[kept], rows.at[kept], path[kept], item[kept]
    if start != ANYTHING:
        kept = _from_first(path, item == start)
        person, at, path, item = person[kept], at[kept], path[kept], item[kept]
    if end != ANYTHING:
        kept = _to_first(path, item == end)
        person, at, path, item = person[kept], at[kept], path[kept], item[kept]
    place, length = _places(path)
    if end == ANYTHING:
        kept = place < steps
    elif start == ANYTHING:
        kept = place >= length - steps
        place = place - np.maximum(length - steps, 0)
    else:
        cut = length > steps
        hidden = max(steps - 2, 1)
        last = place == length - 1
        shown = cut & (place == length - 2) & (steps > 2)
        kept = ~cut | (place < hidden) | last | shown
        item = np.where(shown, middle, item)
        place = np.where(cut & last, steps - 1, np.where(shown, steps - 2, place))
    return Walk(person[kept], path[kept], place[kept], item[kept], at[kept])


def _from_first(path: Ints, found: Bools) -> Bools:
    """Rows from the first that is found in their path on."""
    place, _ = _places(path)
    number = np.arange(len(path))
    latest = np.maximum.accumulate(np.where(found, number, -1)) if len(path) else number
    return (latest >= 0) & (number - latest <= place)


def _to_first(path: Ints, found: Bools) -> Bools:
    """Rows up to the first that is found in their path; none of a path without."""
    number = np.flatnonzero(found)
    first = number[starts(path[number])]
    end = np.full(int(path.max(initial=0)) + 1, -1)
    end[path[first]] = first
    return np.arange(len(path)) <= end[path]


def _places(path: Ints) -> tuple[Ints, Ints]:
    """Of each row its place within its path, and how long that is."""
    begin = np.flatnonzero(starts(path))
    length = np.diff(np.append(begin, len(path)))
    return np.arange(len(path)) - np.repeat(begin, length), np.repeat(length, length)
