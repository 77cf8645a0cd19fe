"""Making rejections: what is kept of an event that cannot be used as it is."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from xxhash import xxh3_64_digest

from rapport.events import reasons
from rapport.events.guessing import guess
from rapport.events.identifiers import Refused, to_id
from rapport.events.model import TYPES, Event, Rejection
from rapport.events.wire import Batch, canonical, decode_any, decode_members, decode_name, encode
from rapport.ids import sent_message_id
from rapport.log.base import Record

BROKEN: Final = (ValueError, RecursionError, OverflowError)  # what reading bad JSON raises
TRANSPORT: Final = ("sentAt", "_metadata", "writeKey", "receivedAt")  # changes with each re-send


def whole(kind: str, batch: Batch, raw: bytes) -> bytes:
    """An event that stands by itself: with what its path and its batch said for it.

    What is no JSON object stays as it is.
    """
    try:
        decode_any(raw)  # to the last letter: `members` alone would not look into values
        members = decode_members(raw)
        added: dict[str, Any] = {"type": kind} if kind in TYPES else {}
        if batch.sent_at is not None:
            added["sentAt"] = batch.sent_at
        if len(batch.context):
            own = decode_members(members["context"]) if "context" in members else {}
            added["context"] = decode_members(batch.context) | own
        if len(batch.integrations) and "integrations" not in members:
            added["integrations"] = batch.integrations
    except BROKEN:
        return raw
    return encode(members | added) if added else raw


def reject(record: Record, index: int, body: bytes, why: Refused) -> Rejection:
    """Set aside one event of `record` that could not be decoded."""
    return Rejection(
        offset=record.offset,
        index=index,
        source=record.source,
        message_id=message_id(body),
        reason=why.reason,
        detail=why.detail + (guess(body, why.expected) if why.expected else ""),
        body=body,
        received_at=record.received_at,
        content=content_of(body),
    )


def absent(record: Record, index: int) -> Rejection:
    """An event that was counted on arrival but cannot be found in the body."""
    body = record.body if index == 0 else b""
    why = Refused(reasons.BAD_JSON, "the batch could not be read; its text is kept with event 0")
    found = reject(record, index, body, why)
    found.message_id = None
    return found


def set_aside(event: Event, body: bytes, reason: str, detail: str) -> Rejection:
    """Set aside an event that was decoded, but that a later stage cannot take."""
    return Rejection(
        offset=event.offset,
        index=event.index,
        source=event.source,
        message_id=event.message_id,
        reason=reason,
        detail=detail,
        body=body,
        received_at=event.received_at,
        content=event.content,
    )


def explain(error: BaseException) -> Refused:
    """The reason behind an exception of the JSON decoder."""
    if isinstance(error, RecursionError):
        return Refused(reasons.TOO_DEEP, "the event is nested too deeply")
    if isinstance(error, msgspec.ValidationError):
        text = str(error)
        if text.startswith("Expected `object`") and " at `$" not in text:
            return Refused(reasons.NOT_AN_OBJECT, text)
        return Refused(reasons.INVALID_FIELD, text)
    return Refused(reasons.BAD_JSON, "the text of the event is not JSON")


def content_of(body: bytes) -> bytes:
    """8-byte digest: the same for a re-send of `body`, whatever its order of keys."""
    try:
        value = decode_any(body)
        for name in TRANSPORT:
            value.pop(name, None)
        return xxh3_64_digest(canonical(value))
    except (*BROKEN, AttributeError, TypeError):
        return xxh3_64_digest(body)


def message_id(body: bytes | msgspec.Raw) -> str | None:
    """The id under which an event that may be anything is known, if it carries a usable one."""
    try:
        found = decode_name(body).message_id
        text = None if found is None else to_id("messageId", found)
        return None if text is None else sent_message_id(text)
    except (*BROKEN, Refused):
        return None
