"""A funnel: who gets how far through a series of steps."""

from __future__ import annotations

from typing import Literal

import msgspec

from rapport.audiences.language import duration
from rapport.audiences.language.model import Selection
from rapport.clock import DAY
from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import (
    MOST_VALUES,
    EventPick,
    Groups,
    OfTrait,
    Question,
    Wanted,
    path_of_one,
    selection,
)

MOST_STEPS = 20
MOST_EXCLUSIONS = 10
MOST_HELD = 3
MOST_GRACE = DAY

Attribution = Literal["first", "last", "step"]


class Exclusion(EventPick, frozen=True, kw_only=True):
    """No such event between two steps of a chain. Steps count from 1; without: first to last."""

    after: int = 1
    before: int = 0  # 0 is the last step


class Breakdown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`by` is a path of events; or people are set beside each other: `segments`, or the values of a
    `trait`. `first` and `last`: the value of the earliest or latest event among her events of any
    step that has one. `step`: the value at that step of her chain."""

    by: str | None = None
    segments: tuple[str, ...] = ()
    trait: str | None = None
    attribution: Attribution = "first"
    step: int = 1
    limit: int = 25

    def check(self) -> None:
        """Raises `Malformed`."""
        if (self.by is not None) + bool(self.segments) + (self.trait is not None) != 1:
            raise refuse("breakdown", "has either a path `by`, or segments, or a trait")
        if self.by is None:
            Groups(self.segments, self.trait, self.limit).check()
        if not 1 <= self.limit <= MOST_VALUES:
            raise refuse("breakdown.limit", f"has to be from 1 to {MOST_VALUES}")


class Funnel(Question, frozen=True, kw_only=True, tag="funnel", tag_field="kind"):
    """A chain is one event for each step, from the first on, the last at most `window` after the
    first (inclusive).

    order: `ordered`: later steps later; `strict`: and no other event of hers between; `any`: in any
    order. reentry: `newest`: every first step starts a chain; `first`: only the first one.
    range: `first_step`: the first step lies in from/to, the others may follow after; `all_steps`.
    count: `people`: each once, by her best chain; `chains`: each chain that begins at her first
    first step, or at the next one behind the end of the chain before: its last step, or the end of
    its window. grace: events less than this apart are in no order: a step may come so much before
    the one before it. An event then counts for the first step that it matches.
    """

    steps: tuple[EventPick, ...]
    window: str = "7d"
    order: Literal["ordered", "strict", "any"] = "ordered"
    reentry: Literal["newest", "first"] = "newest"
    range: Literal["first_step", "all_steps"] = "first_step"
    exclusions: tuple[Exclusion, ...] = ()
    hold: tuple[str, ...] = ()
    breakdown: Breakdown | None = None
    over_time: Literal["day", "week", "month"] | None = None
    count: Literal["people", "chains"] = "people"
    grace: str | None = None


class Gap(msgspec.Struct, frozen=True):
    """Bit `bit` of an event: not between step `after` and step `before` (numbers from 0)."""

    bit: int
    after: int
    before: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A funnel with everything looked up. Bit n of an event: it matches selection n."""

    selections: tuple[Selection, ...]  # steps, exclusions, for `strict` also every event
    steps: int
    window: int  # µs
    start: int
    end: int  # first steps lie in start <= t < end
    earliest: int  # the other steps: earliest <= t
    latest: int  # and t < latest
    grace: int  # µs, 0 for none
    order: str
    first_only: bool
    gaps: tuple[Gap, ...]
    hold: tuple[str, ...]
    by: Wanted | None
    attribution: str
    value_step: int  # from 0


def plan(funnel: Funnel, start: int, end: int, now: int) -> Plan:
    """Raises `Malformed` for what does not fit together."""
    _check(funnel)
    try:
        window = duration.micros(funnel.window)
    except ValueError as error:
        raise refuse("window", str(error)) from None
    grace = _grace(funnel)
    whole_range = funnel.range == "all_steps" or funnel.order == "any"
    count = len(funnel.steps)
    chosen = [selection(each, funnel, f"steps[{n}]") for n, each in enumerate(funnel.steps)]
    chosen += [
        selection(each, funnel, f"exclusions[{n}]") for n, each in enumerate(funnel.exclusions)
    ]
    if funnel.order == "strict":
        chosen.append(Selection(("*",), ""))
    by, attribution, value_step = _by(funnel)
    return Plan(
        selections=tuple(chosen),
        steps=count,
        window=window,
        start=start,
        end=end,
        earliest=start if whole_range else start - grace * (count - 1),
        latest=end if whole_range else min(end + window, now + 1),
        grace=grace,
        order=funnel.order,
        first_only=funnel.reentry == "first",
        gaps=tuple(
            Gap(count + n, each.after - 1, (each.before or count) - 1)
            for n, each in enumerate(funnel.exclusions)
        ),
        hold=tuple(path_of_one(each, f"hold[{n}]") for n, each in enumerate(funnel.hold)),
        by=by,
        attribution=attribution,
        value_step=value_step,
    )


def _by(funnel: Funnel) -> tuple[Wanted | None, str, int]:
    """What is broken down by, and which event says it. Each of hers says her trait."""
    by = funnel.breakdown
    if by is None or by.segments:
        return None, "", 0
    if by.trait is not None:
        return OfTrait(by.trait), "step" if funnel.count == "chains" else "first", 0
    return path_of_one(str(by.by), "breakdown.by"), by.attribution, by.step - 1


def _grace(funnel: Funnel) -> int:
    """In µs. Raises `Malformed`."""
    if funnel.grace is None:
        return 0
    if funnel.order != "ordered" or funnel.exclusions or funnel.count == "chains":
        raise refuse(
            "grace", "goes with order: ordered, and neither with exclusions nor count: chains"
        )
    try:
        grace = duration.micros(funnel.grace)
    except ValueError as error:
        raise refuse("grace", str(error)) from None
    if grace > MOST_GRACE:
        raise refuse("grace", "is a day at most")
    return grace


def _check(funnel: Funnel) -> None:
    count = len(funnel.steps)
    if not 1 <= count <= MOST_STEPS:
        raise refuse("steps", f"has to be a list of 1 to {MOST_STEPS} steps")
    if len(funnel.exclusions) > MOST_EXCLUSIONS:
        raise refuse("exclusions", f"has to be a list of at most {MOST_EXCLUSIONS}")
    for n, each in enumerate(funnel.exclusions):
        if not 1 <= each.after < (each.before or count) <= count:
            raise refuse(f"exclusions[{n}]", f"after and before have to be steps from 1 to {count}")
    if funnel.order == "any" and funnel.exclusions:
        raise refuse("exclusions", "nothing lies between steps that come in any order")
    if funnel.hold and (funnel.order == "strict" or len(funnel.hold) > MOST_HELD):
        raise refuse("hold", f"takes up to {MOST_HELD} paths, and not with order: strict")
    if funnel.count == "chains":
        _check_chains(funnel)
    if funnel.breakdown is not None:
        funnel.breakdown.check()
        if not 1 <= funnel.breakdown.step <= count:
            raise refuse("breakdown.step", f"has to be from 1 to {count}")


def _check_chains(funnel: Funnel) -> None:
    if funnel.order != "ordered" or funnel.exclusions:
        raise refuse("count", "chains are counted with order: ordered, and without exclusions")
    if funnel.reentry == "first":
        raise refuse("count", "chains begin again, which reentry: first rules out")
    by = funnel.breakdown
    if by and by.by and by.attribution != "step":
        raise refuse("breakdown.attribution", "has to be step: each chain has its own value")
