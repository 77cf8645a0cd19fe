"""Calendar periods as instants. Time zones and their shifts are settled here, in Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from rapport.audiences.language import instants, windows
from rapport.clock import HOUR, MINUTE, to_iso
from rapport.insights.mistakes import refuse
from rapport.insights.rows import Ints

MOST = 2_000
_QUARTER = 15 * MINUTE  # every offset of a present time zone is a multiple of it


@dataclass(frozen=True)
class Grid:
    """Period n is `bounds[n] <= t < bounds[n + 1]`."""

    unit: str
    zone: ZoneInfo
    bounds: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def label(self, number: int) -> str:
        """The day on which it begins; for hours the instant."""
        begun = self.bounds[number]
        if self.unit == "hour":
            return to_iso(begun)
        return windows.local_time(begun, self.zone).date().isoformat()


def grid(unit: str, start: int, end: int, zone: ZoneInfo) -> Grid:
    """The whole periods that hold start <= t < end. Raises `Malformed` when there are too many."""
    bounds = [_start(unit, start, zone)]
    while bounds[-1] < end:
        bounds.append(_next(unit, bounds[-1], zone))
        if len(bounds) > MOST:
            raise refuse("period", f"more than {MOST} periods", hint="longer periods, or less time")
    return Grid(unit, zone, tuple(bounds))


def before(grid: Grid, count: int = 1) -> Grid:
    """With `count` more periods in front."""
    bounds = list(grid.bounds)
    for _ in range(count):
        bounds.insert(0, _start(grid.unit, bounds[0] - 1, grid.zone))
    return replace(grid, bounds=tuple(bounds))


def after(grid: Grid, count: int) -> Grid:
    """With `count` more periods behind."""
    bounds = list(grid.bounds)
    for _ in range(count):
        bounds.append(_next(grid.unit, bounds[-1], grid.zone))
    return replace(grid, bounds=tuple(bounds))


def year_before(grid: Grid) -> Grid:
    """As many periods, from the one that holds the same day of the year before."""
    wall = windows.local_time(grid.bounds[0], grid.zone)
    if (wall.month, wall.day) == (2, 29):
        wall = wall.replace(day=28)
    begun = _start(
        grid.unit, instants.at_wall(wall.replace(year=wall.year - 1), grid.zone), grid.zone
    )
    return after(replace(grid, bounds=(begun,)), len(grid))


def number(grid: Grid, at: Ints) -> Ints:
    """The number of the period of each instant, -1 before the first, len(grid) after the last."""
    first, last = grid.bounds[0], grid.bounds[-1]
    table = _by_quarter(grid.bounds)
    if table is None or not len(at):
        return np.searchsorted(grid.bounds, at, side="right") - 1
    quarter = (at - first) // _QUARTER
    if at.min() < first or at.max() >= last:
        np.clip(quarter, -1, len(table) - 2, out=quarter)
    found: Ints = table.take(quarter)  # the last of the table is at -1
    return found


@lru_cache(maxsize=64)  # asked for every chunk of a question
def _by_quarter(bounds: tuple[int, ...]) -> Ints | None:
    """The number of the period of each quarter of an hour, of the first one behind and, at the end,
    of the last one before; None where periods do not consist of such quarters."""
    edges = np.array(bounds)
    count = int((edges[-1] - edges[0]) // _QUARTER)
    if count > 4_000_000 or ((edges - edges[0]) % _QUARTER).any():
        return None
    quarters = edges[0] + np.arange(count + 1, dtype=np.int64) * _QUARTER
    inside = np.searchsorted(edges, quarters, side="right") - 1
    table = np.append(inside, -1).astype(np.int16)
    table.flags.writeable = False
    return table


def _start(unit: str, at: int, zone: ZoneInfo) -> int:
    if unit == "hour":
        wall = windows.local_time(at, zone)
        return at - (wall.minute * 60 + wall.second) * 1_000_000 - wall.microsecond
    return windows.period(unit, 0, at, zone)[0]


def _next(unit: str, begun: int, zone: ZoneInfo) -> int:
    if unit == "hour":
        return begun + HOUR
    return windows.period(unit, 0, begun, zone)[1]
