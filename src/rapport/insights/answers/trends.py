"""Trends: the answer, the people behind a number, and what one person did."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
import numpy as np

from rapport.audiences.language.model import Selection
from rapport.audiences.language.values import PLACES
from rapport.clock import to_iso
from rapport.insights import formulas, periods
from rapport.insights.answers.lines import measured, most_events
from rapport.insights.ground import Ground
from rapport.insights.groups import OTHERS, Asked, largest, places, segment
from rapport.insights.mistakes import refuse
from rapport.insights.oracles.matched import matched
from rapport.insights.oracles.trends import divided
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints
from rapport.insights.specs.scope import Groups, of_group, span, zone
from rapport.insights.specs.trends import LETTERS, Trends
from rapport.insights.sql import trends as plans
from rapport.insights.sql.trends import UNIT, Line


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those who did series `series` (A, B, ...) in the period; `value` of the breakdown, or
    `other` than those that are told."""

    period: str
    series: str = "A"
    value: str | None = None  # "" is none
    other: bool = False


def answer(question: Trends, ground: Ground) -> dict[str, Any]:
    start, end = span(question, ground.now)
    parsed = [
        formulas.check(text, LETTERS[: len(question.series)], f"formulas[{n}]")
        for n, text in enumerate(question.formulas)
    ]
    grid = periods.grid(question.period, start, end, zone(question))
    chosen = _of_trait(question, ground, start, end)
    told: dict[str, Any] = {
        "kind": "trends",
        "periods": [grid.label(n) for n in range(len(grid))],
        "complete": [grid.bounds[n + 1] <= ground.now + 1 for n in range(len(grid))],
        **_lines(question, ground, grid, (start, end), parsed, chosen),
    }
    if question.compare:
        earlier = _earlier(question, grid)
        told["compared"] = {
            "periods": [earlier.label(n) for n in range(len(earlier))],
            **_lines(
                question, ground, earlier, (earlier.bounds[0], earlier.bounds[-1]), parsed, chosen
            ),
        }
    return told


