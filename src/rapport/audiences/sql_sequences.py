"""Sequences in SQL: a window function for each step, and no join of events with events.

Each pass writes beside every event how late a chain that ends there can have begun, NULL when none
ends there; see `sequences` for why the latest start is all that has to be known.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from rapport.audiences import duration
from rapport.audiences.model import Sequence
from rapport.audiences.sql_events import Events
from rapport.audiences.sql_values import there
from rapport.warehouse.sqlbuild import E, binary, choose, column

Build = Callable[[], exp.Select]


def query(sequence: Sequence, events: Events) -> Build:
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
            *(column(name) for name in ["profile", "ts", *sorted(names)]),
            *(exp.alias_(key.copy(), f"k{n}", quoted=True) for n, key in enumerate(keys)),
            exp.alias_(choose((flags[0], column("ts"))), "begun", quoted=True),
        ).from_(exp.to_table("seen"))
        rows = rows.where(exp.or_(*(column(name) for name in names)))
        rows = rows.where(*(there(key) for key in keys)) if keys else rows
        kept = ["profile", "ts", *sorted(names), *(f"k{n}" for n in range(len(keys)))]
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
    reach = str(duration.micros(within)) if within else "UNBOUNDED"
    best = _window(exp.Max(this=column("begun")), keys, (reach, "PRECEDING"), None)
    before = exp.select(*map(column, kept), exp.alias_(best, "best", quoted=True)).from_(
        rows.subquery("before")
    )
    tests = [flag]
    if longest:
        elapsed = binary(exp.Sub, column("ts"), column("best"))
        tests.append(binary(exp.LTE, elapsed, duration.micros(longest)))
    begun = choose((exp.and_(*tests), column("best")))
    return exp.select(*map(column, kept), exp.alias_(begun, "begun", quoted=True)).from_(
        before.subquery("reached")
    )


def _absent(
    rows: exp.Select, flag: E, kept: list[str], keys: int, within: int, now: int
) -> exp.Select:
    came = exp.Min(this=choose((flag, column("ts"))))
    after = _window(came, keys, None, (str(within), "FOLLOWING"))
    looked = exp.select(
        *map(column, kept), column("begun"), exp.alias_(after, "came", quoted=True)
    ).from_(rows.subquery("chains"))
    passed = binary(exp.LTE, binary(exp.Add, column("ts"), within), now)
    stayed = exp.and_(passed, exp.not_(there(column("came"))))
    begun = choose((stayed, column("begun")))
    return exp.select(exp.alias_(begun, "begun", quoted=True), column("profile")).from_(
        looked.subquery("looked")
    )


def _window(
    aggregate: E, keys: int, start: tuple[str, str] | None, end: tuple[str, str] | None
) -> E:
    """Over the events of one person (and key), itself left out, from `start` to `end` in time."""
    spec = exp.WindowSpec(
        kind="RANGE",
        start=start[0] if start else "CURRENT ROW",
        start_side=start[1] if start else None,
        end=end[0] if end else "CURRENT ROW",
        end_side=end[1] if end else None,
        exclude=exp.var("CURRENT ROW"),
    )
    return exp.Window(
        this=aggregate,
        partition_by=[column("profile"), *(column(f"k{n}") for n in range(keys))],
        order=exp.Order(expressions=[column("ts")]),
        spec=spec,
    )
