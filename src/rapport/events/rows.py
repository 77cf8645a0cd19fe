"""Events become one Arrow batch with the columns of `schema.EVENTS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
_FROM_EVENT: Final[dict[str, Callable[[Sequence[Event]], list[Any]]]] = {
    "node": lambda events: [e.node for e in events],
    "message_id": lambda events: [e.message_id for e in events],
    "type": lambda events: [e.type for e in events],
    "event": lambda events: [e.event or None for e in events],
    "timestamp": lambda events: [e.timestamp for e in events],
    "original_timestamp": lambda events: [e.original_timestamp for e in events],
    "sent_at": lambda events: [e.sent_at for e in events],
    "received_at": lambda events: [e.received_at for e in events],
    "source": lambda events: [e.source for e in events],
    "user_id": lambda events: [e.user_id for e in events],
    "anonymous_id": lambda events: [e.anonymous_id for e in events],
    "group_id": lambda events: [e.group_id for e in events],
    "channel": lambda events: [e.channel or _text(e.ctx.channel) for e in events],
    "flags": lambda events: [e.flags for e in events],
    "log_offset": lambda events: [e.offset for e in events],
    "log_index": lambda events: [e.index for e in events],
    "properties": lambda events: [e.properties or None for e in events],
    "traits": lambda events: [e.traits or None for e in events],
    "context": lambda events: [e.context or None for e in events],
}


def to_batch(events: Sequence[Event]) -> pa.RecordBatch:
    """One row an event, in the order given, with exactly the columns of `EVENTS`."""
    contexts, places = _distinct(events)
    arrays = []
    for field in EVENTS:
        if field.name in _FROM_EVENT:
            arrays.append(pa.array(_FROM_EVENT[field.name](events), field.type))
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


def _distinct(events: Sequence[Event]) -> tuple[list[Context], pa.Array]:
    """The different contexts, and for each event which of them is its own."""
    seen: dict[int, int] = {}
    contexts: list[Context] = []
    places = np.empty(len(events), np.int32)
    for row, event in enumerate(events):
        place = seen.setdefault(id(event.ctx), len(contexts))
        if place == len(contexts):
            contexts.append(event.ctx)
        places[row] = place
    return contexts, pa.array(places)


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
