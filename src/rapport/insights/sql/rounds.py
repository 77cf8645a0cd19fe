"""Every chain of a funnel in SQL, where the next begins behind the end of the one before.

For each first step windows find the chain that begins there, and the first step behind its end: the
*next*. Going from next to next would be a stage of the query each. But a first step that the chain
before it does not reach is certainly one of those that count, so only runs of overlapping chains
have to be gone along. There the next of each next is worked out, then the fourth, the eighth, and
what some number of these leads to is marked. A look at another row is a window, too: the rows stand
there twice, as what is looked for and as what is found, beside each other.
"""

from __future__ import annotations

from sqlglot import exp

from rapport.insights.specs.funnel import Plan
from rapport.insights.specs.scope import Among
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    BEFORE,
    PREVIOUS,
    SO_FAR,
    Flow,
    counted,
    falling,
    greatest,
    least,
    missing,
    over,
    summed,
    there,
    when,
)
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, column, equals, integer

_N, _AT, _COPY, _COUNTS = column("n"), column("at"), column("copy"), column("counts")
_LAST = 1 << 62  # behind every row


def chains(plan: Plan, engine: Engine, segment: Among) -> Flow:
    """One row a chain: person, level, at_1, at_2 ... (NULL for steps that were not reached) and
    `value` of the breakdown."""
    [row] = engine.read(longest(begun(plan, engine, segment)).query())
    # Of two in a run next to each other only one counts, so that a run has half as many steps.
    jumps = (int(row["longest"] or 0) - 1) // 2
    return counting(begun(plan, engine, segment), plan, engine.dialect, max(jumps, 0))


def begun(plan: Plan, engine: Engine, segment: Among) -> Flow:
    """One row a first step and the chain that would begin there, as `chains` has them; `counts`, 1
    for the first of its run, `next_0`, the number of the next first step in it, and `size` of the
    run."""
    wanted = [*plan.hold, *([plan.by] if plan.by else [])]
    flow = engine.rows(plan.selections, plan.earliest, plan.latest, segment=segment, wanted=wanted)
    held = [there(column(f"v{n}")) for n in range(len(plan.hold))]
    engine.numbered(flow, len(wanted), where=exp.and_(*held) if held else None)
    lane = ["person", *(f"v{n}" for n in range(len(plan.hold)))]
    base = ["person", "n", "at", "match", *(f"v{n}" for n in range(len(wanted)))]
    for step in reversed(range(plan.steps)):
        _led_on(flow, plan, lane, base, step, engine.dialect)
    _ended(flow, plan, lane, engine.dialect)
    return _runs(flow, plan, lane)


def longest(flow: Flow) -> Flow:
    return flow.group([], {"longest": greatest(column("size"))})


def counting(flow: Flow, plan: Plan, dialect: Dialect, jumps: int) -> Flow:
    """Those that count, where no run has more than so many behind its first."""
    names, powers = _told(plan), jumps.bit_length()
    for power in range(1, powers):
        _gone_twice(flow, names, power, dialect)
    for power in reversed(range(powers)):
        _marked(flow, names, power, dialect)
    return flow.only({name: column(name) for name in names}, where=equals(_COUNTS, 1))


def _led_on(
    flow: Flow, plan: Plan, lane: list[str], base: list[str], step: int, dialect: Dialect
) -> None:
    """Of the rows of `step` the instants t0, t1 ... of this step and of those that lead on from
    here, each the first that does; the row of the last one, `end`, and `said`, of the one that
    tells the value.

    Seen from a later row the next of a step is never earlier, so the least of those behind is that
    of the first."""
    mine = dialect.has_bit(column("match"), step)
    if step == 0:
        inside = (binary(exp.GTE, _AT, plan.start), binary(exp.LT, _AT, plan.end))
        mine = exp.and_(mine, *inside)
    last = plan.steps - 1
    behind = [f"t{n}" for n in range(step + 1, plan.steps)]
    own: dict[str, E] = {f"t{step}": _AT}
    for name, at in (("end", last), ("said", plan.value_step)):
        if step == at:
            own[name] = _N
        elif step < at:
            behind.append(name)
    if behind:
        windows = {name: over(least(column(name)), lane, [falling("n")], BEFORE) for name in behind}
        kept = {name: column(name) for name in base}
        flow.only({**kept, **{f"next_{name}": each for name, each in windows.items()}})
    told = own | {name: column(f"next_{name}") for name in behind}
    columns = {name: when(mine, value) for name, value in told.items()}
    flow.only({**{name: column(name) for name in base}, **columns})


