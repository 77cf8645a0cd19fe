"""Funnels: the answer, the people behind a number, and what became of one person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from rapport.clock import to_iso
from rapport.insights import periods
from rapport.insights.answers.durations import Tally, spread, summary
from rapport.insights.ground import Ground
from rapport.insights.groups import places, segment
from rapport.insights.kernels import funnel as kernel
from rapport.insights.kernels.funnel import Reached
from rapport.insights.mistakes import refuse
from rapport.insights.oracles import funnel as oracle
from rapport.insights.oracles.matched import Matched, matched
from rapport.insights.rows import Ints, Values
from rapport.insights.specs.funnel import Funnel, Plan, plan
from rapport.insights.specs.scope import Groups, OfTrait, of_group, span, zone
from rapport.insights.sql import funnel as plans


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who reached step `step` (from 1), or reached the step before and not this one. Of a breakdown
    those with `value`, or with any `other` than those that are told."""

    step: int
    outcome: str = "reached"  # or "dropped"
    value: str | None = None  # "" is none
    other: bool = False


def answer(question: Funnel, ground: Ground) -> dict[str, Any]:
    chosen = _plan(question, ground)
    segments = question.breakdown.segments if question.breakdown else ()
    whole, *parts = _tallies(question, ground, chosen)
    told: dict[str, Any] = {
        "kind": "funnel",
        "count": question.count,
        "from": to_iso(chosen.start),
        "to": to_iso(chosen.end),
        **_steps(question, whole),
    }
    if segments:
        told["breakdown"] = [_of_segment(question, key, ground, chosen) for key in segments]
    elif question.breakdown:
        told["breakdown"] = [_part(question, part) for part in parts]
    if question.over_time:
        told["over_time"] = _over_time(question, ground, chosen)
    return told


