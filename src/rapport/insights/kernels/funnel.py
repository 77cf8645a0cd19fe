"""Funnels: one pass of array operations a step.

Rows are sorted, so the number of a row says who and when. For every row of a step the latest row
that reached the step before is a running maximum, and with it comes the newest chain: no join.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights.rows import Bools, Ints, Rows, firsts, lanes, lowest_bit, starts, within
from rapport.insights.specs.funnel import Plan


class Reached(NamedTuple):
    """One row a person who took the first step, or one a chain. Instants are -1 for steps that were
    not reached."""

    person: Ints
    level: Ints  # steps reached
    at: Ints  # [person, step] in µs
    value: Ints  # of the breakdown, -1 for none


class _Level(NamedTuple):
    """The rows that reach one step: row, row of the first step, place in the level before."""

    row: Ints
    start: Ints
    before: Ints


def reached(plan: Plan, rows: Rows) -> Reached:
    """How far each person of the chunk gets. `rows.values`: the held paths, then the breakdown."""
    if plan.hold:
        rows = _by_held_value(plan, rows)
    lane = lanes(rows.person, *rows.values[: len(plan.hold)])
    if plan.order == "any":
        return _any_order(plan, rows, lane)
    at_row = _chains(plan, _levels(plan, rows, lane), lane)
    return _people(plan, rows, at_row)


def chains(plan: Plan, rows: Rows) -> Reached:
    """Every chain of the chunk, as the oracle's `chains`: a person may have several rows."""
    if plan.hold:
        rows = _by_held_value(plan, rows)
    lane = lanes(rows.person, *rows.values[: len(plan.hold)])
    first = np.flatnonzero(_has(rows, 0) & (rows.at >= plan.start) & (rows.at < plan.end))
    at_row = np.full((len(first), plan.steps), -1, np.int64)
    at_row[:, 0] = first
    for step in range(1, plan.steps):
        at_row[:, step] = _first_behind(plan, rows, lane, at_row[:, step - 1], first, step)
    at_row = at_row[_apart(plan, rows, lane, at_row)]
    at = np.where(at_row >= 0, rows.at[at_row], -1)
    person = rows.person[at_row[:, 0]]
    value = np.full(len(person), -1)
    if plan.by is not None:
        row = at_row[:, plan.value_step]
        value = np.where(row >= 0, rows.values[-1][row], -1)
    return Reached(person, (at_row >= 0).sum(axis=1), at, value)


def _first_behind(plan: Plan, rows: Rows, lane: Ints, before: Ints, first: Ints, step: int) -> Ints:
    """For each chain the first row of `step` behind its row `before` that still has time, or -1."""
    held = np.flatnonzero(_has(rows, step))
    if not len(held):
        return np.full(len(first), -1)
    place = np.searchsorted(held, before, side="right")
    row = held[np.minimum(place, len(held) - 1)]
    whole = (before >= 0) & (place < len(held)) & (lane[row] == lane[first])
    return np.where(whole & (rows.at[row] - rows.at[first] <= plan.window), row, -1)


def _apart(plan: Plan, rows: Rows, lane: Ints, at_row: Ints) -> Ints:
    """Which chains count, when the next begins behind the end of the one before."""
    first = at_row[:, 0]
    limit = rows.at[first] + plan.window
    # Rows lie by lane and instant, so the rank of an instant behind its lane is in order, too.
    instants = np.unique(np.concatenate([rows.at, limit]))
    width = len(instants) + 1
    lane = lane.astype(np.int64)
    held = lane * width + np.searchsorted(instants, rows.at)
    behind = lane[first] * width + np.searchsorted(instants, limit)
    late = np.searchsorted(held, behind, side="right")
    over = np.where(at_row[:, -1] >= 0, at_row[:, -1] + 1, late)
    following = np.searchsorted(first, over).tolist()
    kept, place = [], 0
    while place < len(following):
        kept.append(place)
        place = following[place]
    return np.array(kept, np.int64)


