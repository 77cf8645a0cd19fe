"""What retention means, for one person."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from rapport.audiences.language import values
from rapport.insights.oracles.matched import Matched
from rapport.insights.periods import Grid
from rapport.insights.specs.retention import LENGTHS, Retention

START, RETURN = 1, 2  # bits


def anchors(
    question: Retention, grid: Grid, start: int, end: int, events: Sequence[Matched]
) -> dict[int, int]:
    """Cohort → instant of its anchor. `grid` holds start <= t < end and more behind."""
    done = [each.at for each in events if each.match & START]
    inside = [at for at in done if start <= at < end]
    if question.mode == "first_ever":
        inside = [at for at in inside if at == done[0]]
    if question.mode != "recurring":
        inside = inside[:1]
    found: dict[int, int] = {}
    for at in inside:
        found.setdefault(period_of(grid, at), at)
    return found


def cell_of(question: Retention, grid: Grid, anchor: int, at: int) -> int:
    """The number of its cell: how many periods after its anchor a return lies, or which bracket
    that is."""
    if question.clock == "rolling":
        since = (at - anchor) // LENGTHS[question.period]
    else:
        since = period_of(grid, at) - period_of(grid, anchor)
    return bisect_right(question.edges(), since) - 1 if question.brackets else since


def cells(question: Retention, grid: Grid, anchor: int, events: Sequence[Matched]) -> list[bool]:
    """Whether she counts in cell 0, 1, ... of the table."""
    returns = [each.at for each in events if each.match & RETURN and each.at > anchor]
    at = [cell_of(question, grid, anchor, each) for each in returns]
    came = [n for n in set(at) if at.count(n) >= question.min_occurrences]
    whole = question.first_cell == "all"
    found = []
    for n in range(len(question.edges()) - 1):
        if n == 0 and whole:
            found.append(True)
        elif question.match == "on":
            found.append(n in came)
        elif question.match == "on_or_after":
            found.append(any(each >= n for each in came))
        elif question.match == "on_or_before":
            found.append(any(each <= n for each in came))
        else:
            found.append(all(each in came for each in range(1 if whole else 0, n + 1)))
    return found


def sums(question: Retention, grid: Grid, anchor: int, events: Sequence[Matched]) -> list[int]:
    """The sum, in millionths, of her returns in each cell."""
    found = [0] * (len(question.edges()) - 1)
    for each in events:
        if each.match & RETURN and each.at > anchor:
            n = cell_of(question, grid, anchor, each.at)
            if n < len(found):
                found[n] += values.micro(each.values[0]) or 0
    return found


def period_of(grid: Grid, at: int) -> int:
    return bisect_right(grid.bounds, at) - 1
