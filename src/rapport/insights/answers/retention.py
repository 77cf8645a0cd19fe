"""Retention: the answer, the people behind a cell, and what became of one person."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any

import msgspec
import numpy as np

from rapport.audiences.language import values, windows
from rapport.audiences.language.operands import refuse
from rapport.clock import to_iso
from rapport.insights import periods
from rapport.insights.ground import Ground
from rapport.insights.groups import compared
from rapport.insights.kernels import retention as kernel
from rapport.insights.kernels.retention import Cohort
from rapport.insights.oracles import retention as oracle
from rapport.insights.oracles.matched import matched
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.specs.retention import LENGTHS, Retention
from rapport.insights.specs.scope import of_group, span, zone
from rapport.insights.sql import retention as plans


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those of the cohort that begins on `cohort` who count in cell `period`; or who do not."""

    cohort: str
    period: int = 0
    outcome: str = "returned"  # or "gone"
    value: str | None = None  # a segment of the breakdown, or the value of a trait; "" is none


def answer(question: Retention, ground: Ground) -> dict[str, Any]:
    start, end = span(question, ground.now)
    told = {
        "kind": "retention",
        "from": to_iso(start),
        "to": to_iso(end),
        "period": question.period,
        **_table(question, ground, start, end),
    }
    if question.brackets:
        told["brackets"] = list(question.brackets)
    if question.breakdown:
        told["breakdown"] = [
            {**group.told(), **_table(of_group(question, group.who), ground, start, end)}
            for group in compared(
                question.breakdown, ground, question.segment, question.checked()[:1], start, end
            )
        ]
    return told


def _table(question: Retention, ground: Ground, start: int, end: int) -> dict[str, Any]:
    grid = _grid(question, start, end, ground.now)
    cells = len(question.edges()) - 1
    cohort_count = len(periods.grid(question.period, start, end, zone(question)))
    sizes = [0] * cohort_count
    counts = np.zeros((cohort_count, cells), np.int64)
    totals = [[0] * cells for _ in range(cohort_count)]
    if ground.engine is not None:
        in_sql = plans.cohorts(question, ground.engine, grid, start, end)
        for number, each in in_sql.items():
            sizes[number], counts[number], totals[number] = each.size, each.counts, [*each.sums]
    for part in _cohorts(question, ground, grid, start, end) if ground.engine is None else ():
        sizes[part.number] += len(part.person)
        counts[part.number] += part.counts.sum(axis=0)
        for n, size in enumerate(part.sums):
            totals[part.number][n] += size
    cohorts = [
        _cohort(question, ground.now, grid, n, sizes[n], counts[n].tolist(), totals[n])
        for n in range(cohort_count)
    ]
    return {"cohorts": cohorts, "average": _average(cohorts, cells)}


def people(question: Retention, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. Raises `Malformed` for a cell that there is not."""
    if not 0 <= cell.period < len(question.edges()) - 1 or cell.outcome not in ("returned", "gone"):
        raise refuse("cell", "has a period of the table, and outcome: returned or gone")
    if question.breakdown and cell.value is not None:
        question = of_group(question, question.breakdown.chosen(cell.value))
    start, end = span(question, ground.now)
    grid = _grid(question, start, end, ground.now)
    labels = [grid.label(n) for n in range(len(grid))]
    if cell.cohort not in labels:
        raise refuse("cell.cohort", "is the day on which a period of the question begins")
    if ground.engine is not None:
        return plans.people(
            question,
            ground.engine,
            grid,
            (start, end),
            labels.index(cell.cohort),
            cell.period,
            gone=cell.outcome == "gone",
        )
    found = []
    for part in _cohorts(question, ground, grid, start, end):
        if part.number == labels.index(cell.cohort):
            counts = part.counts[:, cell.period]
            found.append(part.person[counts if cell.outcome == "returned" else ~counts])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def why(question: Retention, ground: Ground, profile: int) -> dict[str, Any]:
    """Her cohorts with the cells in which she counts, and the events they rest on."""
    start, end = span(question, ground.now)
    grid = _grid(question, start, end, ground.now)
    low = windows.EVER if question.mode == "first_ever" else start
    events = ground.events(profile)
    seen = matched(events, question.checked(), low, ground.now + 1, now=ground.now)
    found = oracle.anchors(question, grid, start, end, seen)
    return {
        "profile": f"p_{profile}",
        "cohorts": [
            {
                "start": grid.label(number),
                "anchor": to_iso(anchor),
                "values": oracle.cells(question, grid, anchor, seen),
                "returns": [
                    {
                        "at": to_iso(each.at),
                        "message_id": each.event.message_id if each.event else "",
                        "period": oracle.cell_of(question, grid, anchor, each.at),
                    }
                    for each in seen
                    if each.match & oracle.RETURN and each.at > anchor
                ],
            }
            for number, anchor in found.items()
        ],
    }


def _grid(question: Retention, start: int, end: int, now: int) -> Grid:
    """The periods of the cohorts, and of the cells of the last one. Where several returns have to
    lie in one of the periods behind the table, these until `now`, too."""
    cohorts = periods.grid(question.period, start, end, zone(question))
    found = periods.after(cohorts, question.edges()[-1] - 1)
    later = question.match == "on_or_after" and question.min_occurrences > 1
    if later and question.clock == "calendar" and not question.brackets:
        whole = periods.grid(question.period, start, now + 1, zone(question))
        return whole if len(whole) > len(found) else found
    return found


def _cohorts(
    question: Retention, ground: Ground, grid: Grid, start: int, end: int
) -> Iterator[Cohort]:
    low = windows.EVER if question.mode == "first_ever" else start
    wanted = [question.sum] if question.sum else []
    pieces, held = ground.rows(
        question.checked(), low, ground.now + 1, segment=question.segment, wanted=wanted
    )
    sizes = tuple(values.micro(text) or 0 for text in held.texts[0]) if held.texts else ()
    found = pieces.each(lambda piece: kernel.cohorts(question, grid, start, end, piece, sizes))
    return chain.from_iterable(found)


def _cohort(
    question: Retention,
    now: int,
    grid: Grid,
    number: int,
    size: int,
    counts: list[int],
    totals: list[int],
) -> dict[str, Any]:
    """Cells that have not begun for the first of the cohort are None."""
    begun, over = [], []
    for first, behind in pairwise(question.edges()):
        if question.clock == "rolling":
            length = LENGTHS[question.period]
            begun.append(grid.bounds[number] + first * length <= now)
            over.append(grid.bounds[number + 1] + behind * length <= now + 1)
        else:
            begun.append(grid.bounds[number + first] <= now)
            over.append(grid.bounds[number + behind] <= now + 1)
    told: dict[str, Any] = {
        "start": grid.label(number),
        "size": size,
        "values": [
            count if is_begun else None for count, is_begun in zip(counts, begun, strict=True)
        ],
        "complete": over,
    }
    if question.sum:
        told["sums"] = [
            values.number_text(total) if is_begun else None
            for total, is_begun in zip(totals, begun, strict=True)
        ]
    return told


def _average(cohorts: list[dict[str, Any]], cells: int) -> list[float | None]:
    """Of each cell: all who counted, of all in those cohorts for which the cell is complete."""
    found: list[float | None] = []
    for n in range(cells):
        whole = [each for each in cohorts if each["complete"][n]]
        size = sum(each["size"] for each in whole)
        found.append(round(sum(each["values"][n] for each in whole) / size, 6) if size else None)
    return found