def join(parts: list[Reached], steps: int) -> Reached:
    """The chunks in one."""
    if not parts:
        none = np.zeros(0, np.int64)
        return Reached(none, none, np.zeros((0, steps), np.int64), none)
    return Reached(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _by_held_value(plan: Plan, rows: Rows) -> Rows:
    """Only rows that have every held value, sorted by person and values."""
    held = rows.values[: len(plan.hold)]
    rows = rows.take(np.flatnonzero(np.logical_and.reduce([each >= 0 for each in held])))
    held = rows.values[: len(plan.hold)]
    return rows.take(np.lexsort((*reversed(held), rows.person)))


def _levels(plan: Plan, rows: Rows, lane: Ints) -> list[_Level]:
    first: Ints = np.flatnonzero(_is_step(plan, rows, 0))
    first = within(rows, first, plan.start, plan.end)
    if plan.first_only:
        first = first.take(firsts(lane.take(first)))
    levels = [_Level(first, first, first)]
    for step in range(1, plan.steps):
        levels.append(_advance(plan, rows, lane, levels[-1], step))
    return levels


def _advance(plan: Plan, rows: Rows, lane: Ints, level: _Level, step: int) -> _Level:
    """Rows of `step` for which an earlier row of `level` begins a chain that still has time."""
    row: Ints = np.flatnonzero(_is_step(plan, rows, step))
    if not len(level.row) or not len(row):
        return _Level(row[:0], row[:0], row[:0])
    until = _graced(plan, rows, lane, row) if plan.grace else row
    place = _latest_before(level.row, until, len(lane))
    start = level.start.take(place)
    whole = place >= 0
    whole &= lane.take(start) == lane.take(row)
    whole &= rows.at.take(row) - rows.at.take(start) <= plan.window
    row, start, place = _kept(whole, row, start, place)
    blockers = _blockers(plan, rows, step)
    for between in blockers:
        free = ~_between(rows, lane, between, level.row[place], row)
        row, start, place = _kept(free, row, start, place)
    if not _kept_latest(plan, step):
        row, start, place = _kept(starts(start), row, start, place)
    return _Level(row, start, place)


def _kept(which: Bools, row: Ints, start: Ints, place: Ints) -> tuple[Ints, Ints, Ints]:
    at = np.flatnonzero(which)  # several times faster than columns[which]
    return row.take(at), start.take(at), place.take(at)


def _is_step(plan: Plan, rows: Rows, step: int) -> Bools:
    """With a grace, only the first that a row matches."""
    if not plan.grace:
        return _has(rows, step)
    found: Bools = lowest_bit(rows.match) == rows.match.dtype.type(1 << step)
    return found


def _graced(plan: Plan, rows: Rows, lane: Ints, row: Ints) -> Ints:
    """For each of `row` the first row of its lane that is a grace or more behind it."""
    limit = rows.at[row] + plan.grace
    # Rows lie by lane and instant, so the rank of an instant behind its lane is in order, too.
    instants = np.unique(np.concatenate([rows.at, limit]))
    width = len(instants) + 1
    lane = lane.astype(np.int64)
    held = lane * width + np.searchsorted(instants, rows.at)
    found: Ints = np.searchsorted(held, lane[row] * width + np.searchsorted(instants, limit))
    return found


def _latest_before(held: Ints, row: Ints, size: int) -> Ints:
    """For each of `row` the place in `held` of the greatest that is smaller; -1 for none."""
    is_held = np.zeros(size, np.bool_)
    is_held[held] = True
    count = np.zeros(size + 1, np.int32)
    np.cumsum(is_held, out=count[1:])
    found: Ints = count.take(row) - 1
    return found


def _blockers(plan: Plan, rows: Rows, step: int) -> list[Bools]:
    """What must not lie between a row of the step before and one of `step`."""
    found = [_has(rows, gap.bit) for gap in plan.gaps if gap.after < step <= gap.before]
    if plan.order == "strict":
        found.append(np.ones(len(rows.at), np.bool_))
    return found


def _kept_latest(plan: Plan, step: int) -> bool:
    """Whether something may be in the way behind this step: then its latest row counts."""
    return plan.order == "strict" or any(gap.after <= step < gap.before for gap in plan.gaps)


def _between(rows: Rows, lane: Ints, what: Bools, after: Ints, row: Ints) -> Bools:
    """Whether some row of `what` lies strictly between the instants of `after` and `row`."""
    last = np.maximum.accumulate(np.where(what, np.arange(len(what)), -1))
    begun = np.maximum.accumulate(np.where(starts(lane, rows.at), np.arange(len(lane)), 0))
    before = begun[row] - 1  # the last row of an earlier instant
    latest = np.where(before >= 0, last[before], -1)
    found: Bools = (latest >= 0) & (lane[latest] == lane[row]) & (rows.at[latest] > rows.at[after])
    return found


def _chains(plan: Plan, levels: list[_Level], lane: Ints) -> Ints:
    """For each lane that took the first step the rows of its chain; -1 where it did not get."""
    size = int(lane[-1]) + 1 if len(lane) else 0
    rows = np.full((plan.steps, size), -1, np.int64)
    place = np.full(size, -1, np.int64)
    for step in range(plan.steps - 1, -1, -1):
        level = levels[step]
        earliest = firsts(lane.take(level.row))
        whose = lane.take(level.row.take(earliest))
        new = np.flatnonzero(place.take(whose) < 0)
        place[whose.take(new)] = earliest.take(new)
        on = np.flatnonzero(place >= 0)
        at = place.take(on)
        rows[step, on] = level.row.take(at)
        if step:
            place[on] = level.before.take(at)
    return rows.take(np.flatnonzero(rows[0] >= 0), axis=1).T


def _people(plan: Plan, rows: Rows, at_row: Ints) -> Reached:
    """The best chain of each person: the furthest, of those the one that is there first."""
    there = at_row >= 0
    level = there.sum(axis=1)
    at = np.where(there, rows.at.take(at_row), -1)
    person = rows.person.take(at_row[:, 0])
    if plan.hold:
        order = np.lexsort((at.max(axis=1), -level, person))
        best = np.sort(order[starts(person[order])])
        at_row, level, at, person = at_row[best], level[best], at[best], person[best]
    return Reached(person, level, at, _values(plan, rows, person, at_row))


def _values(plan: Plan, rows: Rows, person: Ints, at_row: Ints) -> Ints:
    if plan.by is None:
        return np.full(len(person), -1)
    value = rows.values[-1]
    if plan.attribution == "step":
        row = at_row[:, plan.value_step]
        return np.where(row >= 0, value[row], -1)
    bits = rows.match.dtype.type((1 << plan.steps) - 1)
    having = np.flatnonzero(((rows.match & bits) != 0) & (value >= 0))
    if plan.hold:  # rows lie by held value
        held = rows.take(having)
        keys = (*reversed(held.values), held.match, lowest_bit(held.match), held.at, held.person)
        having = having[np.lexsort(keys)]
    edge = starts(rows.person[having])
    if plan.attribution == "last":
        edge = np.append(edge[1:], True)[: len(edge)]
    chosen = having[edge]
    return _looked_up(rows.person[chosen], value[chosen], person)


def _looked_up(keys: Ints, found: Ints, wanted: Ints) -> Ints:
    """`found` at the place of each of `wanted` in the sorted `keys`, -1 for those not there."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, found[place], -1)


def _any_order(plan: Plan, rows: Rows, lane: Ints) -> Reached:
    """How many of the steps lie within one window; instants in the order in which they happened.

    An event counts for the first of the steps that it matches.
    """
    low = lowest_bit(rows.match)
    inside = (rows.at >= plan.start) & (rows.at < plan.end)
    if plan.first_only:
        inside &= _soon(plan, rows, lane, inside)
    latest = np.empty((len(lane), plan.steps), np.int64)
    number = np.arange(len(lane))
    for step in range(plan.steps):
        mine = (low == low.dtype.type(1 << step)) & inside
        last = np.maximum.accumulate(np.where(mine, number, -1))
        near = (last >= 0) & (lane[last] == lane) & (rows.at - rows.at[last] <= plan.window)
        latest[:, step] = np.where(near, last, -1)
    latest.sort(axis=1)
    level = (latest >= 0).sum(axis=1) * inside
    order = np.lexsort((number, -level, lane))
    best = order[starts(lane[order])]
    best = best[level[best] > 0]
    shift = plan.steps - level[best]
    turn = (np.arange(plan.steps) + shift[:, None]) % plan.steps
    return _people(plan, rows, np.take_along_axis(latest[best], turn, axis=1))


def _soon(plan: Plan, rows: Rows, lane: Ints, inside: Bools) -> Bools:
    """Rows within one window of the first of their lane."""
    found = np.flatnonzero(inside)
    first = found[starts(lane[found])]
    begun = np.full(int(lane[-1]) + 1 if len(lane) else 0, np.iinfo(np.int64).max)
    begun[lane[first]] = rows.at[first]
    soon: Bools = rows.at - begun[lane] <= plan.window
    return soon


def _has(rows: Rows, bit: int) -> Bools:
    found: Bools = (rows.match & rows.match.dtype.type(1 << bit)) != 0
    return found
