"""Records of the log become events, or rejections that say why not. One bad event costs itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from xxhash import xxh3_64_digest

from rapport.config import Settings
from rapport.events import reasons
from rapport.events.context import NOTHING, Contexts, Prepared
from rapport.events.identifiers import (
    Refused,
    ids_of,
    message_id_of,
    name_of,
    type_of,
)
from rapport.events.model import UNREADABLE, Event, Rejection
from rapport.events.nesting import too_deep
from rapport.events.rejecting import BROKEN, absent, explain, reject, whole
from rapport.events.timestamps import Limits, correct, parse
from rapport.events.wire import (
    RAW,
    Batch,
    canonical,
    decode_any,
    decode_batch,
    decode_item,
    decode_members,
    encode,
)
from rapport.ids import filled_message_id
from rapport.log.base import BATCH, Record


class _Frame(NamedTuple):
    """What all events of one record share."""

    record: Record
    batch: Batch
    sent_at: int | None
    said_sent_at: bool  # the batch had a sentAt, which then counts for every event in it
    bare: bool  # neither the batch nor the request says anything of the context
    prepare: Callable[[bytes], Prepared]
    has_nul: bool
    integrations: msgspec.Raw


class Decoder:
    """Turns records into events. Not thread-safe: it remembers contexts."""

    def __init__(self, settings: Settings) -> None:
        self._max_bytes = settings.max_event_bytes
        self._limits = Limits.of(settings)
        self._contexts = Contexts()

    def decode(self, record: Record) -> list[Event | Rejection]:
        """Everything in one tracking record, in order; at least `record.count` entries.

        Never raises for what a client sent.
        """
        frame = self._open(record)
        found: list[Event | Rejection] = []
        for index, raw in enumerate(frame.batch.batch):
            try:
                found.append(self._event(frame, index, raw))
            except Refused as refused:
                found.append(_reject(frame, index, refused))
            except BROKEN as error:
                found.append(_reject(frame, index, explain(error)))
            except Exception as error:  # noqa: BLE001 - our mistake; it must not stop the others
                why = Refused(reasons.PROCESSING_ERROR, f"{type(error).__name__} in decoding")
                found.append(_reject(frame, index, why))
        found += [absent(record, index) for index in range(len(found), record.count)]
        return found

    def _open(self, record: Record) -> _Frame:
        has_nul = b"\\u0000" in record.body
        batch = _read_batch(record)
        shared = bytes(batch.context)
        return _Frame(
            record,
            batch,
            parse(batch.sent_at),
            batch.sent_at is not None,
            not shared and not record.meta,
            self._contexts.within(shared, record.meta),
            has_nul,
            batch.integrations,
        )

    def _event(self, frame: _Frame, index: int, raw: msgspec.Raw) -> Event:
        record, size = frame.record, len(raw)
        if size > self._max_bytes:
            raise Refused(reasons.TOO_LARGE, f"{size} bytes; at most {self._max_bytes} are allowed")
        item = decode_item(raw)
        kind = type_of(record.kind, item.type)
        event = name_of(kind, item)
        message_id = message_id_of(item) or filled_message_id(record.offset, index)
        properties = traits = b""
        sent_properties = sent_traits = None
        if item.properties is not RAW:
            properties, sent_properties = _object("properties", item.properties)
        if item.traits is not RAW:
            traits, sent_traits = _object("traits", item.traits)
        context = NOTHING
        if item.context is not RAW or not frame.bare:
            context = frame.prepare(bytes(item.context))
        ids = user_id, anonymous_id, previous_id, group_id = ids_of(kind, item, context.fields)
        if frame.has_nul:
            _check_nul(message_id, event, *ids)
        if kind == "identify" and context.fields.traits:
            traits = _over(traits, context.raw)
        received = record.received_at
        sent = frame.sent_at if frame.said_sent_at else parse(item.sent_at)
        said = item.timestamp if item.original_timestamp is None else item.original_timestamp
        original = parse(said)
        timestamp, flags = correct(original, sent, received, self._limits)
        if original is None and said is not None:
            flags |= UNREADABLE
        # Not part of the content: sentAt and what else a client's retry changes by itself.
        content = canonical(
            (kind, event, ids, item.channel, item.timestamp, said, sent_properties, sent_traits)
        )
        said_routing = item.integrations if item.integrations is not RAW else frame.integrations
        integrations = _routing(said_routing) if said_routing else b""
        channel = item.channel if item.channel is not None else context.fields.channel
        channel = channel if type(channel) is str else None
        return Event(  # by position, which is twice as fast as by name
            record.offset, index, record.source, kind, message_id, event,
            user_id, anonymous_id, previous_id, group_id,
            timestamp, original, sent, received, flags,
            properties, traits, context.raw, context.fields, size, channel,
            xxh3_64_digest(content + context.digest), integrations,
        )  # fmt: skip


def body_of(record: Record, index: int) -> bytes:
    """The text of one event of a record, with what its path and its batch said for it."""
    return bodies_of(record)(index)


def bodies_of(record: Record) -> Callable[[int], bytes]:
    """`body_of` for many events of one record: index → text, b"" where there is none."""
    batch = _read_batch(record)

    def body(index: int) -> bytes:
        if index >= len(batch.batch):
            return b""
        return whole(record.kind, batch, bytes(batch.batch[index]))

    return body


def _reject(frame: _Frame, index: int, why: Refused) -> Rejection:
    body = whole(frame.record.kind, frame.batch, bytes(frame.batch.batch[index]))
    return reject(frame.record, index, body, why)


def _read_batch(record: Record) -> Batch:
    """A batch that cannot be read is empty; a single event is a batch of one."""
    if record.kind != BATCH:
        return Batch(batch=[msgspec.Raw(record.body)])
    try:
        return decode_batch(record.body)
    except BROKEN:
        return Batch(batch=[])


def _object(name: str, raw: msgspec.Raw) -> tuple[bytes, Any]:
    """The bytes of one JSON object and its value; (b"", None) for null."""
    value = decode_any(raw)
    if value is None:
        return b"", None
    if type(value) is not dict:
        raise Refused(reasons.INVALID_FIELD, f"{name} must be an object")
    text = bytes(raw)
    if too_deep(text, value):
        raise Refused(reasons.TOO_DEEP, f"{name} is nested too deeply")
    return text, value


def _routing(integrations: msgspec.Raw) -> bytes:
    """An object, or nothing: what a client says of destinations must not cost the event."""
    text = bytes(integrations)
    value = decode_any(text)
    return text if value and type(value) is dict and not too_deep(text, value) else b""


def _over(traits: bytes, context: bytes) -> bytes:
    """`traits` laid over `context.traits`, where RudderStack's clients put them."""
    below = bytes(decode_members(context)["traits"])
    if type(decode_any(below)) is not dict:
        return traits
    if not traits:
        return below
    return encode(decode_members(below) | decode_members(traits))


def _check_nul(*texts: str | None) -> None:
    if any(text is not None and "\0" in text for text in texts):
        raise Refused(reasons.INVALID_FIELD, "an id or a name contains the character NUL")
