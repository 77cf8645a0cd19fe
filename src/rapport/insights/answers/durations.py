"""How long it took. Exact: each figure is the time of some person (nearest rank)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from rapport.clock import DAY, HOUR, MINUTE, SECOND
from rapport.insights.rows import Ints

EDGES = (
    *(0, 10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY),
)


class Spread(NamedTuple):
    """Of lengths in µs. `bins` as EDGES."""

    people: int
    total: int
    median: int
    p90: int
    bins: tuple[int, ...]


class Tally(NamedTuple):
    """A funnel as numbers, of everybody or of those with one value: people at each step; how long
    it took to each step from the one before, and all the way."""

    value: str | None
    other: bool  # of all values that are not told
    counts: list[int]
    times: list[Spread | None]
    whole: Spread | None


def spread(lengths: Ints | Sequence[int]) -> Spread | None:
    """None without any.

    >>> spread([3_000_000, 1_000_000, 2_000_000]).median
    2000000
    """
    found = np.sort(np.asarray(lengths, np.int64))
    if not len(found):
        return None
    edges = np.array(EDGES)
    counts = np.diff(np.append(np.searchsorted(found, edges), len(found)))
    middle, most = rank(found, 50), rank(found, 90)
    return Spread(len(found), int(found.sum()), middle, most, tuple(counts.tolist()))


def summary(found: Spread | None) -> dict[str, Any] | None:
    """Seconds. A bin holds `from` <= length < `to`."""
    if found is None:
        return None
    upper = [edge / SECOND for edge in EDGES[1:]] + [None]
    return {
        "people": found.people,
        "average": found.total // found.people / SECOND,
        "median": found.median / SECOND,
        "p90": found.p90 / SECOND,
        "histogram": [
            {"from": edge / SECOND, "to": to, "people": count}
            for edge, to, count in zip(EDGES, upper, found.bins, strict=True)
            if count
        ],
    }


def rank(ordered: Ints, percent: int) -> int:
    """The smallest value that at least `percent` % of all do not exceed."""
    place = max(1, -(-len(ordered) * percent // 100))
    return int(ordered[place - 1])
