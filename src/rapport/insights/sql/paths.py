"""Paths in SQL: sessions, repeats and cuts as windows over the rows of a person."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from rapport.audiences.language import duration
from rapport.insights.oracles.paths import MIDDLE
from rapport.insights.rows import Ints
from rapport.insights.specs.paths import Paths
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    NEXT,
    PREVIOUS,
    SO_FAR,
    Flow,
    counted,
    falling,
    greatest,
    least,
    missing,
    numbered,
    over,
    ranked,
    summed,
    there,
    when,
)
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer

_N, _AT, _ITEM, _PLACE = column("n"), column("at"), column("item"), column("place")
_PATH = ["person", "path"]


class Node(NamedTuple):
    """`first`: of how many people it is the first item of all."""

    step: int  # from 1
    item: str
    paths: int
    first: int


class Link(NamedTuple):
    """`median` in µs. `links` and `walked` count all links there are, also those not told."""

    step: int
    item: str
    next: str
    paths: int
    people: int
    median: int
    links: int
    walked: int


def nodes(question: Paths, engine: Engine, span: tuple[int, int]) -> list[Node]:
    """In order of step and item, what stands for the middle last."""
    flow = walks(question, engine, span)
    flow.add({"first": over(least(_N), ["person"])})
    first = engine.dialect.count_if(equals(_N, column("first")))
    flow.group(["step", "item"], {"paths": counted(), "first": first})
    found = [
        Node(int(row["step"]), row["item"], int(row["paths"]), int(row["first"]))
        for row in engine.read(flow.query())
    ]
    return sorted(found, key=lambda each: (each.step, each.item == MIDDLE, each.item))


def links(question: Paths, engine: Engine, span: tuple[int, int]) -> list[Link]:
    """Those that most paths take."""
    flow = _followed(walks(question, engine, span))
    flow.add({"length": binary(exp.Sub, column("next_at"), _AT)}, where=there(column("next")))
    keys = ["step", "item", "next"]
    flow.add({"rank": numbered(keys, column("length")), "size": over(counted(), keys)})
    middle = equals(column("rank"), ranked(engine.dialect, column("size"), 50))
    flow.group(
        keys,
        {
            "paths": counted(),
            "people": engine.dialect.exact_distinct(column("person")),
            "median": greatest(when(middle, column("length"))),
        },
    )
    flow.add({"links": over(counted(), []), "walked": over(summed(column("paths")), [])})
    order: list[E] = [falling("paths"), column("step")]
    for name in ("item", "next"):
        order += [when(equals(column(name), MIDDLE), 1, 0), column(name)]
    return [
        Link(
            *(int(row["step"]), row["item"], row["next"]),
            *(int(row[name]) for name in Link._fields[3:]),
        )
        for row in engine.read(flow.query(*order, limit=question.limit))
    ]


def people(
    question: Paths, engine: Engine, span: tuple[int, int], step: int, item: str, after: str | None
) -> Ints:
    """Who had `item` at `step`, and `after` directly behind it if that is given."""
    flow = walks(question, engine, span)
    literal = engine.dialect.literal
    if after is not None:
        _followed(flow).keep(equals(column("next"), literal(after)))
    return engine.profiles(
        flow.keep(exp.and_(equals(column("step"), step), equals(_ITEM, literal(item))))
    )


def walks(question: Paths, engine: Engine, span: tuple[int, int]) -> Flow:
    """One row an item of a path: person, path, n (its order), step (from 1), item, at."""
    flow = engine.rows(question.checked(), *span, segment=question.segment, wanted=[question.by])
    engine.numbered(flow, 1, where=there(column("v0")))
    flow.add({"last_at": over(greatest(_AT), ["person"], [_N], PREVIOUS)})
    silent = binary(
        exp.GTE, binary(exp.Sub, _AT, column("last_at")), duration.micros(question.session)
    )
    flow.add({"begins": when(exp.or_(missing(column("last_at")), silent), 1, 0)})
    flow.add({"path": over(summed(column("begins")), ["person"], [_N], SO_FAR)})
    flow.add({"last_item": over(greatest(column("v0")), _PATH, [_N], PREVIOUS)})
    other = binary(exp.NEQ, column("last_item"), column("v0"))
    flow.keep(exp.or_(missing(column("last_item")), other))
    for name, item, kind in (
        ("from", question.start, exp.GTE),
        ("until", question.end, exp.LTE),
    ):
        if item is not None:
            mine = equals(column("v0"), engine.dialect.literal(item))
            flow.add({name: over(least(when(mine, _N)), _PATH)})
            flow.keep(binary(kind, _N, column(name)))
    flow.add({"place": numbered(_PATH, _N), "length": over(counted(), _PATH)})
    return _cut(flow, question)


def _cut(flow: Flow, question: Paths) -> Flow:
    """At most `steps` items: the first; the last if only the end is given; with both the middle
    becomes one."""
    steps, length = question.steps, column("length")
    too_long = binary(exp.GT, length, steps)
    step: E = _PLACE
    item: E = column("v0")
    kept: E = binary(exp.LTE, _PLACE, steps)
    if question.end is not None and question.start is None:
        behind = when(too_long, binary(exp.Sub, length, steps), 0)
        step = binary(exp.Sub, _PLACE, exp.paren(behind))
        kept = binary(exp.GTE, step, 1)
    elif question.end is not None:
        last = exp.and_(too_long, equals(_PLACE, length))
        early = binary(exp.LTE, _PLACE, max(steps - 2, 1))
        kept = exp.or_(exp.not_(too_long), early, last)
        cases = [(last, integer(steps))]
        if steps > 2:
            shown = exp.and_(too_long, equals(_PLACE, binary(exp.Sub, length, 1)))
            kept = exp.or_(kept, shown)
            cases.append((shown, integer(steps - 1)))
            item = when(shown, exp.Literal.string(MIDDLE), item)
        step = choose(*cases, default=_PLACE)
    columns = {name: column(name) for name in ("person", "path", "n", "at")}
    return flow.only({**columns, "step": step, "item": item}, where=exp.paren(kept))


def _followed(flow: Flow) -> Flow:
    return flow.add(
        {
            "next": over(greatest(_ITEM), _PATH, [_N], NEXT),
            "next_at": over(greatest(_AT), _PATH, [_N], NEXT),
        }
    )
