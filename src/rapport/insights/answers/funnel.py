"""Funnels: the answer, the people behind a number, and what became of one person."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from rapport.audiences.operands import refuse
from rapport.clock import to_iso
from rapport.insights import periods, scan
from rapport.insights.answers.durations import summary
from rapport.insights.ground import Ground
from rapport.insights.kernels import funnel as kernel
from rapport.insights.kernels.funnel import Reached
from rapport.insights.oracles import funnel as oracle
from rapport.insights.oracles.matched import Matched, matched
from rapport.insights.rows import Ints, Values
from rapport.insights.specs.funnel import Funnel, Plan, plan
from rapport.insights.specs.scope import span, zone


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who reached step `step` (from 1), or reached the step before and not this one."""

    step: int
    outcome: str = "reached"  # or "dropped"
    value: str | None = None  # of the breakdown; "" is none


def answer(question: Funnel, ground: Ground) -> dict[str, Any]:
    chosen, found, values = _reached(question, ground)
    told: dict[str, Any] = {
        "kind": "funnel",
        "from": to_iso(chosen.start),
        "to": to_iso(chosen.end),
        **_steps(question, found),
    }
    if question.breakdown:
        told["breakdown"] = _breakdown(question, question.breakdown.limit, found, values)
    if question.over_time:
        told["over_time"] = _over_time(question, ground, chosen)
    return told


def people(question: Funnel, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. Raises `Malformed` for a cell that the funnel does not have."""
    if not 1 <= cell.step <= len(question.steps) or cell.outcome not in ("reached", "dropped"):
        raise refuse("cell", "has a step of the funnel, and outcome: reached or dropped")
    _, found, values = _reached(question, ground)
    dropped = found.level == cell.step - 1
    kept = dropped if cell.outcome == "dropped" else found.level >= cell.step
    if cell.value is not None:
        texts = ["", *(values.texts[-1] if values.texts else ())]
        number = texts.index(cell.value) - 1 if cell.value in texts else -2
        kept &= found.value == number
    return found.person[kept]


def why(question: Funnel, ground: Ground, profile: int) -> dict[str, Any]:
    """Every event of hers that the funnel looks at, and what became of it."""
    chosen = plan(question, *span(question, ground.now), ground.now)
    events = scan.of_profile(ground.warehouse, ground.nodes(profile))
    wanted = [*chosen.hold, *([chosen.by] if chosen.by else [])]
    seen = matched(
        events,
        chosen.selections,
        chosen.start,
        chosen.latest,
        now=ground.now,
        wanted=wanted,
    )
    notes: dict[int, list[dict[str, Any]]] = {}

    def note(event: Matched, step: int, words: str) -> None:
        notes.setdefault(id(event), []).append({"step": step + 1, "result": words})

    found = oracle.outcome(chosen, seen, note)
    return {
        "profile": f"p_{profile}",
        "reached": len(found.chain) if found else 0,
        "value": found.value if found else None,
        "chain": [_shown(each) for each in found.chain] if found else [],
        "events": [{**_shown(each), "steps": notes.get(id(each), [])} for each in seen],
    }


def _shown(each: Matched) -> dict[str, Any]:
    event = each.event
    named = {"message_id": event.message_id, "event": event.event} if event else {}
    return {"at": to_iso(each.at), **named}


def _reached(question: Funnel, ground: Ground) -> tuple[Plan, Reached, Values]:
    chosen = plan(question, *span(question, ground.now), ground.now)
    wanted = [*chosen.hold, *([chosen.by] if chosen.by else [])]
    pieces, values = ground.rows(
        chosen.selections, chosen.start, chosen.latest, segment=question.segment, wanted=wanted
    )
    parts = [kernel.reached(chosen, piece) for piece in pieces]
    return chosen, kernel.join(parts, chosen.steps), values


def _steps(question: Funnel, found: Reached) -> dict[str, Any]:
    counts = [int((found.level >= n + 1).sum()) for n in range(len(question.steps))]
    steps = []
    for n, (step, count) in enumerate(zip(question.steps, counts, strict=True)):
        previous = counts[n - 1] if n else count
        there = found.level > n
        steps.append(
            {
                "event": step.name,
                "count": count,
                "conversion": _share(count, counts[0]),
                "conversion_from_previous": _share(count, previous),
                "dropped": previous - count,
                "time_to_convert": summary(found.at[there, n] - found.at[there, n - 1])
                if n
                else None,
            }
        )
    whole = found.level == len(counts)
    total = summary(found.at[whole, -1] - found.at[whole, 0]) if len(counts) > 1 else None
    return {"steps": steps, "time_to_convert": total}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _breakdown(
    question: Funnel, limit: int, found: Reached, values: Values
) -> list[dict[str, Any]]:
    """One funnel a value, the greatest first; what is beyond `limit` in one."""
    texts = values.texts[-1]
    counts = np.bincount(found.value + 1, minlength=len(texts) + 1)
    ranked = [n for n in np.argsort(-counts, kind="stable") if counts[n]]
    told = []
    for n in ranked[:limit]:
        only = _only(found, found.value == n - 1)
        told.append({"value": texts[n - 1] if n else None, **_steps(question, only)})
    if len(ranked) > limit:
        rest = _only(found, np.isin(found.value, np.array(ranked[limit:]) - 1))
        told.append({"value": None, "other": True, **_steps(question, rest)})
    return told


def _only(found: Reached, which: Any) -> Reached:
    return Reached(*(column[which] for column in found))


def _over_time(question: Funnel, ground: Ground, chosen: Plan) -> list[dict[str, Any]]:
    """Each point is the funnel of those who took the first step in that period."""
    grid = periods.grid(str(question.over_time), chosen.start, chosen.end, zone(question))
    told = []
    for n in range(len(grid)):
        start, end = max(grid.bounds[n], chosen.start), min(grid.bounds[n + 1], chosen.end)
        point = msgspec.structs.replace(
            question, since=to_iso(start), until=to_iso(end), over_time=None, breakdown=None
        )
        _, found, _ = _reached(point, ground)
        told.append(
            {
                "start": grid.label(n),
                # Later steps may still come within the window.
                "complete": end + chosen.window <= ground.now,
                **_steps(point, found),
            }
        )
    return told
