"""Trends: a number of events or people, period by period."""

from __future__ import annotations

from typing import Literal

from rapport.audiences.language.model import Selection
from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import (
    MOST_VALUES,
    EventPick,
    Groups,
    OfTrait,
    Question,
    Unit,
    Wanted,
    path_of_one,
    selection,
)

LETTERS = "ABCDEFGHIJ"

Measure = Literal["events", "people", "per_person", "sum", "avg", "min", "max", "median", "p90"]
PERCENTILES = {"min": 0, "median": 50, "p90": 90, "max": 100}
_OF_VALUES = ("sum", "avg", *PERCENTILES)


class Series(EventPick, frozen=True, kw_only=True):
    """`per_person`: events for each person who did it. Those of values need a `path`; events
    without a number there count for nothing. An average is rounded to millionths, halves away from
    zero; median and p90 are values that occurred (nearest rank)."""

    measure: Measure = "events"
    path: str | None = None


class Trends(Question, frozen=True, kw_only=True, tag="trends", tag_field="kind"):
    """Series are called A, B, C ... in `formulas`, such as `A / B * 100`: of numbers of one period;
    dividing by zero gives nothing.

    breakdown: a path of events; each event counts under its own value, so a person may count
    under several. Or people: segments, or values of a trait. What is behind the `limit` values with
    most events, or of a trait with most people, is in one. moving_average: of so many periods,
    the present one last; periods before `from` are read for it. compare: `previous`: as many
    periods directly before; `year`: as many, from the same day of the year before.
    """

    series: tuple[Series, ...]
    period: Unit = "day"
    breakdown: str | Groups | None = None
    limit: int = 25
    formulas: tuple[str, ...] = ()
    moving_average: int | None = None
    compare: Literal["previous", "year"] | None = None

    def checked(self) -> tuple[Selection, ...]:
        """What the series select. Raises `Malformed`."""
        if not 1 <= len(self.series) <= len(LETTERS):
            raise refuse("series", f"has to be a list of 1 to {len(LETTERS)}")
        for n, each in enumerate(self.series):
            if (each.path is not None) != (each.measure in _OF_VALUES):
                raise refuse(
                    f"series[{n}]", f"path goes with {', '.join(_OF_VALUES)}, and only there"
                )
            if each.path is not None:
                path_of_one(each.path, f"series[{n}].path")
        if isinstance(self.breakdown, Groups):
            self.breakdown.check()
        elif self.breakdown is not None:
            path_of_one(self.breakdown, "breakdown")
        if not 1 <= self.limit <= MOST_VALUES:
            raise refuse("limit", f"has to be from 1 to {MOST_VALUES}")
        if self.moving_average is not None and not 2 <= self.moving_average <= 365:
            raise refuse("moving_average", "has to be from 2 to 365")
        if self.breakdown and self.formulas:
            raise refuse("formulas", "cannot be combined with a breakdown")
        return tuple(selection(each, self, f"series[{n}]") for n, each in enumerate(self.series))

    @property
    def by(self) -> Wanted | None:
        """The path or the trait of the breakdown, if it is one."""
        if isinstance(self.breakdown, Groups):
            return OfTrait(self.breakdown.trait) if self.breakdown.trait else None
        return self.breakdown

    @property
    def segments(self) -> tuple[str, ...]:
        """Those that are compared."""
        return self.breakdown.segments if isinstance(self.breakdown, Groups) else ()
