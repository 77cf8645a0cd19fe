"""Trends: the answer, the people behind a number, and what one person did."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
import numpy as np

from rapport.audiences.language import values
from rapport.audiences.language.operands import refuse
from rapport.clock import to_iso
from rapport.insights import formulas, periods
from rapport.insights.ground import Ground
from rapport.insights.groups import Group, compared
from rapport.insights.kernels import trends as kernel
from rapport.insights.oracles.matched import matched
from rapport.insights.oracles.trends import divided
from rapport.insights.periods import Grid
from rapport.insights.rows import Ints, Values
from rapport.insights.specs.scope import Groups, of_group, span, zone
from rapport.insights.specs.trends import LETTERS, PERCENTILES, Series, Trends
from rapport.insights.sql import trends as plans

_UNIT = 10**values.PLACES
Line = list[int | None]  # millionths, a period


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those who did series `series` (A, B, ...) in the period; `value` of the breakdown."""

    period: str
    series: str = "A"
    value: str | None = None  # "" is none


def answer(question: Trends, ground: Ground) -> dict[str, Any]:
    start, end = span(question, ground.now)
    parsed = [
        formulas.check(text, LETTERS[: len(question.series)], f"formulas[{n}]")
        for n, text in enumerate(question.formulas)
    ]
    grid = periods.grid(question.period, start, end, zone(question))
    groups: list[Group] = []
    if isinstance(question.breakdown, Groups):
        scope = (question.segment, question.checked(), start, end)
        groups = compared(question.breakdown, ground, *scope)
    told: dict[str, Any] = {
        "kind": "trends",
        "periods": [grid.label(n) for n in range(len(grid))],
        "complete": [grid.bounds[n + 1] <= ground.now + 1 for n in range(len(grid))],
        **_lines(question, ground, grid, (start, end), parsed, groups),
    }
    if question.compare:
        earlier = _earlier(question, grid)
        told["compared"] = {
            "periods": [earlier.label(n) for n in range(len(earlier))],
            **_lines(
                question, ground, earlier, (earlier.bounds[0], earlier.bounds[-1]), parsed, groups
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
    if isinstance(question.breakdown, Groups) and cell.value is not None:
        question = of_group(question, question.breakdown.chosen(cell.value))
    if ground.engine is not None:
        chosen = question.checked()[bit]
        return plans.people(question, ground.engine, chosen, (low, high), cell.value)
    wanted = [question.by] if question.by and cell.value is not None else []
    pieces, held = ground.rows(
        question.checked(), low, high, segment=question.segment, wanted=wanted
    )
    texts = ["", *(held.texts[0] if held.texts else ())]
    found = [np.zeros(0, np.int64)]
    for piece in pieces:
        kept = (piece.match & piece.match.dtype.type(1 << bit)) != 0
        if wanted:
            place = texts.index(str(cell.value)) - 1 if cell.value in texts else -2
            kept &= piece.values[0] == place
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


def _lines(
    question: Trends,
    ground: Ground,
    grid: Grid,
    inside: tuple[int, int],
    parsed: list[Any],
    groups: list[Group],
) -> dict[str, Any]:
    start, end = inside
    before = (question.moving_average or 1) - 1
    if before:
        grid = periods.before(grid, before)
        start = grid.bounds[0]
    lines, texts = _measured(question, ground, grid, start, end)
    for group in groups:
        part, _ = _measured(of_group(question, group.who), ground, grid, start, end)
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
            parts = [each.told() for each in groups] or [{"value": text} for text in texts[n]]
            entry["breakdown"] = [
                {**part, **_shown(line, question.moving_average)}
                for part, line in zip(parts, lines[n][1:], strict=True)
            ]
    if parsed:
        told["formulas"] = [
            {"formula": text, **_shown(_formula(one, lines, len(grid)), question.moving_average)}
            for text, one in zip(question.formulas, parsed, strict=True)
        ]
    return told


def _measured(
    question: Trends, ground: Ground, grid: Grid, start: int, end: int
) -> tuple[list[list[Line]], list[list[str | None]]]:
    """For each series the line of all, then one a value of the breakdown; and those values."""
    if ground.engine is not None:
        return plans.lines(question, ground.engine, grid, start, end)
    paths = sorted({each.path for each in question.series if each.path})
    wanted = [*paths, *([question.by] if question.by else [])]
    pieces, held = ground.rows(
        question.checked(), start, end, segment=question.segment, wanted=wanted
    )
    chunks = list(pieces)
    lines, texts = [], []
    for bit, series in enumerate(question.series):
        place = paths.index(series.path) if series.path else None
        whole = _Sums(series, len(grid), held, place)
        split = None
        if question.by:
            known = held.texts[-1] if held.texts else ()
            split = _Sums(series, len(grid) * (len(known) + 1), held, place)
        for chunk in chunks:
            whole.add(kernel.counted(grid, chunk, bit, place, None, 1))
            if split is not None:
                by = len(wanted) - 1
                split.add(kernel.counted(grid, chunk, bit, place, by, len(known) + 1))
        rows: list[Line] = [whole.line()]
        names: list[str | None] = []
        if split is not None:
            several, names = _largest(split, [None, *known], len(grid), question.limit)
            rows += several
        lines.append(rows)
        texts.append(names)
    return lines, texts


class _Sums:
    """What a series comes to in each slot, chunk after chunk. Sums are Python's integers."""

    def __init__(self, series: Series, size: int, held: Values, place: int | None) -> None:
        self._measure = series.measure
        self.events = np.zeros(size, np.int64)
        self._people = np.zeros(size, np.int64)
        known = held.texts[place] if place is not None and held.texts else ()
        self._sizes = [values.micro(text) for text in known]
        self._times: list[dict[int, int]] = [{} for _ in range(size)]

    def add(self, found: kernel.Counted) -> None:
        self.events += found.events
        self._people += found.people
        for slot, number in zip(found.slots.tolist(), found.numbers.tolist(), strict=True):
            size = self._sizes[number]
            if size is not None:
                self._times[slot][size] = self._times[slot].get(size, 0) + 1

    def line(self, slots: slice = slice(None)) -> Line:
        rows = zip(
            self.events[slots].tolist(),
            self._people[slots].tolist(),
            self._times[slots],
            strict=True,
        )
        return [self._one(events, people, times) for events, people, times in rows]

    def _one(self, events: int, people: int, times: dict[int, int]) -> int | None:
        if self._measure == "events":
            return events * _UNIT
        if self._measure == "people":
            return people * _UNIT
        if self._measure == "per_person":
            return divided(events * _UNIT, people)
        total = sum(size * count for size, count in times.items())
        if self._measure == "sum":
            return total
        if not times:
            return None
        count = sum(times.values())
        if self._measure == "avg":
            return divided(total, count)
        return _ranked(times, max(1, -(-count * PERCENTILES[self._measure] // 100)))


def _ranked(times: dict[int, int], rank: int) -> int:
    """The value at place `rank`, counted from 1, in order of size."""
    seen, size = 0, 0
    for size in sorted(times):
        seen += times[size]
        if seen >= rank:
            break
    return size


def _largest(
    split: _Sums, texts: list[str | None], size: int, limit: int
) -> tuple[list[Line], list[str | None]]:
    """The values with most events."""
    width = len(texts)
    totals = split.events.reshape(size, width).sum(axis=0)
    chosen = [n for n in np.argsort(-totals, kind="stable").tolist() if totals[n]][:limit]
    return [split.line(slice(n, None, width)) for n in chosen], [texts[n] for n in chosen]


def _formula(formula: Any, lines: list[list[Line]], size: int) -> Line:
    found: Line = []
    for n in range(size):
        numbers = {
            LETTERS[place]: None if (one := rows[0][n]) is None else Decimal(one).scaleb(-6)
            for place, rows in enumerate(lines)
        }
        result = formulas.value(formula, numbers)
        found.append(
            None
            if result is None
            else int(result.scaleb(values.PLACES).to_integral_value(ROUND_HALF_UP))
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
    return size // _UNIT if size % _UNIT == 0 else size / _UNIT


def _earlier(question: Trends, grid: Grid) -> Grid:
    """As many periods, directly before or a year earlier."""
    if question.compare == "previous":
        return replace(grid, bounds=periods.before(grid, len(grid)).bounds[: len(grid) + 1])
    return periods.year_before(grid)
