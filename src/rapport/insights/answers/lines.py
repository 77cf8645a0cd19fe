"""What a series of trends comes to, period by period: of all, and of each value of a breakdown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rapport.audiences.language.values import micro
from rapport.insights.ground import Ground
from rapport.insights.groups import most, places
from rapport.insights.kernels import trends as kernel
from rapport.insights.oracles.trends import divided
from rapport.insights.periods import Grid
from rapport.insights.rows import Rows, Values
from rapport.insights.specs.trends import PERCENTILES, Series, Trends
from rapport.insights.sql import trends as plans
from rapport.insights.sql.trends import UNIT, Line


def measured(
    question: Trends,
    ground: Ground,
    grid: Grid,
    inside: tuple[int, int],
    chosen: list[str | None] | None,
) -> tuple[list[list[Line]], list[list[str | None]]]:
    """For each series the line of all, then one a value of the breakdown and, where there are any,
    one of all others; and those values, which may be given."""
    if ground.engine is not None:
        return plans.lines(question, ground.engine, grid, inside, chosen)
    paths = sorted({each.path for each in question.series if each.path})
    wanted = [*paths, *([question.by] if question.by else [])]
    pieces, held = ground.rows(question.checked(), *inside, segment=question.segment, wanted=wanted)
    chunks = list(pieces)
    lines, texts = [], []
    for bit, series in enumerate(question.series):
        place = paths.index(series.path) if series.path else None
        whole = _Sums(series, len(grid), held, place)
        for chunk in chunks:
            whole.add(kernel.counted(grid, chunk, bit, place, None, 1))
        rows: list[Line] = [whole.line()]
        names: list[str | None] = []
        if question.by:
            known = held.texts[-1]
            names = most_events(chunks, bit, known, question.limit) if chosen is None else chosen
            rows += _parts(series, bit, chunks, (grid, held, place), names)
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
        self._sizes = [micro(text) for text in known]
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
            return events * UNIT
        if self._measure == "people":
            return people * UNIT
        if self._measure == "per_person":
            return divided(events * UNIT, people)
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


def most_events(
    chunks: Sequence[Rows], bit: int, texts: Sequence[str], limit: int
) -> list[str | None]:
    """The values of the breakdown with most events of the series."""
    totals = np.zeros(len(texts) + 1, np.int64)
    for chunk in chunks:
        mine = (chunk.match & chunk.match.dtype.type(1 << bit)) != 0
        totals += np.bincount(chunk.values[-1][mine] + 1, minlength=len(totals))
    return most(totals, texts, limit)


def _parts(
    series: Series,
    bit: int,
    chunks: Sequence[Rows],
    layout: tuple[Grid, Values, int | None],
    chosen: Sequence[str | None],
) -> list[Line]:
    """The line of each value that was chosen, and of all others if there are any."""
    grid, held, place = layout
    where, others = places(held.texts[-1], chosen), len(chosen)
    width = others + 2  # the kernel's first is for events without a value; here they have a place
    sums = _Sums(series, len(grid) * width, held, place)
    for chunk in chunks:
        *values, by = chunk.values
        placed = chunk._replace(values=(*values, where[by + 1]))
        sums.add(kernel.counted(grid, placed, bit, place, len(values), width))
    lines = [sums.line(slice(n + 1, None, width)) for n in range(others)]
    rest = slice(others + 1, None, width)
    return [*lines, sums.line(rest)] if sums.events[rest].any() else lines
