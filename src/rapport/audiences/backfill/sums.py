"""Totals of the past in SQL: counts and sums need no event to leave the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from rapport.audiences.backfill.ordered import column as column_of
from rapport.audiences.language import paths
from rapport.audiences.language.model import ANY_EVENT, HELD, Filter, Selection
from rapport.audiences.language.values import PLACES
from rapport.audiences.meaning.happenings import SUMMABLE
from rapport.audiences.sql.values import JsonValue, at_path, holds
from rapport.audiences.stream.behaviours import Behaviour
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, call, choose, column, equals, one_of

_SIZES: Final = ("sum", "min", "max")


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


def taken(selection: Selection, dialect: Dialect, now: int) -> E:
    """Whether a row of `e` is selected: a case, so that no others are looked into."""
    passes = [_passes(each, dialect, now) for each in selection.where] or [exp.true()]
    return choose((named(selection), exp.and_(*passes)), default=exp.false())


def query(behaviours: Mapping[int, Behaviour], events: E, dialect: Dialect, now: int) -> exp.Select:
    """One row a node, in order, of the events that pass the test `events`; see `read`."""
    at = dialect.epoch_micros(column("timestamp", "e"))
    inner = [column("node", "e"), exp.alias_(at, "ts", quoted=True)]
    outer: list[E] = [column("node")]
    for number, behaviour in behaviours.items():
        chosen = behaviour.selections[0]
        flag = taken(chosen, dialect, now) if chosen.where else named(chosen)
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
            outer += [
                _as(call(each, value.copy()), f"{each}{number}") for each in ("count", *_SIZES)
            ]
    rows = exp.select(*inner).from_(exp.to_table("events", alias="e")).where(events)
    rows = rows.where(exp.or_(*(named(each.selections[0]) for each in behaviours.values())))
    found = exp.select(*outer).from_(rows.where(binary(exp.LTE, at, now)).subquery("seen"))
    return found.group_by(column("node")).order_by(column("node"))


class Sums(msgspec.Struct, frozen=True):
    """Of the nodes that have any, in order."""

    nodes: list[int]
    texts: list[str]  # their totals as the table has them: JSON by the number of the behaviour
    # Of each behaviour how many events each node has; of one with numbers also how many have one,
    # sum, least and greatest in millionths. None where a number does not fit into 64 bits.
    measures: dict[int, list[bytes] | None]


def read(table: pa.Table, behaviours: Mapping[int, Behaviour]) -> Sums:
    """Whole columns at a time, since there are many more values than nodes."""
    texts, measures = [], {}
    for number, behaviour in behaviours.items():
        count, latest = (_whole(column_of(table, f"{name}{number}")) for name in "nt")
        items, measured = [_text(count), ",", _text(latest)], [_bytes(count)]
        if behaviour.taken == "number":
            known = _whole(column_of(table, f"count{number}"))
            sizes = [column_of(table, f"{name}{number}") for name in _SIZES]
            micros = [_micros(each) for each in sizes]
            items.append(
                _sums(known, [_micro_text(*each) for each in zip(sizes, micros, strict=True)])
            )
            measured += [_bytes(each) for each in (known, *micros) if each is not None]
        text = _joined(f',"{number}":[', *items, "]")
        texts.append(pc.if_else(pc.greater(pc.fill_null(count, 0), 0), text, None))
        whole = behaviour.taken != "number" or len(measured) == 2 + len(_SIZES)
        measures[number] = measured if whole else None
    joined = pc.utf8_slice_codeunits(_joined(*texts), 1)  # each begins with a comma
    nodes = column_of(table, "node").to_pylist()
    return Sums(nodes, _joined("{", joined, "}").to_pylist(), measures)


def _sums(known: pa.Int64Array, sizes: list[pa.StringArray]) -> pa.StringArray:
    """`,numbers,"sum","least","greatest"`; null where there is no number."""
    quoted = [each for size in sizes for each in (',"', size, '"')]
    found = _joined(",", _text(known), *quoted)
    return pc.if_else(pc.greater(pc.fill_null(known, 0), 0), found, None)


def _micro_text(size: pa.Array, micros: pa.Int64Array | None) -> pa.StringArray:
    """In millionths, of sizes that engines give as decimals or, if all are whole, as integers."""
    if micros is not None:
        return _text(micros)
    written = (None if each is None else _digits(each) for each in size.to_pylist())
    return pa.array(written, pa.string())


def _micros(size: pa.Array) -> pa.Int64Array | None:
    """In millionths; None when one needs more than 64 bits. A decimal is kept as a whole number of
    128 bits, of which the upper half only repeats the sign if the lower is enough."""
    try:
        held = pc.cast(size, pa.decimal128(38, PLACES))
    except pa.ArrowInvalid:
        return None
    halves = np.frombuffer(held.buffers()[1], np.int64)
    halves = halves[2 * held.offset : 2 * (held.offset + len(held))]
    there = held.is_valid().to_numpy(zero_copy_only=False)
    low, high = np.where(there, halves[::2], 0), np.where(there, halves[1::2], 0)
    return pa.array(low, mask=~there) if np.array_equal(low >> 63, high) else None


def _joined(*texts: Any) -> pa.StringArray:
    """A null is nothing."""
    return pc.binary_join_element_wise(*texts, "", null_handling="replace", null_replacement="")


def _whole(values: pa.Array) -> pa.Int64Array:
    return pc.cast(values, pa.int64())


def _text(values: pa.Array) -> pa.StringArray:
    return pc.cast(values, pa.string())


def _bytes(values: pa.Int64Array) -> bytes:
    return bytes(pc.fill_null(values, 0).to_numpy())


def _passes(one: Filter, dialect: Dialect, now: int) -> E:
    way = paths.of_event(one.path)
    holder = column(way.head, "e")
    return holds(lambda test: at_path(dialect, holder, way, test), one.op, one.value, now)


def _digits(size: Decimal | int) -> str:
    """Formatting is exact; arithmetic would round to the digits of a context."""
    return str(int(f"{Decimal(size):.{PLACES}f}".replace(".", "")))


def _as(value: E, name: str) -> E:
    return exp.alias_(value, name, quoted=True)