def people(question: Funnel, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. Raises `Malformed` for a cell that the funnel does not have."""
    if not 1 <= cell.step <= len(question.steps) or cell.outcome not in ("reached", "dropped"):
        raise refuse("cell", "has a step of the funnel, and outcome: reached or dropped")
    by = question.breakdown
    if by and by.segments and cell.value is not None:
        question = of_group(question, Groups(by.segments).chosen(cell.value))
    chosen = _plan(question, ground)
    if chosen.by is None:
        cell = msgspec.structs.replace(cell, value=None, other=False)
    if ground.engine is not None:
        steps = {"level": cell.step - 1} if cell.outcome == "dropped" else {"least": cell.step}
        tests = {**steps, "value": cell.value, "other": cell.other}
        return plans.people(question, chosen, ground.engine, tests)
    found, values = _reached(question, chosen, ground)
    dropped = found.level == cell.step - 1
    kept = dropped if cell.outcome == "dropped" else found.level >= cell.step
    if by and cell.other:
        told = _ranked(found, values.texts[-1])[: by.limit]
        kept &= np.isin(found.value, told, invert=True)
    elif cell.value is not None:
        kept &= places(values.texts[-1], [cell.value or None])[found.value + 1] == 0
    return np.unique(found.person[kept])


def why(question: Funnel, ground: Ground, profile: int) -> dict[str, Any]:
    """Every event of hers that the funnel looks at, and what became of it; and the value of the
    breakdown under which she counts, or would if it is that of her trait."""
    chosen = _plan(question, ground)
    events = ground.events(profile)
    trait = chosen.by if isinstance(chosen.by, OfTrait) else None
    if trait is not None:  # what is true of her is not what her events say
        chosen = msgspec.structs.replace(chosen, by=None)
    wanted = [*chosen.hold, *([chosen.by] if isinstance(chosen.by, str) else [])]
    seen = matched(
        events,
        chosen.selections,
        chosen.earliest,
        chosen.latest,
        now=ground.now,
        wanted=wanted,
    )
    notes: dict[int, list[dict[str, Any]]] = {}

    def note(event: Matched, step: int, words: str) -> None:
        notes.setdefault(id(event), []).append({"step": step + 1, "result": words})

    found = oracle.outcome(chosen, seen, note)
    value = ground.trait(trait.trait, profile) if trait else found.value if found else None
    every = {"chains": _chains(chosen, seen)} if question.count == "chains" else {}
    return {
        "profile": f"p_{profile}",
        "reached": len(found.chain) if found else 0,
        "value": value,
        "chain": [_shown(each) for each in found.chain] if found else [],
        "events": [{**_shown(each), "steps": notes.get(id(each), [])} for each in seen],
        **every,
    }


def _chains(chosen: Plan, seen: list[Matched]) -> list[list[dict[str, Any]]]:
    found = oracle.chains(chosen, seen)
    return [[_shown(each) for each in outcome.chain] for outcome in found]


def _shown(each: Matched) -> dict[str, Any]:
    event = each.event
    named = {"message_id": event.message_id, "event": event.event} if event else {}
    return {"at": to_iso(each.at), **named}


def _plan(question: Funnel, ground: Ground) -> Plan:
    return plan(question, *span(question, ground.now), ground.now)


def _reached(question: Funnel, chosen: Plan, ground: Ground) -> tuple[Reached, Values]:
    wanted = [*chosen.hold, *([chosen.by] if chosen.by else [])]
    pieces, values = ground.rows(
        chosen.selections, chosen.earliest, chosen.latest, segment=question.segment, wanted=wanted
    )
    count = kernel.chains if question.count == "chains" else kernel.reached
    parts = list(pieces.each(lambda piece: count(chosen, piece)))
    return kernel.join(parts, chosen.steps), values


def _tallies(question: Funnel, ground: Ground, chosen: Plan) -> list[Tally]:
    """Of everybody; then of each value of the breakdown, the greatest first."""
    if ground.engine is not None:
        return plans.tallies(question, chosen, ground.engine)
    found, values = _reached(question, chosen, ground)
    parts = [_tally(found)]
    if question.breakdown and chosen.by:
        parts += _by_value(question.breakdown.limit, found, values)
    return parts


def _of_segment(question: Funnel, key: str, ground: Ground, chosen: Plan) -> dict[str, Any]:
    tally = _tallies(of_group(question, key), ground, chosen)[0]
    return {**segment(key, ground), **_steps(question, tally)}


def _tally(found: Reached, value: str | None = None, *, other: bool = False) -> Tally:
    steps = found.at.shape[1]
    counts = [int((found.level > n).sum()) for n in range(steps)]
    times = []
    for n in range(1, steps):
        there = np.flatnonzero(found.level > n)
        times.append(spread(_length(found.at[there, n - 1], found.at[there, n])))
    whole = np.flatnonzero(found.level == steps)
    total = spread(_length(found.at[whole, 0], found.at[whole, -1]))
    return Tally(value, other, counts, times, total)


def _length(since: Ints, until: Ints) -> Ints:
    """A step that came before the one before it, as a grace allows, took no time."""
    length: Ints = np.maximum(until - since, 0)
    return length


def _steps(question: Funnel, tally: Tally) -> dict[str, Any]:
    counts = tally.counts
    steps = []
    for n, (step, count) in enumerate(zip(question.steps, counts, strict=True)):
        previous = counts[n - 1] if n else count
        steps.append(
            {
                "event": step.name,
                "count": count,
                "conversion": _share(count, counts[0]),
                "conversion_from_previous": _share(count, previous),
                "dropped": previous - count,
                "time_to_convert": summary(tally.times[n - 1]) if n else None,
            }
        )
    total = summary(tally.whole) if len(counts) > 1 else None
    return {"steps": steps, "time_to_convert": total}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _by_value(limit: int, found: Reached, values: Values) -> list[Tally]:
    """One a value, the greatest first; what is beyond `limit` in one."""
    texts = values.texts[-1]
    ranked = _ranked(found, texts)
    parts = [
        _tally(_only(found, found.value == n), texts[n] if n >= 0 else None) for n in ranked[:limit]
    ]
    if len(ranked) > limit:
        rest = _only(found, np.isin(found.value, ranked[limit:]))
        parts.append(_tally(rest, other=True))
    return parts


def _ranked(found: Reached, texts: Sequence[str]) -> list[int]:
    """The numbers of values, those that most have first; -1 is none."""
    counts = np.bincount(found.value + 1, minlength=len(texts) + 1)
    return [n - 1 for n in np.argsort(-counts, kind="stable").tolist() if counts[n]]


def _part(question: Funnel, part: Tally) -> dict[str, Any]:
    other = {"other": True} if part.other else {}
    return {"value": part.value, **other, **_steps(question, part)}


def _only(found: Reached, which: Any) -> Reached:
    return Reached(*(column[which] for column in found))


def _over_time(question: Funnel, ground: Ground, chosen: Plan) -> list[dict[str, Any]]:
    """Each point is the funnel of those who took the first step in that period, or of the chains
    that began in it."""
    grid = periods.grid(str(question.over_time), chosen.start, chosen.end, zone(question))
    tallied = _of_chains(question, chosen, ground) if question.count == "chains" else None
    told = []
    for n in range(len(grid)):
        start, end = max(grid.bounds[n], chosen.start), min(grid.bounds[n + 1], chosen.end)
        if tallied is not None:
            tally = tallied(start, end)
        else:
            point = msgspec.structs.replace(
                question, since=to_iso(start), until=to_iso(end), over_time=None, breakdown=None
            )
            tally = _tallies(point, ground, _plan(point, ground))[0]
        told.append(
            {
                "start": grid.label(n),
                # Later steps may still come within the window.
                "complete": end + chosen.window <= ground.now,
                **_steps(question, tally),
            }
        )
    return told


def _of_chains(question: Funnel, chosen: Plan, ground: Ground) -> Callable[[int, int], Tally]:
    """Of those that begin in start <= t < end; which chains there are, the whole range decides."""
    if (engine := ground.engine) is not None:
        return lambda start, end: plans.tallies(question, chosen, engine, (start, end))[0]
    found, _ = _reached(question, chosen, ground)
    begun = found.at[:, 0]
    return lambda start, end: _tally(_only(found, (begun >= start) & (begun < end)))
