"""Retention: the answer, the people behind a cell, and what became of one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np

from rapport.audiences.language import windows
from rapport.audiences.language.values import micro, number_text
from rapport.clock import to_iso
from rapport.insights import periods
from rapport.insights.ground import Ground
from rapport.insights.groups import OTHERS, Asked, largest, places, segment
from rapport.insights.kernels import retention as kernel
from rapport.insights.kernels.retention import Members
from rapport.insights.mistakes import refuse
from rapport.insights.oracles import retention as oracle
from rapport.insights.oracles.matched import matched
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints, Rows
from rapport.insights.specs.retention import LENGTHS, Retention
from rapport.insights.specs.scope import HasTrait, OfTrait, Wanted, of_group, span, zone
from rapport.insights.sql import retention as plans


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those of the cohort that begins on `cohort` who count in cell `period`; or who do not. Of a
    breakdown those with `value`, or with any `other` than those that are told."""

    cohort: str
    period: int = 0
    outcome: str = "returned"  # or "gone"
    value: str | None = None  # a segment of the breakdown, or the value of a trait; "" is none
    other: bool = False


def answer(question: Retention, ground: Ground) -> dict[str, Any]:
    start, end = span(question, ground.now)
    by = question.breakdown
    values = _values(question, ground) if by and by.trait else None
    whole, *parts = _counted(question, ground, values)
    told = {
        "kind": "retention",
        "from": to_iso(start),
        "to": to_iso(end),
        "period": question.period,
        **_table(question, ground, whole),
    }
    if question.brackets:
        told["brackets"] = list(question.brackets)
    if values is not None:
        named = [*({"value": value} for value in values), OTHERS]
        told["breakdown"] = [
            {**name, **_table(question, ground, part)}
            for name, part in zip(named, parts, strict=True)
            if name is not OTHERS or any(part.sizes)
        ]
    elif by:
        told["breakdown"] = [
            {**segment(key, ground), **_table(question, ground, _counted(alone, ground, None)[0])}
            for key in by.segments
            for alone in [of_group(question, key)]
        ]
    return told


class _Counts(NamedTuple):
    """Of each cohort: how many are in it, how many count in each cell, and their sums there."""

    sizes: Ints
    counts: Ints
    totals: list[list[int]]


def _values(question: Retention, ground: Ground) -> list[str | None]:
    """The values of the trait that are told."""
    by = question.breakdown
    if by is None or by.trait is None:
        return []
    asked = Asked(question.segment, question.checked()[:1], *span(question, ground.now))
    return largest(by.trait, by.limit, ground, asked)


def _counted(
    question: Retention, ground: Ground, values: Sequence[str | None] | None
) -> list[_Counts]:
    """Of all, then of those with each of `values`, then of all others."""
    start, end = span(question, ground.now)
    grid = _grid(question, start, end, ground.now)
    cells = len(question.edges()) - 1
    size = len(periods.grid(question.period, start, end, zone(question)))
    parts = [
        _Counts(
            np.zeros(size, np.int64),
            np.zeros((size, cells), np.int64),
            [[0] * cells for _ in range(size)],
        )
        for _ in range(1 if values is None else len(values) + 2)
    ]
    own = 0 if values is None else 1
    if ground.engine is not None:
        in_sql = plans.cohorts(question, ground.engine, grid, (start, end), values)
        for (place, number), each in in_sql.items():
            for part in (parts[0], parts[own + place])[: own + 1]:
                part.sizes[number] += each.size
                part.counts[number] += each.counts
                _add(part.totals[number], each.sums)
        return parts
    for place, members in _members(question, ground, grid, (start, end), values):
        sizes, counts = kernel.counted(members, size)
        for part in (parts[0], parts[own + place])[: own + 1]:
            np.add(part.sizes, sizes, out=part.sizes)
            np.add(part.counts, counts, out=part.counts)
            for number, sums in members.sums.items():
                _add(part.totals[number], sums)
    return parts


def _add(totals: list[int], sums: Sequence[int]) -> None:
    for n, each in enumerate(sums):
        totals[n] += each


def _table(question: Retention, ground: Ground, found: _Counts) -> dict[str, Any]:
    grid = _grid(question, *span(question, ground.now), ground.now)
    cohorts = [
        _cohort(question, ground.now, grid, n, size, found.counts[n].tolist(), found.totals[n])
        for n, size in enumerate(found.sizes.tolist())
    ]
    return {"cohorts": cohorts, "average": _average(cohorts, len(question.edges()) - 1)}


def people(question: Retention, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. Raises `Malformed` for a cell that there is not."""
    if not 0 <= cell.period < len(question.edges()) - 1 or cell.outcome not in ("returned", "gone"):
        raise refuse("cell", "has a period of the table, and outcome: returned or gone")
    by = question.breakdown
    if by and by.trait and cell.other:
        others = HasTrait(by.trait, other_than=tuple(_values(question, ground)))
        question = of_group(question, others)
    elif by and cell.value is not None:
        question = of_group(question, by.chosen(cell.value))
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
    for _, part in _members(question, ground, grid, (start, end), None):
        counts = part.counts[cell.period]
        chosen = counts if cell.outcome == "returned" else ~counts
        found.append(part.person[chosen & (part.cohort == labels.index(cell.cohort))])
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


def _members(
    question: Retention,
    ground: Ground,
    grid: Grid,
    inside: tuple[int, int],
    values: Sequence[str | None] | None,
) -> Iterator[tuple[int, Members]]:
    """Each with the place of its people's value among `values`, or the one behind them."""
    low = windows.EVER if question.mode == "first_ever" else inside[0]
    wanted: list[Wanted] = [question.sum] if question.sum else []
    if values is not None and question.breakdown and question.breakdown.trait:
        wanted.append(OfTrait(question.breakdown.trait))
    pieces, held = ground.rows(
        question.checked(), low, ground.now + 1, segment=question.segment, wanted=wanted
    )
    sizes = tuple(micro(text) or 0 for text in held.texts[0]) if question.sum else ()
    where = places(held.texts[-1], values) if values is not None else None

    def counted(piece: Rows) -> list[tuple[int, Members]]:
        return [
            (place, part)
            for place, rows in _placed(piece, where)
            for part in kernel.members(question, grid, *inside, rows, sizes)
        ]

    return chain.from_iterable(pieces.each(counted))


def _placed(piece: Rows, where: Ints | None) -> Iterator[tuple[int, Rows]]:
    """The rows of a chunk at each place. `where`: the places of values, as `places` has them."""
    if where is None:
        yield 0, piece
        return
    place = where[piece.values[-1] + 1]
    for each in np.unique(place).tolist():
        yield each, piece.take(np.flatnonzero(place == each))


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
            number_text(total) if is_begun else None
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
