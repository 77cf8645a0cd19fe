"""Events become one Arrow batch with the columns of `schema.EVENTS`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec.structs import astuple

from rapport.events.model import Context, Event
from rapport.events.schema import EVENTS

_NOTHING: Final[dict[str, Any]] = {}
# column → (attribute of Context, key inside it or None)
_FROM_CONTEXT: Final = {
    "ip": ("ip", None),
    "user_agent": ("user_agent", None),
    "locale": ("locale", None),
    "timezone": ("timezone", None),
    "page_url": ("page", "url"),
    "page_path": ("page", "path"),
    "page_referrer": ("page", "referrer"),
    "page_search": ("page", "search"),
    "page_title": ("page", "title"),
    "campaign_name": ("campaign", "name"),
    "campaign_source": ("campaign", "source"),
    "campaign_medium": ("campaign", "medium"),
    "campaign_term": ("campaign", "term"),
    "campaign_content": ("campaign", "content"),
    "library_name": ("library", "name"),
    "library_version": ("library", "version"),
    "app_name": ("app", "name"),
    "app_version": ("app", "version"),
    "device_id": ("device", "id"),
    "device_type": ("device", "type"),
    "os_name": ("os", "name"),
    "os_version": ("os", "version"),
    "session_id": ("session_id", None),
    "country": ("location", "country"),
    "city": ("location", "city"),
}
_FIELDS: Final = {name: place for place, name in enumerate(Event.__struct_fields__)}
_FROM_EVENT: Final = {
    "node": "node",
    "message_id": "message_id",
    "type": "type",
    "event": "event",
    "timestamp": "timestamp",
    "original_timestamp": "original_timestamp",
    "sent_at": "sent_at",
    "received_at": "received_at",
    "source": "source",
    "user_id": "user_id",
    "anonymous_id": "anonymous_id",
    "group_id": "group_id",
    "channel": "channel",
    "flags": "flags",
    "log_offset": "offset",
    "log_index": "index",
    "properties": "properties",
    "traits": "traits",
    "context": "context",
}
_EMPTY_IS_NULL: Final = frozenset(["event", "properties", "traits", "context"])


def to_batch(events: Sequence[Event]) -> pa.RecordBatch:
    """One row an event, in the order given, with exactly the columns of `EVENTS`."""
    columns = list(zip(*map(astuple, events), strict=True)) or [()] * len(_FIELDS)
    contexts, places = _distinct(columns[_FIELDS["ctx"]])
    arrays = []
    for field in EVENTS:
        if field.name in _FROM_EVENT:
            values = columns[_FIELDS[_FROM_EVENT[field.name]]]
            arrays.append(_event_column(field, values))
        else:
            distinct = _context_column(contexts, *_FROM_CONTEXT[field.name])
            arrays.append(_spread(distinct, places, len(events)))
    return pa.RecordBatch.from_arrays(arrays, schema=EVENTS)


def to_bytes(table: pa.RecordBatch) -> bytes:
    """An Arrow IPC stream, as the outbox keeps it."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_batch(table)
    return bytes(sink.getvalue().to_pybytes())


def _event_column(field: pa.Field, values: Sequence[Any]) -> pa.Array:
    if field.name not in _EMPTY_IS_NULL:
        return pa.array(values, field.type)
    if not any(values):
        return pa.nulls(len(values), field.type)
    return pa.array([value or None for value in values], field.type)


def _distinct(contexts: Sequence[Context]) -> tuple[list[Context], pa.Array]:
    """The different objects among `contexts`, and for each row which of them is its own."""
    ids = np.fromiter(map(id, contexts), np.int64, len(contexts))
    _, first, places = np.unique(ids, return_index=True, return_inverse=True)
    return [contexts[row] for row in first.tolist()], pa.array(places.astype(np.int32))


def _context_column(contexts: Sequence[Context], name: str, key: str | None) -> pa.Array | None:
    """Values of one column for distinct contexts; None when all are missing."""
    values = [getattr(context, name) for context in contexts]
    if key is not None:
        values = [(v if type(v) is dict else _NOTHING).get(key) for v in values]
    if not any(values):
        return None
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([_text(value) for value in values], pa.string())


def _spread(distinct: pa.Array | None, places: pa.Array, rows: int) -> pa.Array:
    if distinct is None:
        return pa.nulls(rows, pa.string())
    return distinct if len(distinct) == rows else distinct.take(places)


def _text(value: Any) -> str | None:
    """Clients put numbers where text is expected; anything deeper stays in the JSON column only."""
    if type(value) is str:
        return value
    return str(value) if type(value) in (int, float) else None
