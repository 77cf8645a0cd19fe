"""Rows as they are stored: shaped in Arrow before an engine sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rapport.errors import Unavailable
from rapport.events.schema import (
    ACCOUNT_CHANGES,
    EVENTS,
    IDENTITIES,
    MEMBERSHIP_CHANGES,
    TRAIT_CHANGES,
)
from rapport.warehouse.base import SourceRow
from rapport.warehouse.loading import naive_utc
from rapport.warehouse.schema import JSON_COLUMNS

_NAIVE = pa.timestamp("us")
# Escapes of NUL and of surrogates, of which PostgreSQL refuses to make text.
_NOT_FOR_ALL = r"\\u(0000|[dD][89a-fA-F])"
_FOUND = re.compile(_NOT_FOR_ALL).search
_encode = msgspec.json.encode
_decode = msgspec.json.decode


def stored_schema() -> pa.Schema:
    """Columns of the table `events`; instants are naive UTC."""
    fields: list[pa.Field] = []
    for field in EVENTS:
        if field.name == "source":
            fields.append(pa.field("source_id", pa.int32(), nullable=False))
            fields += [pa.field(name, pa.string()) for name in ("source", "brand", "region")]
        elif pa.types.is_timestamp(field.type):
            fields.append(pa.field(field.name, _NAIVE, nullable=field.nullable))
        else:
            fields.append(field)
    return pa.schema(fields)


def stored_events(
    events: pa.Table, sources: Mapping[int, SourceRow], *, forbid_nul: bool = False
) -> pa.Table:
    """Rows of the pipeline with the names of their source, and with JSON that is JSON.

    With `forbid_nul` no text holds NUL or half of a surrogate pair: U+FFFD stands there.
    """
    held = _required(events.select(EVENTS.names), EVENTS)
    ids = held["source"].to_pylist()
    named: dict[str, list[str | None]] = {"source": [], "brand": [], "region": []}
    for number in ids:
        row = sources.get(number)
        named["source"].append(row.slug if row else None)
        named["brand"].append(row.brand if row else None)
        named["region"].append(row.region if row else None)
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for field in EVENTS:
        if field.name == "source":
            columns["source_id"] = held["source"]
            columns.update({n: pa.array(values, pa.string()) for n, values in named.items()})
        elif field.name in JSON_COLUMNS:
            columns[field.name] = _json(held[field.name], forbid_nul)
        elif forbid_nul and pa.types.is_string(field.type):
            columns[field.name] = without_nul(held[field.name], json=False)
        else:
            columns[field.name] = held[field.name]
    schema = stored_schema()
    return pa.table([columns[name] for name in schema.names], names=schema.names).cast(schema)


def last_per_node(identities: pa.Table) -> pa.Table:
    """One row a node: of several the last counts, in order of nodes."""
    held = _required(identities.select(IDENTITIES.names), IDENTITIES)
    nodes = held["node"].to_numpy()
    _, first = np.unique(nodes[::-1], return_index=True)
    return held.take(pa.array(len(nodes) - 1 - first))


def last_traits(changes: pa.Table, *, forbid_nul: bool = False) -> pa.Table:
    """One row a trait and profile: of several the last counts. `forbid_nul` as for events."""
    held = naive_utc(_required(changes.select(TRAIT_CHANGES.names), TRAIT_CHANGES))
    held = _without_nul(held, "value") if forbid_nul else held
    keys = zip(held["trait"].to_pylist(), held["profile"].to_pylist(), strict=True)
    last = {key: place for place, key in enumerate(keys)}
    return held.take(pa.array(sorted(last.values()), pa.int64()))


def membership_changes(changes: pa.Table, *, forbid_nul: bool = False) -> pa.Table:
    """Rows as they are stored, in order. Reasons name messages, whose ids may hold anything."""
    held = naive_utc(_required(changes.select(MEMBERSHIP_CHANGES.names), MEMBERSHIP_CHANGES))
    return _without_nul(held, "reason") if forbid_nul else held


def account_changes(changes: pa.Table, *, forbid_nul: bool = False) -> pa.Table:
    """As `membership_changes`; ids of accounts may hold anything, too."""
    held = naive_utc(_required(changes.select(ACCOUNT_CHANGES.names), ACCOUNT_CHANGES))
    if not forbid_nul:
        return held
    return _without_nul(_without_nul(held, "reason"), "account", json=False)


def _without_nul(table: pa.Table, name: str, *, json: bool = True) -> pa.Table:
    """The same with its column of this name cleaned."""
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), without_nul(table[name], json=json))


def _required(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Raises `Unavailable` for a value of another type, and for NULL where there must be one: as an
    engine would that guesses nothing."""
    for field in schema:
        if not field.nullable and table[field.name].null_count:
            raise Unavailable(f"the warehouse could not be written: {field.name} is missing")
    try:
        return table.cast(schema)
    except pa.ArrowException as error:
        raise Unavailable("the warehouse could not be written: a value has no fit type") from error


def without_nul(texts: pa.Array | pa.ChunkedArray, *, json: bool) -> pa.Array | pa.ChunkedArray:
    """Texts with U+FFFD for NUL; in JSON also for NUL and halves of pairs that are escaped."""
    if not json:
        return pc.replace_substring(texts, "\0", "\ufffd")
    suspect = pc.match_substring_regex(texts, _NOT_FOR_ALL)
    if not pc.any(suspect).as_py():
        return texts
    cleaned = [t if t is None or not _FOUND(t) else _cleaned(t) for t in texts.to_pylist()]
    return pa.array(cleaned, texts.type)


def _json(texts: pa.ChunkedArray, forbid_nul: bool) -> pa.Array | pa.ChunkedArray:
    """What is not JSON is kept as a JSON string rather than lost."""
    valid = pa.array([_valid(text) for text in texts.to_pylist()], pa.string())
    return without_nul(valid, json=True) if forbid_nul else valid


def _valid(text: str | None) -> str | None:
    if not text:
        return None
    try:
        _decode(text)
    except (msgspec.DecodeError, RecursionError):
        return _encode(text).decode()
    return text


def _cleaned(text: str) -> str:
    return _encode(_clean(_decode(text))).decode()


def _clean(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def source_rows(sources: Iterable[SourceRow]) -> pa.Table:
    """Rows of the table `sources`."""
    names = SourceRow.__struct_fields__
    rows = [{name: getattr(source, name) for name in names} for source in sources]
    kinds = [(name, pa.int32() if name == "id" else pa.string()) for name in names]
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def by_id(sources: Iterable[SourceRow]) -> dict[int, SourceRow]:
    return {source.id: source for source in sources}