def _ended(flow: Flow, plan: Plan, lane: list[str], dialect: Dialect) -> None:
    """First steps only, with `after`, the first one behind the end of the chain of each: behind its
    last step, or else the end of its window; _LAST when there is none."""
    limit = binary(exp.Add, _AT, plan.window)
    last = column(f"t{plan.steps - 1}")
    whole, begins, found = binary(exp.LTE, last, limit), there(column("t0")), equals(_COPY, 0)
    _twice(flow, dialect)
    flow.add(
        {
            "far": when(found, _AT, when(whole, last, limit)),
            "near": when(found, _N, when(whole, column("end"), _LAST)),
            "key": when(found, _N, column("said")),
        },
        where=begins if plan.value_step == 0 else exp.paren(exp.or_(found, begins)),
    )
    order = [falling("far"), falling("near"), falling("copy")]
    value: E = dialect.typed(None, "text")
    if plan.by:
        value = over(greatest(when(found, column(f"v{len(plan.hold)}"))), ["person", "key"])
    start = when(exp.and_(found, begins), _N)
    after = exp.Coalesce(this=over(least(start), lane, order, BEFORE), expressions=[integer(_LAST)])
    flow.add({"after": after, "value": value})
    reached = [binary(exp.LTE, column(f"t{n}"), limit) for n in range(plan.steps)]
    level: E = integer(1)
    for each in reached[1:]:
        level = binary(exp.Add, level, when(each, 1, 0))
    columns: dict[str, E] = {name: column(name) for name in (*lane, "n", "after")}
    for n, each in enumerate(reached):
        columns[f"at_{n + 1}"] = when(each, column(f"t{n}"))
    columns["value"] = when(reached[plan.value_step], column("value"))
    flow.only({**columns, "level": level}, where=exp.not_(found))


def _runs(flow: Flow, plan: Plan, lane: list[str]) -> Flow:
    """A run ends where a chain does not reach the first step behind the one where it began."""
    flow.add({"before": over(greatest(column("after")), lane, [_N], PREVIOUS)})
    fresh = exp.or_(missing(column("before")), equals(column("before"), _N))
    flow.add({"counts": when(fresh, 1, 0)})
    flow.add({"run": over(summed(_COUNTS), lane, [_N], SO_FAR)})
    run = [*lane, "run"]
    flow.add({"run_end": over(greatest(_N), run), "size": over(counted(), run)})
    inside = binary(exp.LTE, column("after"), column("run_end"))
    kept = {name: column(name) for name in (*_told(plan), "counts", "size")}
    return flow.only({**kept, "next_0": when(inside, column("after"))})


def _told(plan: Plan) -> list[str]:
    return ["person", "n", "level", "value", *(f"at_{n + 1}" for n in range(plan.steps))]


def _gone_twice(flow: Flow, names: list[str], power: int, dialect: Dialect) -> None:
    """With the column `power` of `next_`: as far as the one before leads, if gone two times."""
    so_far = column(f"next_{power - 1}")
    kept = {name: column(name) for name in (*names, "counts")}
    kept |= {f"next_{n}": column(f"next_{n}") for n in range(power)}
    found = equals(_COPY, 0)
    _twice(flow, dialect)
    flow.only({**kept, "copy": _COPY, "key": when(found, _N, so_far)})
    flow.add({f"next_{power}": over(greatest(when(found, so_far)), ["person", "key"])})
    flow.only({**kept, f"next_{power}": column(f"next_{power}")}, where=exp.not_(found))


def _marked(flow: Flow, names: list[str], power: int, dialect: Dialect) -> None:
    """Also what the column `power` leads to counts, from a row that does."""
    leads = column(f"next_{power}")
    kept = {name: column(name) for name in names}
    kept |= {f"next_{n}": column(f"next_{n}") for n in range(power)}
    found = equals(_COPY, 0)
    _twice(flow, dialect)
    looks = exp.and_(equals(_COUNTS, 1), there(leads))
    flow.only(
        {**kept, "counts": _COUNTS, "copy": _COPY, "key": when(found, _N, leads)},
        where=exp.paren(exp.or_(found, looks)),
    )
    flow.add({"marked": over(greatest(_COUNTS), ["person", "key"])})
    flow.only({**kept, "counts": column("marked")}, where=found)


def _twice(flow: Flow, dialect: Dialect) -> None:
    """Each row once as what is looked for (`copy` 1), once as what is found (0)."""
    flow.cross(dialect.values_table("copies", {"copy": "integer"}, [[0], [1]]))
