"""Records of the log become events, or rejections that say why not. One bad event costs itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from xxhash import xxh3_64_digest

from rapport.config import Settings
from rapport.events import reasons
from rapport.events.context import NOTHING, Contexts, Prepared
from rapport.events.identifiers import (
    MAX_MESSAGE_ID,
    Refused,
    check_identity,
    name_of,
    to_id,
    type_of,
)
from rapport.events.model import Event, Rejection
from rapport.events.nesting import too_deep
from rapport.events.rejecting import BROKEN, absent, explain, reject
from rapport.events.timestamps import Limits, parse, stamps
from rapport.events.wire import (
    Batch,
    Item,
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
    items: Sequence[msgspec.Raw]
    sent_at: int | None
    said_sent_at: bool  # the batch had a sentAt, which then counts for every event in it
    context: bytes
    has_nul: bool


class _Ids(NamedTuple):
    user: str | None
    anonymous: str | None
    previous: str | None
    group: str | None


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
        frame = _open(record)
        found = [self._one(frame, index, raw) for index, raw in enumerate(frame.items)]
        found += [absent(record, index) for index in range(len(found), record.count)]
        return found

    def body_of(self, record: Record, index: int) -> bytes:
        """The text of one event as it was sent."""
        items = _open(record).items
        return bytes(items[index]) if index < len(items) else b""

    def _one(self, frame: _Frame, index: int, raw: msgspec.Raw) -> Event | Rejection:
        try:
            return self._event(frame, index, raw)
        except Refused as refused:
            return reject(frame.record, index, bytes(raw), refused)
        except BROKEN as error:
            return reject(frame.record, index, bytes(raw), explain(error))

    def _event(self, frame: _Frame, index: int, raw: msgspec.Raw) -> Event:
        record, size = frame.record, len(raw)
        if size > self._max_bytes:
            raise Refused(reasons.TOO_LARGE, f"{size} bytes; at most {self._max_bytes} are allowed")
        item = decode_item(raw)
        kind = type_of(record.kind, item.type)
        event = name_of(kind, item)
        message_id = _message_id(item) or filled_message_id(record.offset, index)
        properties, sent_properties = _object("properties", item.properties)
        traits, sent_traits = _object("traits", item.traits)
        context = self._context(frame, item)
        ids = _ids(kind, item, context)
        if frame.has_nul:
            _check_nul(message_id, event, *ids)
        if kind == "identify" and context.fields.traits:
            traits = _over(traits, context.raw)
        sent = frame.sent_at if frame.said_sent_at else parse(item.sent_at)
        when = stamps(
            item.original_timestamp, item.timestamp, sent, record.received_at, self._limits
        )
        # Not part of the content: sentAt and what else a client's retry changes by itself.
        said = (kind, event, ids, item.channel, item.timestamp, item.original_timestamp)
        content = canonical((said, sent_properties, sent_traits)) + context.digest
        return Event(
            offset=record.offset,
            index=index,
            source=record.source,
            type=kind,
            message_id=message_id,
            event=event,
            user_id=ids.user,
            anonymous_id=ids.anonymous,
            previous_id=ids.previous,
            group_id=ids.group,
            timestamp=when.timestamp,
            original_timestamp=when.original,
            sent_at=sent,
            received_at=record.received_at,
            flags=when.flags,
            properties=properties,
            traits=traits,
            context=context.raw,
            ctx=context.fields,
            size=size,
            channel=item.channel if type(item.channel) is str else None,
            content=xxh3_64_digest(content),
        )

    def _context(self, frame: _Frame, item: Item) -> Prepared:
        raw, meta = item.context, frame.record.meta
        if not (len(raw) or frame.context or meta):
            return NOTHING
        return self._contexts.prepare(bytes(raw), frame.context, meta)


def _open(record: Record) -> _Frame:
    has_nul = b"\\u0000" in record.body
    if record.kind != BATCH:
        return _Frame(record, [msgspec.Raw(record.body)], None, False, b"", has_nul)
    batch = _read_batch(record.body)
    said = batch.sent_at is not None
    return _Frame(record, batch.batch, parse(batch.sent_at), said, bytes(batch.context), has_nul)


def _read_batch(body: bytes) -> Batch:
    try:
        return decode_batch(body)
    except BROKEN:
        return Batch(batch=[])


def _message_id(item: Item) -> str | None:
    if item.message_id is None:
        return None
    found = to_id("messageId", item.message_id)
    if found is not None and len(found) > MAX_MESSAGE_ID:
        raise Refused(reasons.MESSAGE_ID_TOO_LONG, f"{len(found)} characters")
    return found


def _ids(kind: str, item: Item, context: Prepared) -> _Ids:
    user = None if item.user_id is None else to_id("userId", item.user_id)
    anonymous = None if item.anonymous_id is None else to_id("anonymousId", item.anonymous_id)
    previous = None if item.previous_id is None else to_id("previousId", item.previous_id)
    group = None if item.group_id is None else to_id("groupId", item.group_id)
    if group is None and context.fields.group_id is not None:
        group = to_id("context.groupId", context.fields.group_id)
    if kind == "alias" and previous is None:
        previous = anonymous
    check_identity(kind, user, anonymous, previous, context.fields)
    return _Ids(user, anonymous, previous, group)


def _object(name: str, raw: msgspec.Raw) -> tuple[bytes, Any]:
    """The bytes of one JSON object and its value; (b"", None) when absent or null."""
    if not len(raw):
        return b"", None
    value = decode_any(raw)
    if value is None:
        return b"", None
    if type(value) is not dict:
        raise Refused(reasons.INVALID_FIELD, f"{name} must be an object")
    text = bytes(raw)
    if too_deep(text, value):
        raise Refused(reasons.TOO_DEEP, f"{name} is nested too deeply")
    return text, value


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
