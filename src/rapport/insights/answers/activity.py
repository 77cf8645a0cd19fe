"""Lifecycle, stickiness, active people: answers, the people behind a number, and one person."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from rapport.audiences.language import windows
from rapport.clock import to_iso
from rapport.insights import periods
from rapport.insights.ground import Ground
from rapport.insights.kernels import activity as kernel
from rapport.insights.mistakes import refuse
from rapport.insights.oracles import activity as oracle
from rapport.insights.oracles.matched import Matched, matched
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.specs.activity import Active, Lifecycle, Stickiness
from rapport.insights.specs.scope import span, zone
from rapport.insights.sql import activity as plans
from rapport.insights.sql.activity import Asked
from rapport.insights.sql.engine import Engine


class LifecycleCell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    period: str  # the day on which it begins
    state: str


class StickinessCell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    periods: int
    or_more: bool = False


class ActiveCell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    period: str
    trailing: bool = False


def lifecycle(question: Lifecycle, ground: Ground) -> dict[str, Any]:
    grid, counts = _counted(question, ground)
    told = []
    for n in range(1, len(grid)):
        new, returning, resurrected, dormant = counts[n].tolist()
        came = new + resurrected
        told.append(
            {
                **_period(grid, n, ground.now),
                "new": new,
                "returning": returning,
                "resurrected": resurrected,
                "dormant": dormant,
                "pulse": round(came / dormant, 6) if dormant else None,
            }
        )
    return {"kind": "lifecycle", "new_by": question.new_by, "periods": told}


def lifecycle_people(question: Lifecycle, ground: Ground, cell: LifecycleCell) -> Ints:
    if cell.state not in kernel.STATES:
        raise refuse("cell.state", f"is one of {', '.join(kernel.STATES)}")
    state = kernel.STATES.index(cell.state)
    if ground.engine is not None:
        asked = _lifecycle_asked(question, ground, ground.engine)
        return plans.lifecycle_people(asked, _number(asked.grid, cell.period), state)
    grid, found = _states(question, ground)
    number = _number(grid, cell.period)
    kept = [person[(period == number) & (states == state)] for person, period, states in found]
    return np.unique(np.concatenate(kept)) if kept else np.zeros(0, np.int64)


def lifecycle_why(question: Lifecycle, ground: Ground, profile: int) -> dict[str, Any]:
    grid, low = _lifecycle_grid(question, ground)
    selections, high = question.checked(), min(grid.bounds[-1], span(question, ground.now)[1])
    seen = _seen(ground, profile, selections, low, high)
    found = oracle.states(grid, seen)
    return {
        "profile": f"p_{profile}",
        "periods": [{"start": grid.label(n), "state": state} for n, state in found.items()],
        "events": [_shown(each) for each in seen],
    }


def stickiness(question: Stickiness, ground: Ground) -> dict[str, Any]:
    if ground.engine is not None:
        asked = _stickiness_asked(question, ground, ground.engine)
        grid, counts = asked.grid, plans.stickiness(asked, question.min_occurrences)
    else:
        grid, found = _stuck(question, ground)
        counts = np.zeros(len(grid) + 1, np.int64)
        for _, times in found:
            counts += np.bincount(times, minlength=len(grid) + 1)
    more = np.cumsum(counts[::-1])[::-1]
    total = int(counts.sum())
    return {
        "kind": "stickiness",
        "of": len(grid),
        "people": total,
        "periods": [
            {
                "periods": n,
                "people": int(counts[n]),
                "or_more": int(more[n]),
                "share": round(int(counts[n]) / total, 6) if total else None,
            }
            for n in range(1, len(grid) + 1)
        ],
    }


def stickiness_people(question: Stickiness, ground: Ground, cell: StickinessCell) -> Ints:
    if ground.engine is not None:
        asked = _stickiness_asked(question, ground, ground.engine)
        return plans.stickiness_people(
            asked, question.min_occurrences, cell.periods, or_more=cell.or_more
        )
    _, found = _stuck(question, ground)
    kept = [
        person[times >= cell.periods if cell.or_more else times == cell.periods]
        for person, times in found
    ]
    return np.concatenate(kept) if kept else np.zeros(0, np.int64)


def stickiness_why(question: Stickiness, ground: Ground, profile: int) -> dict[str, Any]:
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    seen = _seen(ground, profile, question.checked(), start, end)
    return {
        "profile": f"p_{profile}",
        "periods": oracle.periods_active(question, grid, seen),
        "events": [_shown(each) for each in seen],
    }


def active(question: Active, ground: Ground) -> dict[str, Any]:
    grid, present, events, trailing = _present(question, ground)
    before = question.trailing - 1
    size = len(grid)
    told = []
    for n in range(before, size):
        row = {
            **_period(grid, n, ground.now),
            "people": int(present[n]),
            "events": int(events[n]),
        }
        if before:
            row["trailing"] = int(trailing[n])
            row["ratio"] = round(row["people"] / row["trailing"], 6) if row["trailing"] else None
        told.append(row)
    return {"kind": "active", "trailing": question.trailing, "periods": told}


def active_people(question: Active, ground: Ground, cell: ActiveCell) -> Ints:
    back = question.trailing - 1 if cell.trailing else 0
    if ground.engine is not None:
        asked = _active_asked(question, ground, ground.engine)
        last = _number(asked.grid, cell.period)
        return plans.active_people(asked, last - back, last)
    grid, found = _active(question, ground)
    number = _number(grid, cell.period)
    first = number - back
    kept = [each.person[(each.period >= first) & (each.period <= number)] for each in found]
    return np.unique(np.concatenate(kept)) if kept else np.zeros(0, np.int64)


def active_why(question: Active, ground: Ground, profile: int) -> dict[str, Any]:
    grid, start, end = _active_grid(question, ground)
    seen = _seen(ground, profile, question.checked(), start, end)
    return {
        "profile": f"p_{profile}",
        "periods": [grid.label(n) for n in sorted(oracle.active(question, grid, seen))],
        "events": [_shown(each) for each in seen],
    }


def _counted(question: Lifecycle, ground: Ground) -> tuple[Grid, Ints]:
    """[period, state]: how many people."""
    if ground.engine is not None:
        asked = _lifecycle_asked(question, ground, ground.engine)
        return asked.grid, plans.lifecycle(asked)
    grid, found = _states(question, ground)
    counts = np.zeros(len(grid) * len(kernel.STATES), np.int64)
    for _, period, state in found:
        cell = period.astype(np.int32) * len(kernel.STATES) + state
        counts += np.bincount(cell, minlength=len(counts))
    return grid, counts.reshape(len(grid), -1)


def _present(question: Active, ground: Ground) -> tuple[Grid, Ints, Ints, Ints]:
    """Of each period: people, events, and people of it and of those that trail."""
    grid, start, end = _active_grid(question, ground)
    size = len(grid)
    present, change = np.zeros(size, np.int64), np.zeros(size + 1, np.int64)
    events = np.zeros(size, np.int64)
    if ground.engine is not None:
        asked = _active_asked(question, ground, ground.engine)
        for each in plans.active(asked, question.trailing):
            present[each.begin] += each.people
            events[each.begin] += each.events
            change[each.begin] += each.people
            change[min(each.end, size)] -= each.people
        return grid, present, events, np.cumsum(change)
    pieces, _ = ground.rows(question.checked(), start, end, segment=question.segment)
    for part in pieces.each(lambda piece: kernel.present(grid, piece, question.trailing)):
        present += part.people
        events += part.events
        change += part.change
    return grid, present, events, np.cumsum(change)


def _lifecycle_asked(question: Lifecycle, ground: Ground, engine: Engine) -> Asked:
    grid, low = _lifecycle_grid(question, ground)
    high = span(question, ground.now)[1]
    return Asked(engine, question.checked(), grid, low, high, question.segment)


def _stickiness_asked(question: Stickiness, ground: Ground, engine: Engine) -> Asked:
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    return Asked(engine, question.checked(), grid, start, end, question.segment)


def _active_asked(question: Active, ground: Ground, engine: Engine) -> Asked:
    grid, start, end = _active_grid(question, ground)
    return Asked(engine, question.checked(), grid, start, end, question.segment)


def _states(question: Lifecycle, ground: Ground) -> tuple[Grid, list[tuple[Ints, Ints, Ints]]]:
    grid, low = _lifecycle_grid(question, ground)
    end = span(question, ground.now)[1]
    pieces, _ = ground.rows(question.checked(), low, end, segment=question.segment)
    return grid, list(pieces.each(lambda piece: kernel.states(grid, piece)))


def _lifecycle_grid(question: Lifecycle, ground: Ground) -> tuple[Grid, int]:
    """The periods with one before them, and from when on events are looked at."""
    start, end = span(question, ground.now)
    grid = periods.before(periods.grid(question.period, start, end, zone(question)))
    return grid, grid.bounds[0] if question.new_by == "first_in_range" else windows.EVER


def _stuck(question: Stickiness, ground: Ground) -> tuple[Grid, list[tuple[Ints, Ints]]]:
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    pieces, _ = ground.rows(question.checked(), start, end, segment=question.segment)
    least = question.min_occurrences
    return grid, list(pieces.each(lambda piece: kernel.stuck(grid, piece, least)))


def _active(question: Active, ground: Ground) -> tuple[Grid, list[kernel.Active]]:
    grid, start, end = _active_grid(question, ground)
    pieces, _ = ground.rows(question.checked(), start, end, segment=question.segment)
    return grid, list(pieces.each(lambda piece: kernel.active(grid, piece)))


def _active_grid(question: Active, ground: Ground) -> tuple[Grid, int, int]:
    """With the periods before the range that trailing ones reach into."""
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    if question.trailing > 1:
        grid = periods.before(grid, question.trailing - 1)
        start = grid.bounds[0]
    return grid, start, end


def _seen(ground: Ground, profile: int, selections: Any, low: int, high: int) -> list[Matched]:
    events = ground.events(profile)
    return matched(events, selections, low, high, now=ground.now)


def _period(grid: Grid, number: int, now: int) -> dict[str, Any]:
    return {"start": grid.label(number), "complete": grid.bounds[number + 1] <= now + 1}


def _number(grid: Grid, label: str) -> int:
    labels = [grid.label(n) for n in range(len(grid))]
    if label not in labels:
        raise refuse("cell.period", "is the day on which a period of the question begins")
    return labels.index(label)


def _shown(each: Matched) -> dict[str, Any]:
    named = {"event": each.event.event, "message_id": each.event.message_id} if each.event else {}
    return {"at": to_iso(each.at), **named}
