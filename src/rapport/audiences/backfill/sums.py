"""Totals of the past in SQL: counts and sums need no event to leave the warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from rapport.audiences.language import paths
from rapport.audiences.language.model import ANY_EVENT, HELD, Filter, Selection
from rapport.audiences.language.values import PLACES
from rapport.audiences.meaning.happenings import SUMMABLE
from rapport.audiences.sql.values import JsonValue, at_path, holds
from rapport.audiences.stream.behaviours import Behaviour
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
        flag = named(chosen)
        if chosen.where:  # a case, so that no others are looked into
            passes = exp.and_(*(_passes(each, dialect, now) for each in chosen.where))
            flag = choose((flag, passes), default=exp.false())
        inner.append(exp.alias_(exp.paren(flag), f"f{number}", quoted=True))
        held = column(f"f{number}")
        outer.append(_as(dialect.count_if(held), f"n{number}"))
        outer.append(_as(exp.Max(this=choose((held, column("ts")))), f"t{number}"))
        if behaviour.taken == "number":
            way = paths.of_event(behaviour.paths[0])
            size = JsonValue(dialect, column(way.head, "e"), way.keys).number()
            inner.append(_as(choose((flag.copy(), size)), f"v{number}"))
            fits = binary(exp.LT, call("abs", column(f"v{number}")), SUMMABLE // 10**PLACES)
            value = choose((fits, column(f"v{number}")))
            outer += [_as(call(each, value.copy()), f"{each}{number}") for each in _MEASURES]
    rows = exp.select(*inner).from_(exp.to_table("events", alias="e")).where(events)
    rows = rows.where(exp.or_(*(named(each.selections[0]) for each in behaviours.values())))
    found = exp.select(*outer).from_(rows.where(binary(exp.LTE, at, now)).subquery("seen"))
    return found.group_by(column("node")).order_by(column("node"))


def read(batch: pa.RecordBatch, behaviours: Mapping[int, Behaviour]) -> Iterator[tuple[int, str]]:
    """Nodes that have any, and their totals: JSON, as the table has it."""
    found = [_written(batch, number, each) for number, each in behaviours.items()]
    joined = pc.utf8_slice_codeunits(_joined(*found), 1)  # each begins with a comma
    nodes, texts = batch.column("node").to_pylist(), _joined("{", joined, "}").to_pylist()
    return ((node, text) for node, text in zip(nodes, texts, strict=True) if text != "{}")


def _written(batch: pa.RecordBatch, number: int, behaviour: Behaviour) -> pa.StringArray:
    """`,"number":[…]` of each node, null where there is nothing; what comes later in `Totals` may
    be left out. Whole columns at a time, since there are many more values than nodes."""
    count, latest = (_whole(batch.column(f"{name}{number}")) for name in "nt")
    items = [_text(count), ",", _text(latest)]
    if behaviour.taken == "number":
        sizes = (batch.column(f"{name}{number}").to_pylist() for name in _MEASURES)
        items.append(pa.array(map(_sums, *sizes), pa.string()))
    text = _joined(f',"{number}":[', *items, "]")
    return pc.if_else(pc.greater(pc.fill_null(count, 0), 0), text, None)


def _joined(*texts: Any) -> pa.StringArray:
    """A null is nothing."""
    return pc.binary_join_element_wise(*texts, "", null_handling="replace", null_replacement="")


def _sums(numbers: int | None, *sizes: Any) -> str | None:
    if not numbers:
        return None
    return f',{numbers},"{_micros(sizes[0])}","{_micros(sizes[1])}","{_micros(sizes[2])}"'


def _whole(values: pa.Array) -> pa.Int64Array:
    return pc.cast(values, pa.int64())


def _text(values: pa.Array) -> pa.StringArray:
    return pc.cast(values, pa.string())


def _passes(one: Filter, dialect: Dialect, now: int) -> E:
    way = paths.of_event(one.path)
    holder = column(way.head, "e")
    return holds(lambda test: at_path(dialect, holder, way, test), one.op, one.value, now)


def _micros(size: Decimal | Any) -> str:
    return str(int(Decimal(size).scaleb(PLACES)))


def _as(value: E, name: str) -> E:
    return exp.alias_(value, name, quoted=True)
