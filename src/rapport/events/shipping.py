"""Decoded events as bytes, from one process to another, with their rows for the warehouse.

Many events share one context, which is sent once and shared again on the other side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import pyarrow as pa

from rapport.events.context import NOTHING
from rapport.events.model import Context, Event, Rejection
from rapport.events.rows import from_bytes, to_batch, to_bytes


class _Shipment(msgspec.Struct, gc=False, array_like=True):
    events: list[Event]  # without their contexts
    contexts: list[bytes]  # as JSON, which holds numbers of any length
    places: list[int]  # for each event, which of the contexts is its own
    rejections: list[Rejection]
    rows: bytes


class Decoded(NamedTuple):
    """What was in some records."""

    found: list[Event | Rejection]
    rows: pa.RecordBatch | None = None  # of the events, in order, where they were made already


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Shipment).decode
_fields = msgspec.json.Decoder(Context).decode


def pack(found: Sequence[Event | Rejection]) -> bytes:
    """Takes the events over: without their contexts they are of no further use to the caller."""
    events = [one for one in found if type(one) is Event]
    rows = to_bytes(to_batch(events), packed=False)
    contexts: dict[bytes, int] = {}
    places: list[int] = []
    for event in events:
        places.append(contexts.setdefault(event.context, len(contexts)))
        event.ctx, event.context = NOTHING.fields, b""
    rejections = [one for one in found if type(one) is Rejection]
    return _encode(_Shipment(events, list(contexts), places, rejections, rows))


def unpack(shipment: bytes) -> Decoded:
    """What `pack` was given: the events in order, then the rejections in order."""
    read = _decode(shipment)
    contexts = [(raw, _fields(raw) if raw else NOTHING.fields) for raw in read.contexts]
    for event, place in zip(read.events, read.places, strict=True):
        event.context, event.ctx = contexts[place]
    return Decoded([*read.events, *read.rejections], from_bytes(read.rows))
