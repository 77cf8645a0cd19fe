"""Retention: of those who did one thing, who came back to do another, and when."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from rapport.audiences.language.model import Selection
from rapport.clock import DAY
from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import EventPick, Groups, Question, path_of_one, selection

MOST_PERIODS = 400
LENGTHS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}  # of rolling periods

_BRACKET = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?")


class Retention(Question, frozen=True, kw_only=True, tag="retention", tag_field="kind"):
    """Her anchor is an event `start`; a return is an event `return` at a later instant.

    mode: `recurring`: she is in the cohort of every period in which she did `start`, anchored at
    the first of that period; `first_in_range`: in that of her first one in from/to; `first_ever`:
    in that of her first one ever, if it lies in from/to.
    clock: `calendar`: cell n is the n-th calendar period after the one of the anchor; `rolling`:
    the n-th 24 hours, 7 days or 30 days after the anchor.
    match: she returned `on` that period; `on_or_after`; `on_or_before`; or `streak`: in every one.
    first_cell: `all`: cell 0 is the whole cohort; `returned`: those who returned within it.
    brackets: cells of several periods, such as `0`, `1-3`, `4-7`, without gaps; instead of
    `periods`.
    """

    start: EventPick
    returning: EventPick = msgspec.field(name="return")
    period: Literal["day", "week", "month"] = "week"
    periods: int = 12
    brackets: tuple[str, ...] = ()
    mode: Literal["recurring", "first_in_range", "first_ever"] = "first_in_range"
    clock: Literal["calendar", "rolling"] = "calendar"
    match: Literal["on", "on_or_after", "on_or_before", "streak"] = "on"
    first_cell: Literal["all", "returned"] = "all"
    min_occurrences: int = 1
    sum: str | None = None  # a path of returns, summed over those of each cell
    breakdown: Groups | None = None

    def checked(self) -> tuple[Selection, Selection]:
        """What it selects. Raises `Malformed`."""
        if not 1 <= self.periods <= MOST_PERIODS:
            raise refuse("periods", f"has to be from 1 to {MOST_PERIODS}")
        self.edges()
        if not 1 <= self.min_occurrences <= 1_000:
            raise refuse("min_occurrences", "has to be from 1 to 1000")
        if self.breakdown is not None:
            self.breakdown.check()
        if self.sum is not None:
            path_of_one(self.sum, "sum")
        return selection(self.start, self, "start"), selection(self.returning, self, "return")

    def edges(self) -> tuple[int, ...]:
        """Cell n holds the periods from edge n to before edge n + 1. Raises `Malformed`."""
        if not self.brackets:
            return tuple(range(self.periods + 2))
        edges = [0]
        for n, text in enumerate(self.brackets):
            found = _BRACKET.fullmatch(text)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (-1, -1)
            if first != edges[-1] or not first <= last <= MOST_PERIODS:
                hint = "such as 0, 1-3, 4-7: each begins behind the one before"
                raise refuse(f"brackets[{n}]", f"{text!r} is no bracket here", hint=hint)
            edges.append(last + 1)
        return tuple(edges)
