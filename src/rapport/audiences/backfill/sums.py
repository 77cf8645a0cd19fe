"""Totals of the past in SQL: counts and sums need no event to leave the warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
from sqlglot import exp

from rapport.audiences.changes import json_of
from rapport.audiences.language import paths
from rapport.audiences.language.model import ANY_EVENT, HELD, Filter, Selection
from rapport.audiences.language.values import PLACES
from rapport.audiences.meaning.happenings import SUMMABLE
from rapport.audiences.sql.values import JsonValue, at_path, holds
from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.remembered import Totals
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, call, choose, column, equals, one_of

_MEASURES: Final = ("count", "sum", "min", "max")


def can_sum(behaviour: Behaviour) -> bool:
    """Whether SQL can work out its totals."""
    if behaviour.keep != "totals" or behaviour.taken not in ("", "number"):
        return False
    looked_at = [*behaviour.paths, *(f.path for s in behaviour.selections for f in s.where)]
    return all(paths.of_event(each).head in HELD for each in looked_at)


def named(selection: Selection) -> E:
    """Whether name and type of a row of `e` fit."""
    tests: list[E] = []
    if selection.type:
        tests.append(equals(column("type", "e"), selection.type))
    if ANY_EVENT not in selection.events:
        tests.append(one_of(column("event", "e"), selection.events))
    return exp.and_(*tests) if tests else exp.true()


def query(behaviours: Mapping[int, Behaviour], events: E, dialect: Dialect, now: int) -> exp.Select:
    """One row a node, in order, of the events that pass the test `events`; see `read`."""
    at = dialect.epoch_micros(column("timestamp", "e"))
    inner = [column("node", "e"), exp.alias_(at, "ts", quoted=True)]
    outer: list[E] = [column("node")]
    for number, behaviour in behaviours.items():
        chosen = behaviour.selections[0]
        flag = exp.and_(named(chosen), *(_passes(each, dialect, now) for each in chosen.where))
        inner.append(exp.alias_(exp.paren(flag), f"f{number}", quoted=True))
        held = column(f"f{number}")
        outer.append(_as(dialect.count_if(held), f"n{number}"))
        outer.append(_as(exp.Max(this=choose((held, column("ts")))), f"t{number}"))
        if behaviour.taken == "number":
            way = paths.of_event(behaviour.paths[0])
            size = JsonValue(dialect, column(way.head, "e"), way.keys).number()
            fits = binary(exp.LT, call("abs", size), SUMMABLE // 10**PLACES)
            inner.append(_as(choose((exp.and_(flag.copy(), fits), size)), f"v{number}"))
            value = column(f"v{number}")
            outer += [_as(call(each, value), f"{each}{number}") for each in _MEASURES]
    rows = exp.select(*inner).from_(exp.to_table("events", alias="e")).where(events)
    rows = rows.where(exp.or_(*(named(each.selections[0]) for each in behaviours.values())))
    found = exp.select(*outer).from_(rows.where(binary(exp.LTE, at, now)).subquery("seen"))
    return found.group_by(column("node")).order_by(column("node"))


def read(
    batch: pa.RecordBatch, behaviours: Mapping[int, Behaviour]
) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Node, and the totals of each behaviour that has any: JSON, as the table has them."""
    held = {name: batch.column(name).to_pylist() for name in batch.schema.names}
    counted = [(number, held[f"n{number}"], held[f"t{number}"]) for number in behaviours]
    sums = {
        number: [held[f"{measure}{number}"] for measure in _MEASURES]
        for number, each in behaviours.items()
        if each.taken == "number"
    }
    for place, node in enumerate(held["node"]):
        found = []
        for number, counts, latest in counted:
            if not counts[place]:
                continue
            # What comes after these two in `Totals` may be left out.
            text = f"[{counts[place]},{latest[place]}]"
            if number in sums and sums[number][0][place]:
                text = _with_sums(counts[place], latest[place], [s[place] for s in sums[number]])
            found.append((number, text))
        yield node, found


def _with_sums(count: int, latest: int, sizes: Sequence[Any]) -> str:
    numbers, *others = sizes
    total, least, most = map(_micros, others)
    return json_of(Totals(count, latest, numbers, total, least, most))


def _passes(one: Filter, dialect: Dialect, now: int) -> E:
    way = paths.of_event(one.path)
    holder = column(way.head, "e")
    return holds(lambda test: at_path(dialect, holder, way, test), one.op, one.value, now)


def _micros(size: Decimal | Any) -> str:
    return str(int(Decimal(size).scaleb(PLACES)))


def _as(value: E, name: str) -> E:
    return exp.alias_(value, name, quoted=True)
