"""How long it took. Exact: each figure is the time of some person (nearest rank)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rapport.clock import DAY, HOUR, MINUTE, SECOND
from rapport.insights.rows import Ints

EDGES = (
    *(0, 10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY),
)


def summary(lengths: Ints | Sequence[int]) -> dict[str, Any] | None:
    """Seconds, from lengths in µs; None without any. A bin holds `from` <= length < `to`.

    >>> summary([3_000_000, 1_000_000, 2_000_000])["median"]
    2.0
    """
    found = np.sort(np.asarray(lengths, np.int64))
    if not len(found):
        return None
    edges = np.array(EDGES)
    counts = np.bincount(np.searchsorted(edges, found, side="right") - 1, minlength=len(edges))
    upper = [edge / SECOND for edge in EDGES[1:]] + [None]
    return {
        "people": len(found),
        "average": int(found.sum()) // len(found) / SECOND,
        "median": rank(found, 50) / SECOND,
        "p90": rank(found, 90) / SECOND,
        "histogram": [
            {"from": edge / SECOND, "to": to, "people": int(count)}
            for edge, to, count in zip(EDGES, upper, counts, strict=True)
            if count
        ],
    }


def rank(ordered: Ints, percent: int) -> int:
    """The smallest value that at least `percent` % of all do not exceed."""
    place = max(1, -(-len(ordered) * percent // 100))
    return int(ordered[place - 1])