def people(question: Trends, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. Raises `Malformed` for a cell that there is not."""
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    labels = [grid.label(n) for n in range(len(grid))]
    if cell.period not in labels or cell.series not in LETTERS[: len(question.series)]:
        raise refuse("cell", "has a series and a period of the question")
    number, bit = labels.index(cell.period), LETTERS.index(cell.series)
    low, high = max(start, grid.bounds[number]), min(end, grid.bounds[number + 1])
    if question.segments and cell.value is not None:
        question = of_group(question, Groups(question.segments).chosen(cell.value))
    selection = question.checked()[bit]
    values: list[str | None] = [cell.value or None]
    part = 0 if question.by and cell.value is not None else None
    if question.by and cell.other:
        values = _chosen(question, ground, selection, (_before(question, grid, start)[1], end))
        part = len(values)
    if ground.engine is not None:
        return plans.people(question, ground.engine, selection, (low, high), values, part)
    wanted = [question.by] if question.by and part is not None else []
    pieces, held = ground.rows([selection], low, high, segment=question.segment, wanted=wanted)
    where = places(held.texts[0], values) if held.texts else None
    found: list[Ints] = [np.zeros(0, np.int64)]
    for piece in pieces:
        kept = slice(None) if where is None else where[piece.values[0] + 1] == part
        found.append(piece.person[kept])
    return np.unique(np.concatenate(found))


def why(question: Trends, ground: Ground, profile: int) -> dict[str, Any]:
    """Her events that count, with the series and the period in which they do."""
    start, end = span(question, ground.now)
    grid = periods.grid(question.period, start, end, zone(question))
    events = ground.events(profile)
    seen = matched(events, question.checked(), start, end, now=ground.now)
    numbers = periods.number(grid, np.array([each.at for each in seen], np.int64))
    return {
        "profile": f"p_{profile}",
        "events": [
            {
                "at": to_iso(each.at),
                "event": each.event.event if each.event else "",
                "message_id": each.event.message_id if each.event else "",
                "period": grid.label(int(number)),
                "series": [LETTERS[n] for n in range(len(question.series)) if each.match >> n & 1],
            }
            for each, number in zip(seen, numbers, strict=True)
        ],
    }


def _of_trait(question: Trends, ground: Ground, start: int, end: int) -> list[str | None] | None:
    """The values of the trait that are compared: the same of every series, now and earlier."""
    groups = question.breakdown
    if not isinstance(groups, Groups) or groups.trait is None:
        return None
    asked = Asked(question.segment, question.checked(), start, end)
    return largest(groups.trait, groups.limit, ground, asked)


def _chosen(
    question: Trends, ground: Ground, selection: Selection, inside: tuple[int, int]
) -> list[str | None]:
    """The values of the breakdown that are told of this series."""
    of_trait = _of_trait(question, ground, *span(question, ground.now))
    if of_trait is not None:
        return of_trait
    if ground.engine is not None:
        return plans.most(question, selection, ground.engine, inside)
    wanted = [question.by] if question.by else []
    pieces, held = ground.rows([selection], *inside, segment=question.segment, wanted=wanted)
    return most_events(list(pieces), 0, held.texts[-1], question.limit)


def _before(question: Trends, grid: Grid, start: int) -> tuple[Grid, int]:
    """With the periods that a moving average needs, from where these begin."""
    if not question.moving_average:
        return grid, start
    grid = periods.before(grid, question.moving_average - 1)
    return grid, grid.bounds[0]


def _lines(
    question: Trends,
    ground: Ground,
    grid: Grid,
    inside: tuple[int, int],
    parsed: list[Any],
    chosen: list[str | None] | None,
) -> dict[str, Any]:
    grid, start = _before(question, grid, inside[0])
    end = inside[1]
    lines, texts = measured(question, ground, grid, (start, end), chosen)
    for key in question.segments:
        part, _ = measured(of_group(question, key), ground, grid, (start, end), None)
        for n, rows in enumerate(part):
            lines[n].append(rows[0])
    told: dict[str, Any] = {
        "series": [
            {
                "name": LETTERS[n],
                "label": series.name,
                "measure": series.measure,
                **_shown(rows[0], question.moving_average),
            }
            for n, (series, rows) in enumerate(zip(question.series, lines, strict=True))
        ]
    }
    if question.breakdown:
        for n, entry in enumerate(told["series"]):
            parts = [segment(key, ground) for key in question.segments]
            parts = parts or [*({"value": text} for text in texts[n]), OTHERS]
            entry["breakdown"] = [
                {**part, **_shown(line, question.moving_average)}
                for part, line in zip(parts, lines[n][1:], strict=False)  # others, if any
            ]
    if parsed:
        told["formulas"] = [
            {"formula": text, **_shown(_formula(one, lines, len(grid)), question.moving_average)}
            for text, one in zip(question.formulas, parsed, strict=True)
        ]
    return told


def _formula(formula: Any, lines: list[list[Line]], size: int) -> Line:
    found: Line = []
    for n in range(size):
        numbers = {
            LETTERS[place]: None if (one := rows[0][n]) is None else Decimal(one).scaleb(-6)
            for place, rows in enumerate(lines)
        }
        result = formulas.value(formula, numbers)
        found.append(
            None if result is None else int(result.scaleb(PLACES).to_integral_value(ROUND_HALF_UP))
        )
    return found


def _shown(line: Line, average: int | None) -> dict[str, Any]:
    if not average:
        return {"values": [_number(each) for each in line]}
    smooth = []
    for end in range(average, len(line) + 1):
        window = [each for each in line[end - average : end] if each is not None]
        smooth.append(divided(sum(window), len(window)))
    return {
        "values": [_number(each) for each in line[average - 1 :]],
        "moving_average": [_number(each) for each in smooth],
    }


def _number(size: int | None) -> int | float | None:
    """As JSON: whole numbers are whole."""
    if size is None:
        return None
    return size // UNIT if size % UNIT == 0 else size / UNIT


def _earlier(question: Trends, grid: Grid) -> Grid:
    """As many periods, directly before or a year earlier."""
    if question.compare == "previous":
        return replace(grid, bounds=periods.before(grid, len(grid)).bounds[: len(grid) + 1])
    return periods.year_before(grid)
