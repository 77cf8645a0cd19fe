"""What a trend means: one number, of the events of all people in one period."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.audiences.language import values
from rapport.insights.oracles.matched import Matched
from rapport.insights.specs.trends import Series

_UNIT = 10**values.PLACES


def measured(series: Series, events: Sequence[tuple[int, Matched]], place: int) -> int | None:
    """In millionths; None for the average, least, greatest ... of nothing. `events`: of the series
    and period, each with its person; the value stands at `place` of its values."""
    if series.measure == "events":
        return len(events) * _UNIT
    people = len({person for person, _ in events})
    if series.measure == "people":
        return people * _UNIT
    if series.measure == "per_person":
        return divided(len(events) * _UNIT, people)
    sizes = [values.micro(each.values[place]) for _, each in events]
    found = sorted(size for size in sizes if size is not None)
    if series.measure == "sum":
        return sum(found)
    if not found:
        return None
    if series.measure == "avg":
        return divided(sum(found), len(found))
    percent = {"min": 0, "median": 50, "p90": 90, "max": 100}[series.measure]
    return found[max(1, -(-len(found) * percent // 100)) - 1]


def divided(total: int, count: int) -> int | None:
    """Millionths, halves away from zero; None without a count.

    >>> divided(5, 2), divided(-5, 2), divided(1, 0)
    (3, -3, None)
    """
    if not count:
        return None
    size = (2 * abs(total) + count) // (2 * count)
    return size if total >= 0 else -size
