"""Events read from the warehouse with their fields: for filters, breakdowns and values.

Filters are the conditions' own SQL (`rapport.audiences.sql.values`); for one person, where reasons
are wanted, they are asked of each event by the functions that define them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from sqlglot import exp

from rapport.audiences.language import paths, values
from rapport.audiences.language.model import ANY_EVENT, Filter, Selection
from rapport.audiences.meaning.person import Happening
from rapport.audiences.sql.values import (
    InstantValue,
    JsonValue,
    SqlValue,
    TextValue,
    at_path,
    holds,
    sure,
)
from rapport.insights.identities import of_nodes
from rapport.insights.rows import Ints, Rows, Values, sort
from rapport.warehouse.base import Warehouse
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer, one_of
from rapport.warehouse.watch import Watch

_PLAIN = ("message_id", "type", "event", "source", "brand", "region", "channel")
_JSON = ("properties", "traits", "context")
_FETCH = 200_000
_BOUNDLESS = 1 << 61  # beyond it a bound is none


def rows(
    warehouse: Warehouse,
    owner: Ints,
    selections: Sequence[Selection],
    low: int,
    high: int,
    *,
    now: int,
    wanted: Sequence[str] = (),
    watch: Watch,
) -> tuple[Rows, Values]:
    """All events in low <= at < high that match some of `selections`, and of each the text at every
    path of `wanted`. They are held together: `watch` bounds how much that may be."""
    dialect = dialect_for(warehouse.capabilities.dialect)
    sql = dialect.sql(_query(dialect, selections, low, high, now, wanted))
    batches = []
    for batch in warehouse.stream(sql, rows_per_batch=_FETCH, watch=watch):
        watch.hold(batch.nbytes)
        watch.tell(watch.done + batch.num_rows, 0)
        batches.append(batch)
    found = pa.Table.from_batches(batches)
    told = [coded(found.column(3 + n)) for n in range(len(wanted))]
    rows = Rows(
        of_nodes(owner, found.column(0).to_numpy()),
        found.column(1).to_numpy(),
        found.column(2).to_numpy().astype(np.uint8 if len(selections) <= 8 else np.uint64),
        tuple(codes for codes, _ in told),
    )
    return sort(rows), Values(tuple(known for _, known in told))


def _query(
    dialect: Dialect,
    selections: Sequence[Selection],
    low: int,
    high: int,
    now: int,
    wanted: Sequence[str],
) -> exp.Select:
    """Columns: node, µs, bits of the selections, and a text for each wanted path."""
    at = dialect.epoch_micros(column("timestamp", "e"))
    tests = [selected(dialect, each, at, now) for each in selections]
    bits = [choose((each, integer(1 << n)), default=integer(0)) for n, each in enumerate(tests)]
    match: E = bits[0]
    for each in bits[1:]:
        match = binary(exp.Add, match, each)
    columns = [column("node", "e"), at, match, *(text_of(dialect, path) for path in wanted)]
    named = [exp.alias_(each, f"c{n}", quoted=True) for n, each in enumerate(columns)]
    query = exp.select(*named).from_(table("events", "e"))
    query = bounded(dialect, query, low, high)
    return query.where(exp.or_(*(each.copy() for each in tests)))


def table(name: str, alias: str) -> exp.Table:
    """Under an alias that keeps its case, as the columns behind it do."""
    named = exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
    return exp.Table(this=exp.to_identifier(name), alias=named)


def bounded(dialect: Dialect, query: exp.Select, low: int, high: int) -> exp.Select:
    """Only events `e` in low <= at < high."""
    for kind, bound in ((exp.GTE, low), (exp.LT, high)):
        if abs(bound) < _BOUNDLESS:
            query = query.where(binary(kind, column("timestamp", "e"), dialect.instant(bound)))
    return query


def selected(dialect: Dialect, selection: Selection, at: E, now: int) -> E:
    """Whether a row of events `e` is one of the selected: TRUE or FALSE. `at`: its µs."""
    tests: list[E] = []
    if selection.type:
        tests.append(equals(column("type", "e"), selection.type))
    if selection.events != (ANY_EVENT,):
        tests.append(one_of(column("event", "e"), selection.events))
    for each in selection.where:
        way = paths.of_event(each.path)
        tests.append(holds(_finder(dialect, way, at), each.op, each.value, now))
    return sure(exp.and_(*tests)) if tests else exp.true()


def _finder(dialect: Dialect, way: paths.Path, at: E) -> Callable[[Callable[[SqlValue], E]], E]:
    def found(test: Callable[[SqlValue], E]) -> E:
        if way.head == "timestamp":
            return test(InstantValue(dialect, at))
        if way.head in _JSON:
            return at_path(dialect, column(way.head, "e"), way, test)
        return test(_field(dialect, way.head))

    return found


def text_of(dialect: Dialect, path: str) -> E:
    """The text at a path of an event `e`, NULL where there is none."""
    way = paths.of_event(path)
    if way.head in _JSON:
        return JsonValue(dialect, column(way.head, "e"), way.keys).text()
    return _field(dialect, way.head).text()


def _field(dialect: Dialect, name: str) -> SqlValue:
    held = exp.Nullif(this=column(name, "e"), expression=exp.Literal.string(""))
    return TextValue(dialect, held)


def matches(event: Happening, selections: Sequence[Selection], now: int) -> int:
    """Bit n is set when the event matches selection n."""
    return sum(1 << n for n, each in enumerate(selections) if selects(each, event, now))


def selects(selection: Selection, event: Happening, now: int) -> bool:
    named = selection.events == (ANY_EVENT,) or event.event in selection.events
    return (
        named
        and selection.type in ("", event.type)
        and all(passes(each, event, now) for each in selection.where)
    )


def passes(filter: Filter, event: Happening, now: int) -> bool:
    found = reach(event, paths.of_event(filter.path))
    return values.satisfies(found, filter.op, filter.value, now)


def reach(event: Happening, way: paths.Path) -> list[Any]:
    """The values at a path of an event, without missing ones."""
    if way.head in _JSON:
        return values.reach(getattr(event, way.head), way)
    found = getattr(event, way.head)
    return [] if found in (None, "") else [found]


def text_at(event: Happening, way: paths.Path) -> str | None:
    """The value as text; of several the alphabetically first."""
    found = [text for each in reach(event, way) if (text := values.text(each)) is not None]
    return min(found, default=None)


def of_profile(
    warehouse: Warehouse, nodes: Sequence[int], watch: Watch | None = None
) -> list[Happening]:
    """Every event of these nodes, in order of time."""
    dialect = dialect_for(warehouse.capabilities.dialect)
    at = exp.alias_(dialect.epoch_micros(column("timestamp")), "at", quoted=True)
    hers = exp.In(this=column("node"), expressions=[integer(int(node)) for node in nodes])
    query = exp.select(at, *map(column, (*_PLAIN, *_JSON))).from_(exp.to_table("events"))
    found = [
        Happening(
            timestamp=int(row["at"]), **{name: read(row[name]) for name, read in _READ.items()}
        )
        for row in warehouse.read(dialect.sql(query.where(hers)), watch=watch)
    ]
    return sorted(found, key=lambda each: (each.timestamp, each.message_id))


def _plain(raw: str | None) -> str:
    return raw or ""


def _decoded(raw: str | None) -> Mapping[str, Any]:
    found = msgspec.json.decode(raw) if raw else {}
    return found if isinstance(found, dict) else {}


def coded(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """Numbers in alphabetical order, -1 for NULL, and the texts that they stand for."""
    encoded = column.combine_chunks().dictionary_encode()
    known = encoded.dictionary.to_pylist()
    order = sorted(range(len(known)), key=known.__getitem__)
    rank = np.empty(len(known) + 1, np.int64)
    rank[order], rank[-1] = np.arange(len(known)), -1  # -1 is the last place, too
    return rank[encoded.indices.fill_null(-1).to_numpy()], [known[place] for place in order]


_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_PLAIN, _plain),
    **dict.fromkeys(_JSON, _decoded),
}
