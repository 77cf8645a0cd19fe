"""What lifecycle, stickiness and active people mean, for one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rapport.insights.oracles.matched import Matched
from rapport.insights.oracles.retention import period_of
from rapport.insights.periods import Grid
from rapport.insights.specs.activity import Active, Stickiness


def states(grid: Grid, events: Sequence[Matched]) -> dict[int, str]:
    """Period → state. Period 0 of `grid` is the one before the range and gets no state."""
    active = {period_of(grid, each.at) for each in events if each.match & 1}
    # The bit of the event whose first makes her new
    born = min((period_of(grid, each.at) for each in events if each.match & 2), default=None)
    found = {}
    for n in range(1, len(grid)):
        if n in active:
            if n == born:
                found[n] = "new"
            else:
                found[n] = "returning" if n - 1 in active else "resurrected"
        elif n - 1 in active:
            found[n] = "dormant"
    return found


def periods_active(question: Stickiness, grid: Grid, events: Sequence[Matched]) -> int:
    """In how many periods she was active."""
    times = Counter(period_of(grid, each.at) for each in events)
    return sum(count >= question.min_occurrences for count in times.values())


def active(question: Active, grid: Grid, events: Sequence[Matched]) -> set[int]:
    """The periods in which she counts. The first `trailing - 1` of `grid` lie before the range."""
    done = {period_of(grid, each.at) for each in events}
    before = question.trailing - 1
    return {n for n in range(before, len(grid)) if any(n - before <= each <= n for each in done)}
