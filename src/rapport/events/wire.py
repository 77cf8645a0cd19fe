"""How events look on the wire: as much typing as a client can be held to, and no more."""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.events.model import Context

Text = str | int | float | None  # ids and names may be numbers
RAW = msgspec.Raw()


class Item(msgspec.Struct, gc=False, rename="camel"):
    """One event as sent. What is not named here is transport and is not kept."""

    type: Text = None
    event: Text = None
    name: Any = None
    category: Any = None
    message_id: Text = None
    user_id: Text = None
    anonymous_id: Text = None
    previous_id: Text = None
    group_id: Text = None
    timestamp: Text = None
    original_timestamp: Text = None
    sent_at: Any = None
    channel: Any = None
    properties: msgspec.Raw = RAW
    traits: msgspec.Raw = RAW
    context: msgspec.Raw = RAW
    integrations: msgspec.Raw = RAW


class Batch(msgspec.Struct, gc=False, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None
    context: msgspec.Raw = RAW
    integrations: msgspec.Raw = RAW


class Meta(msgspec.Struct, gc=False):
    """What `collect` notes beside a request."""

    ip: str | None = None
    user_agent: str | None = None
    redrive: int | None = None


class Name(msgspec.Struct, gc=False, rename="camel"):
    """Only what a rejected event is called."""

    message_id: Any = None


decode_item = msgspec.json.Decoder(Item).decode
decode_batch = msgspec.json.Decoder(Batch).decode
decode_meta = msgspec.json.Decoder(Meta).decode
decode_name = msgspec.json.Decoder(Name).decode
decode_any = msgspec.json.Decoder().decode
decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
encode = msgspec.json.encode
canonical = msgspec.json.Encoder(order="deterministic").encode  # keys sorted


def to_context(value: dict[str, Any]) -> Context:
    """The typed parts of an already decoded `context`."""
    return msgspec.convert(value, Context)
