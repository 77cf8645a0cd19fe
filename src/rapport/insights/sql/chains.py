"""Funnels in SQL: for each person how far she got, by windows that are nested step after step.

Rows that reach a step know the chain that they end: `s`, the row where it began, and `t`, the
instants of its steps. Seen along her rows both only grow, so the newest chain before a row is a
running maximum. The meaning is that of `oracles.funnel`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from rapport.insights.specs.funnel import Plan
from rapport.insights.specs.scope import Among
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    BEFORE,
    EARLIER,
    SO_FAR,
    UP_TO,
    Flow,
    counted,
    falling,
    greatest,
    least,
    missing,
    numbered,
    over,
    there,
    when,
)
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer

_N, _AT, _MATCH, _COPY = column("n"), column("at"), column("match"), column("copy")


def reached(plan: Plan, engine: Engine, segment: Among) -> Flow:
    """One row a person who took the first step: person, level, at_1, at_2 ... (NULL for steps that
    were not reached) and `value` of the breakdown."""
    wanted = [*plan.hold, *([plan.by] if plan.by else [])]
    flow = engine.rows(plan.selections, plan.earliest, plan.latest, segment=segment, wanted=wanted)
    held = [there(column(f"v{n}")) for n in range(len(plan.hold))]
    engine.numbered(flow, len(wanted), where=exp.and_(*held) if held else None)
    lane = ["person", *(f"v{n}" for n in range(len(plan.hold)))]
    _valued(flow, plan, engine.dialect)
    if plan.order == "any":
        _any_order(flow, plan, lane)
    else:
        _blocked(flow, plan, lane, engine.dialect)
        if plan.grace:
            _looking_ahead(flow, plan, engine.dialect)
        for step in range(plan.steps):
            _advance(flow, plan, lane, step, engine.dialect)
        _chains(flow, plan, lane)
    if plan.hold:
        best = [falling("level"), column("reached_at"), *map(column, lane[1:])]
        flow.add({"best": numbered(["person"], *best)})
        flow.keep(equals(column("best"), 1))
    return flow


def _valued(flow: Flow, plan: Plan, dialect: Dialect) -> None:
    """A column `value`: what her first or last event of any step says that says anything."""
    if plan.attribution not in ("first", "last"):
        flow.add({"value": dialect.typed(None, "text")})
        return
    mine = column(f"v{len(plan.hold)}")
    of_use = exp.and_(binary(exp.LT, column("low"), plan.steps), there(mine))
    edge = least if plan.attribution == "first" else greatest
    flow.add({"chosen": over(edge(when(of_use, _N)), ["person"])})
    flow.add({"value": over(greatest(when(equals(_N, column("chosen")), mine)), ["person"])})


def _blocked(flow: Flow, plan: Plan, lane: Sequence[str], dialect: Dialect) -> None:
    """Columns x1, x2 ...: when something last happened, at an earlier instant than the row, that
    must not lie between this step and the one before. Then only rows of steps are left."""
    columns: dict[str, E] = {}
    for step in range(1, plan.steps):
        bits = sum(1 << gap.bit for gap in plan.gaps if gap.after < step <= gap.before)
        if plan.order == "strict" or bits:
            barred = _AT if plan.order == "strict" else when(_any_bit(dialect, bits), _AT)
            columns[f"x{step}"] = over(greatest(barred), lane, [_AT], EARLIER)
    if columns:
        flow.add(columns)
    flow.keep(binary(exp.LT, column("low"), plan.steps))


def _any_bit(dialect: Dialect, bits: int) -> E:
    return binary(exp.NEQ, dialect.bit_and(_MATCH, dialect.cast(integer(bits), "integer")), 0)


def _advance(flow: Flow, plan: Plan, lane: Sequence[str], step: int, dialect: Dialect) -> None:
    """Columns of the rows that reach `step`: `s{step}`, `t{step}_0` ... and, where the value of a
    step is asked, its row `r{step}`."""
    mine = equals(column("low"), step) if plan.grace else _any_bit(dialect, 1 << step)
    if step == 0:
        inside = (binary(exp.GTE, _AT, plan.start), binary(exp.LT, _AT, plan.end))
        begins: E = exp.and_(mine, *inside)
        if plan.first_only:
            flow.add({"first": over(least(when(begins, _N)), lane)})
            begins = equals(_N, column("first"))
        flow.add(_marked(plan, 0, begins, {"s": _N}))
        return
    names = ["s", *(f"t_{n}" for n in range(step)), *(["r"] if step > plan.value_step else [])]
    held = {each: _at_level(each, step - 1) for each in names}
    if plan.attribution != "step":
        held.pop("r", None)
    if plan.grace:
        _greatest_near(flow, lane, step, held)
    else:
        windows = {
            each: over(greatest(column(it)), lane, [_N], BEFORE) for each, it in held.items()
        }
        flow.add({f"p{step}{each}": window for each, window in windows.items()})
    before = {each: column(f"p{step}{each}") for each in names if each != "r"}
    if plan.attribution == "step" and step > plan.value_step:
        before["r"] = column(f"p{step}r")
    tests = [
        mine,
        there(before["s"]),
        binary(exp.LTE, binary(exp.Sub, _AT, before["t_0"]), plan.window),
    ]
    if any(gap.after < step <= gap.before for gap in plan.gaps) or plan.order == "strict":
        barred = column(f"x{step}")
        since = before[f"t_{step - 1}"]
        tests.append(exp.paren(exp.or_(missing(barred), binary(exp.LTE, barred, since))))
    leads: E = exp.and_(*tests)
    if step < plan.steps - 1 and not _kept_latest(plan, step):
        order = [_N, _COPY] if plan.grace else [_N]
        leads = _first_of_chain(flow, lane, order, step, leads, before["s"])
    flow.add(_marked(plan, step, leads, before))


def _looking_ahead(flow: Flow, plan: Plan, dialect: Dialect) -> None:
    """Each row twice: where it is found (`copy` 0), and where it looks for rows less than `grace`
    behind (1)."""
    flow.cross(dialect.values_table("copies", {"copy": "integer"}, [[0], [1]]))
    behind = binary(exp.Add, _AT, plan.grace - 1)
    flow.add({"key": when(equals(_COPY, 0), _AT, behind)})


def _greatest_near(flow: Flow, lane: Sequence[str], step: int, held: Mapping[str, str]) -> None:
    """Both copies of a row know what the one that looks ahead has found."""
    found = {
        f"g{step}{each}": over(
            greatest(when(equals(_COPY, 0), column(it))), lane, [column("key")], UP_TO
        )
        for each, it in held.items()
    }
    flow.add(found)
    flow.add(
        {
            f"p{step}{each}": over(
                greatest(when(equals(_COPY, 1), column(f"g{step}{each}"))), ["person", "n"]
            )
            for each in held
        }
    )


def _at_level(name: str, step: int) -> str:
    """`s` and `r` of a level, and its `t_n`: s1, r1, t1_n."""
    return f"{name[0]}{step}{name[1:]}"


def _marked(plan: Plan, step: int, condition: E, before: dict[str, E]) -> dict[str, E]:
    """What a row says of its chain if it reaches `step`."""
    said = {**before, f"t_{step}": _AT}
    if plan.attribution == "step" and step == plan.value_step:
        said["r"] = _N
    return {_at_level(name, step): when(condition, value) for name, value in said.items()}


def _first_of_chain(
    flow: Flow, lane: Sequence[str], order: Sequence[E], step: int, leads: E, start: E
) -> E:
    """Only the first row that leads a chain on counts: the others do not change when it did."""
    flow.add({f"a{step}": when(leads, start)})
    begun = column(f"a{step}")
    flow.add({f"b{step}": over(greatest(begun), lane, order, BEFORE)})
    newest = column(f"b{step}")
    fresh = exp.paren(exp.or_(missing(newest), binary(exp.LT, newest, begun)))
    return exp.and_(there(begun), fresh)


def _kept_latest(plan: Plan, step: int) -> bool:
    """Whether something may be in the way behind this step: then its latest row counts."""
    return plan.order == "strict" or any(gap.after <= step < gap.before for gap in plan.gaps)


def _chains(flow: Flow, plan: Plan, lane: Sequence[str]) -> None:
    """One row a lane: the first chain that got as far as any."""
    columns: dict[str, E] = {"value": greatest(column("value"))}
    if plan.attribution == "step":
        furthest = [
            over(least(column(f"r{level}")), lane) for level in _down(plan, plan.value_step)
        ]
        flow.add({"chosen": _coalesced(furthest)})
        mine = column(f"v{len(plan.hold)}")
        columns["value"] = greatest(when(equals(_N, column("chosen")), mine))
    for level in range(plan.steps):
        for step in range(level + 1):
            columns[f"m{level}_{step}"] = least(column(f"t{level}_{step}"))
    flow.group(lane, columns)
    levels = _down(plan, 0)
    got = choose(*((there(column(f"m{level}_0")), integer(level + 1)) for level in levels))
    instants = {
        f"at_{step + 1}": _coalesced([column(f"m{level}_{step}") for level in _down(plan, step)])
        for step in range(plan.steps)
    }
    last = _coalesced([column(f"m{level}_{level}") for level in levels])
    named = {name: column(name) for name in (*lane, "value")}
    flow.only({**named, "level": got, **instants, "reached_at": last}, where=there(column("m0_0")))


def _down(plan: Plan, to: int) -> range:
    return range(plan.steps - 1, to - 1, -1)


def _coalesced(values: Sequence[E]) -> E:
    first, *others = values
    return exp.Coalesce(this=first, expressions=list(others)) if others else first


def _any_order(flow: Flow, plan: Plan, lane: Sequence[str]) -> None:
    """The row at which most steps lie within one window, and the latest row of each of them."""
    if plan.first_only:
        flow.add({"first": over(least(_AT), lane)})
        flow.keep(binary(exp.LTE, binary(exp.Sub, _AT, column("first")), plan.window))
    low = column("low")
    steps = range(plan.steps)
    flow.add(
        {
            f"last{step}": over(greatest(when(equals(low, step), _AT)), lane, [_N], SO_FAR)
            for step in steps
        }
    )
    near = [
        binary(exp.LTE, binary(exp.Sub, _AT, column(f"last{step}")), plan.window) for step in steps
    ]
    found: E = when(near[0], 1, 0)
    for each in near[1:]:
        found = binary(exp.Add, found, when(each, 1, 0))
    flow.add({"found": found})
    flow.add({"turn": numbered(lane, falling("found"), _N)})
    best = equals(column("turn"), 1)
    flow.add(
        {
            "best_n": over(least(when(best, _N)), lane),
            "best_at": over(least(when(best, _AT)), lane),
        }
    )
    inside = (
        binary(exp.LTE, _N, column("best_n")),
        binary(exp.LTE, binary(exp.Sub, column("best_at"), _AT), plan.window),
    )
    flow.add({"back": numbered([*lane, "low"], falling("n"))}, where=exp.and_(*inside))
    flow.add({"place": numbered(lane, _N)}, where=equals(column("back"), 1))
    place = column("place")
    value: E = column("value")
    if plan.attribution == "step":
        value = when(equals(place, plan.value_step + 1), column(f"v{len(plan.hold)}"))
    flow.group(
        lane,
        {
            "value": greatest(value),
            "level": counted(),
            "reached_at": greatest(_AT),
            **{f"at_{n + 1}": least(when(equals(place, n + 1), _AT)) for n in steps},
        },
    )
