"""Decoded events as bytes, from one process to another.

Many events share one context, which is sent once and shared again on the other side.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rapport.events.context import NOTHING
from rapport.events.model import Context, Event, Rejection


class _Shipment(msgspec.Struct, gc=False, array_like=True):
    events: list[Event]  # without their contexts
    contexts: list[bytes]  # as JSON, which holds numbers of any length
    places: list[int]  # for each event, which of the contexts is its own
    rejections: list[Rejection]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Shipment).decode
_fields = msgspec.json.Decoder(Context).decode


def pack(found: Sequence[Event | Rejection]) -> bytes:
    """Takes the events over: without their contexts they are of no further use to the caller."""
    events = [one for one in found if type(one) is Event]
    contexts: dict[bytes, int] = {}
    places: list[int] = []
    for event in events:
        places.append(contexts.setdefault(event.context, len(contexts)))
        event.ctx, event.context = NOTHING.fields, b""
    rejections = [one for one in found if type(one) is Rejection]
    return _encode(_Shipment(events, list(contexts), places, rejections))


def unpack(shipment: bytes) -> list[Event | Rejection]:
    """What `pack` was given: the events in order, then the rejections in order."""
    read = _decode(shipment)
    contexts = [(raw, _fields(raw) if raw else NOTHING.fields) for raw in read.contexts]
    for event, place in zip(read.events, read.places, strict=True):
        event.context, event.ctx = contexts[place]
    return [*read.events, *read.rejections]
