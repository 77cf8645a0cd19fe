"""Sequences in SQL: a window function for each step, and no join of events with events.

Each pass writes beside every event how late a chain that ends there can have begun, NULL when none
ends there; see `sequences` for why the latest start is all that has to be known. What ends later
has not begun earlier, so frames need no lengths of time, which few engines take in µs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from sqlglot import exp

from rapport.audiences.language import duration, model
from rapport.audiences.sql.events import Events
from rapport.audiences.sql.values import there
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column

Build = Callable[[], exp.Select]
End: TypeAlias = tuple[str, str | None]
Reach: TypeAlias = tuple[str, str]  # since the step before, since the first step; "" is any time
Lasts: TypeAlias = tuple[int, int]  # how long there must be none, and when `now` is; µs
_START: Final[End] = ("UNBOUNDED", "PRECEDING")
_END: Final[End] = ("UNBOUNDED", "FOLLOWING")
_HERE: Final[End] = ("CURRENT ROW", None)
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
            reach = step.within, sequence.within
            rows = _step(events.dialect, rows, flag, kept, len(keys), reach)
        if absent is not None and never is not None:
            lasts = duration.micros(absent.within), events.now
            rows = _absent(events.dialect, rows, never, kept, len(keys), lasts)
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
    dialect: Dialect, rows: exp.Select, flag: E, kept: list[str], keys: int, step: Reach
) -> exp.Select:
    begun, ts = column("begun"), column("ts")
    best = _Others(dialect, "best", begun, keys)
    at = _Others(dialect, "at", choose((there(begun), ts)), keys)
    # Whoever comes later never began earlier, so the last one before is the best, if it is in time.
    within, longest = step
    value = best.value
    if within:
        elapsed = binary(exp.Sub, ts, at.value)
        value = choose((binary(exp.LTE, elapsed, duration.micros(within)), best.value))
    seen = _looked(rows, kept, best, *([at] if within else []))
    found = exp.select(*map(column, kept), exp.alias_(value, "best", quoted=True)).from_(
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
    dialect: Dialect, rows: exp.Select, flag: E, kept: list[str], keys: int, length: Lasts
) -> exp.Select:
    within, now = length
    came = _Others(dialect, "came", choose((flag, column("ts"))), keys, later=True)
    seen = _looked(rows, [*kept, "begun"], came)
    named = exp.alias_(came.value, "came", quoted=True)
    looked = exp.select(*map(column, ("profile", "ts", "begun")), named).from_(
        seen.subquery("looked")
    )
    end = binary(exp.Add, column("ts"), within)
    in_time = exp.and_(there(column("came")), binary(exp.LTE, column("came"), end))
    stayed = exp.and_(binary(exp.LTE, end, now), exp.not_(exp.paren(in_time)))
    begun = choose((stayed, column("begun")))
    return exp.select(exp.alias_(begun, "begun", quoted=True), column("profile")).from_(
        looked.subquery("stayed")
    )


class _Others:
    """The greatest value of the other events of one person (and key) at the same instant or before;
    `later`: the least one at the same instant or after. `windows` are its columns by name, and
    `value` says it of them."""

    def __init__(
        self, dialect: Dialect, name: str, value: E, keys: int, *, later: bool = False
    ) -> None:
        person = ["profile", *(f"k{n}" for n in range(keys))]
        aggregate = exp.Min(this=value.copy()) if later else exp.Max(this=value.copy())
        if dialect.excludes_row:
            frame = (_HERE, _END) if later else (_START, _HERE)
            self.windows = {name: _window(aggregate, person, ("ts",), "RANGE", frame, alone=False)}
            self.value: E = column(name)
            return
        frame = (_AFTER, _END) if later else (_START, _BEFORE)
        order = ("message_id", "source")
        at_once = [*person, "ts"]
        self.windows = {
            f"{name}_far": _window(aggregate, person, ("ts",), "RANGE", frame),
            f"{name}_left": _window(aggregate, at_once, order, "ROWS", (_START, _BEFORE)),
            f"{name}_right": _window(aggregate, at_once, order, "ROWS", (_AFTER, _END)),
        }
        far, left, right = map(column, self.windows)
        kind = exp.LT if later else exp.GT
        self.value = _better(kind, _better(kind, left, right), far)


def _looked(rows: exp.Select, kept: list[str], *others: _Others) -> exp.Select:
    named = (
        exp.alias_(window, name, quoted=True)
        for each in others
        for name, window in each.windows.items()
    )
    return exp.select(*map(column, kept), *named).from_(rows.subquery("chains"))


def _window(
    aggregate: E,
    parts: Sequence[str],
    order: Sequence[str],
    kind: str,
    frame: tuple[End, End],
    *,
    alone: bool = True,
) -> E:
    (start, start_side), (end, end_side) = frame
    spec = exp.WindowSpec(
        kind=kind,
        start=start,
        start_side=start_side,
        end=end,
        end_side=end_side,
        exclude=None if alone else exp.var("CURRENT ROW"),
    )
    return exp.Window(
        this=aggregate.copy(),
        partition_by=[column(name) for name in parts],
        order=exp.Order(expressions=[column(name) for name in order]),
        spec=spec,
    )


def _better(kind: type[exp.Binary], left: E, right: E) -> E:
    """The greater (or lesser) of two that may be NULL."""
    decides = exp.or_(exp.not_(there(left)), binary(kind, right, left))
    return choose((exp.and_(there(right), decides), right), default=left)
