"""Events become one Arrow batch with the columns of `schema.EVENTS`."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa

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
# Columns that are fields of Event, by its names where they differ
_NAMES: Final = {"log_offset": "offset", "log_index": "index"}
_FROM_EVENT: Final = {
    name: attrgetter(_NAMES.get(name, name)) for name in EVENTS.names if name not in _FROM_CONTEXT
}
# Packing has a price for each column: for few rows it is most of the price of writing them.
_PACKED: Final = pa.ipc.IpcWriteOptions(compression="lz4")
_SMALL_BYTES: Final = 128 * 1024
_EMPTY_IS_NULL: Final = frozenset(["event", "properties", "traits", "context", "integrations"])


def to_batch(events: Sequence[Event]) -> pa.RecordBatch:
    """One row an event, in the order given, with exactly the columns of `EVENTS`."""
    contexts, places = _distinct([event.ctx for event in events])
    arrays = []
    for field in EVENTS:
        if field.name in _FROM_EVENT:
            values = list(map(_FROM_EVENT[field.name], events))
            arrays.append(_event_column(field, values))
        else:
            distinct = _context_column(contexts, *_FROM_CONTEXT[field.name])
            arrays.append(_spread(distinct, places, len(events)))
    return pa.RecordBatch.from_arrays(arrays, schema=EVENTS)


def of_some(rows: pa.RecordBatch, events: Sequence[Event], some: Sequence[Event]) -> pa.RecordBatch:
    """`to_batch(some)` from the rows of all `events`, which were made before identity knew them.

    `some` are some of `events`, in the same order.
    """
    if len(some) < len(events):
        rest = enumerate(events)
        rows = rows.take([next(n for n, event in rest if event is one) for one in some])
    place = EVENTS.get_field_index("node")
    nodes = pa.array([event.node for event in some], EVENTS.field(place).type)
    return pa.RecordBatch.from_arrays(
        [nodes if n == place else column for n, column in enumerate(rows.columns)], schema=EVENTS
    )


def to_bytes(table: pa.RecordBatch, *, packed: bool = True) -> bytes:
    """An Arrow IPC stream, as the outbox keeps it."""
    sink = pa.BufferOutputStream()
    options = _PACKED if packed and table.nbytes > _SMALL_BYTES else None
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_batch(table)
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(stream: bytes) -> pa.RecordBatch:
    """The one batch that `to_bytes` wrote."""
    return pa.ipc.open_stream(stream).read_next_batch()


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
    return distinct.take(places)


def _text(value: Any) -> str | None:
    """Clients put numbers where text is expected; anything deeper stays in the JSON column only."""
    if type(value) is str:
        return value
    return str(value) if type(value) in (int, float) else None
