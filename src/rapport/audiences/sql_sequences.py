"""Sequences in SQL: a window function for each step, and no join of events with events.

Each pass writes beside every event how late a chain that ends there can have begun, NULL when none
ends there; see `sequences` for why the latest start is all that has to be known. What ends later
has not begun earlier, so frames need no lengths of time, which few engines take in µs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from sqlglot import exp

from rapport.audiences import duration, model
from rapport.audiences.sql_events import Events
from rapport.audiences.sql_values import there
from rapport.warehouse.sqlbuild import E, binary, choose, column

Build = Callable[[], exp.Select]
End: TypeAlias = tuple[str, str]
_OF_ROW: Final = ("profile", "ts", "message_id", "source")
_BEFORE: Final[End] = ("1", "PRECEDING")
_AFTER: Final[End] = ("1", "FOLLOWING")


def query(sequence: model.Sequence, events: Events) -> Build:
    """Of one column `profile`: who did it. Columns of `seen` are asked for at once."""
    absent = sequence.steps[-1] if sequence.steps[-1].absent else None
    present = [step for step in sequence.steps if not step.absent]
    flags = [events.flag(step.selection, sequence.during) for step in present]
    never = events.flag(absent.selection, None) if absent else None
    every = [*flags, *([never] if never else [])]
    keys = [_key(events, every, path) for path in sequence.steps[1].same]

    def build() -> exp.Select:
        names = {each.name for each in every}
        rows = exp.select(
            *(column(name) for name in [*_OF_ROW, *sorted(names)]),
            *(exp.alias_(key.copy(), f"k{n}", quoted=True) for n, key in enumerate(keys)),
            exp.alias_(choose((flags[0], column("ts"))), "begun", quoted=True),
        ).from_(exp.to_table("seen"))
        rows = rows.where(exp.or_(*(column(name) for name in names)))
        rows = rows.where(*(there(key) for key in keys)) if keys else rows
        kept = [*_OF_ROW, *sorted(names), *(f"k{n}" for n in range(len(keys)))]
        for step, flag in zip(present[1:], flags[1:], strict=True):
            rows = _step(rows, flag, kept, len(keys), step.within, sequence.within)
        if absent is not None and never is not None:
            rows = _absent(rows, never, kept, len(keys), duration.micros(absent.within), events.now)
        found = exp.select(column("profile")).distinct().from_(rows.subquery("steps"))
        return found.where(there(column("begun")))

    return build


def _key(events: Events, flags: list[E], path: str) -> E:
    """The text at the path, of rows that any step can take."""
    return exp.Coalesce(
        this=events.text(flags[0], path),
        expressions=[events.text(flag, path) for flag in flags[1:]],
    )


def _step(
    rows: exp.Select, flag: E, kept: list[str], keys: int, within: str, longest: str
) -> exp.Select:
    begun, ts = column("begun"), column("ts")
    seen = _looked(
        rows,
        kept,
        past=_strictly(exp.Max(this=begun.copy()), keys, ("UNBOUNDED", "PRECEDING"), _BEFORE),
        past_at=_strictly(
            exp.Max(this=choose((there(begun), ts))), keys, ("UNBOUNDED", "PRECEDING"), _BEFORE
        ),
        **_others(exp.Max(this=begun.copy()), keys),
    )
    # Whoever comes later never began earlier, so the last one before is the best, if it is in time.
    past: E = column("past")
    if within:
        elapsed = binary(exp.Sub, ts, column("past_at"))
        past = choose((binary(exp.LTE, elapsed, duration.micros(within)), past))
    best = exp.Coalesce(this=_greater(column("left"), column("right")), expressions=[past])
    found = exp.select(*map(column, kept), exp.alias_(best, "best", quoted=True)).from_(
        seen.subquery("before")
    )
    tests = [flag]
    if longest:
        elapsed = binary(exp.Sub, ts, column("best"))
        tests.append(binary(exp.LTE, elapsed, duration.micros(longest)))
    reached = choose((exp.and_(*tests), column("best")))
    return exp.select(*map(column, kept), exp.alias_(reached, "begun", quoted=True)).from_(
        found.subquery("reached")
    )


def _absent(
    rows: exp.Select, flag: E, kept: list[str], keys: int, within: int, now: int
) -> exp.Select:
    came = choose((flag, column("ts")))
    seen = _looked(
        rows,
        [*kept, "begun"],
        next_at=_strictly(exp.Min(this=came), keys, _AFTER, ("UNBOUNDED", "FOLLOWING")),
        **_others(exp.Max(this=came.copy()), keys),
    )
    end = binary(exp.Add, column("ts"), within)
    later = exp.and_(there(column("next_at")), binary(exp.LTE, column("next_at"), end))
    at_once = exp.or_(there(column("left")), there(column("right")))
    stayed = exp.and_(binary(exp.LTE, end, now), exp.not_(exp.paren(exp.or_(later, at_once))))
    begun = choose((stayed, column("begun")))
    return exp.select(exp.alias_(begun, "begun", quoted=True), column("profile")).from_(
        seen.subquery("looked")
    )


def _looked(rows: exp.Select, kept: list[str], **windows: E) -> exp.Select:
    named = (exp.alias_(each, name, quoted=True) for name, each in windows.items())
    return exp.select(*map(column, kept), *named).from_(rows.subquery("chains"))


def _strictly(aggregate: E, keys: int, start: End, end: End) -> E:
    """Over the events of one person (and key) at other instants."""
    return _window(aggregate, _person(keys), ("ts",), "RANGE", start, end)


def _others(aggregate: E, keys: int) -> dict[str, E]:
    """Over those of the same instant, without the event itself: not all engines have EXCLUDE."""
    same = [*_person(keys), "ts"]
    order = ("message_id", "source")
    return {
        "left": _window(aggregate, same, order, "ROWS", ("UNBOUNDED", "PRECEDING"), _BEFORE),
        "right": _window(aggregate, same, order, "ROWS", _AFTER, ("UNBOUNDED", "FOLLOWING")),
    }


def _person(keys: int) -> list[str]:
    return ["profile", *(f"k{n}" for n in range(keys))]


def _window(
    aggregate: E, parts: Sequence[str], order: Sequence[str], kind: str, start: End, end: End
) -> E:
    spec = exp.WindowSpec(
        kind=kind, start=start[0], start_side=start[1], end=end[0], end_side=end[1]
    )
    return exp.Window(
        this=aggregate.copy(),
        partition_by=[column(name) for name in parts],
        order=exp.Order(expressions=[column(name) for name in order]),
        spec=spec,
    )


def _greater(left: E, right: E) -> E:
    """Of two that may be NULL."""
    decides = exp.or_(exp.not_(there(left)), binary(exp.GT, right, left))
    return choose((exp.and_(there(right), decides), right), default=left)
