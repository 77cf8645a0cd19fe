"""What the pipeline stored, refused or knew already: since a moment ago, and last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apsw
import msgspec
import pyarrow as pa

from rapport.clock import from_datetime, to_iso
from rapport.collect.sources import Source
from rapport.database import ChangeSignal
from rapport.events.quarantine import Quarantined
from rapport.events.rejecting import message_id
from rapport.ids import profile_id
from rapport.pipeline_reads import DUPLICATE, QUARANTINED, PipelineReads, Resent
from rapport.server.rooms import Reads, Rooms

# More than this in one look is not shown one by one: nobody reads that fast.
MOST_ROWS = 400
STORED = "stored"


class LiveEvent(msgspec.Struct, frozen=True):
    message_id: str | None
    type: str | None
    event: str | None
    timestamp: str | None
    received_at: str | None
    source: str
    brand: str
    user_id: str | None
    anonymous_id: str | None
    profile: str | None
    status: str  # stored, duplicate or quarantined
    reason: str | None = None
    properties: msgspec.Raw = msgspec.Raw(b"{}")
    traits: msgspec.Raw = msgspec.Raw(b"{}")
    context: msgspec.Raw = msgspec.Raw(b"{}")


class Look(msgspec.Struct, frozen=True):
    events: list[LiveEvent]  # oldest first
    skipped: int  # happened, but are not among `events`


class Sources:
    """Names of sources by their number."""

    def __init__(self, known: Iterable[Source]) -> None:
        self._known = {source.id: source for source in known}

    def slug(self, number: int) -> str:
        found = self._known.get(number)
        return found.slug if found else str(number)

    def brand(self, number: int) -> str:
        found = self._known.get(number)
        return found.brand if found else ""


class Tail:
    """Belongs to one thread at a time. `Sources` names what is a number in the stores."""

    def __init__(self, connection: apsw.Connection, pipeline: PipelineReads) -> None:
        self._db = connection
        self._pipeline = pipeline
        self._signal = ChangeSignal(connection)
        self._signal.changed()
        self._seq = self._highest("outbox", "seq")
        self._quarantined = self._highest("quarantine", "id")
        self._resent = self._highest("duplicates", "log_offset")

    def look(self, reads: Reads, sources: Sources) -> Look:
        """Everything new since the last look."""
        if not self._signal.changed():
            return Look([], 0)
        events, skipped = self._stored(reads, sources)
        found = [*events, *self._refused(sources), *self._again(sources)]
        return Look(in_order(found), skipped)

    def _highest(self, table: str, column: str) -> int:
        try:
            row = self._db.execute(f"SELECT max({column}) FROM {table}").fetchone()
        except apsw.SQLError:
            return 0  # the pipeline has not made its tables yet
        return int(row[0] or 0) if row else 0

    def _stored(self, reads: Reads, sources: Sources) -> tuple[list[LiveEvent], int]:
        blobs = self._db.execute(
            "SELECT seq, payload, count FROM outbox WHERE seq > ? AND kind = 'events'"
            " ORDER BY seq DESC",
            (self._seq,),
        )
        found: list[dict[str, Any]] = []
        highest, skipped = self._seq, 0
        for seq, payload, count in blobs:
            highest = max(highest, seq)
            room = MOST_ROWS - len(found)
            skipped += max(0, count - room)
            if room > 0:
                table = pa.ipc.open_stream(payload).read_all()
                found[:0] = table.slice(max(0, len(table) - room)).to_pylist()
        self._seq = highest
        return [_event(row, reads, sources) for row in found], skipped

    def _refused(self, sources: Sources) -> Iterator[LiveEvent]:
        rows: list[Any] = self._db.execute(
            "SELECT id, source, message_id, reason, body, received_at FROM quarantine"
            " WHERE id > ? ORDER BY id LIMIT ?",
            (self._quarantined, MOST_ROWS),
        ).fetchall()
        for number, source, name, reason, body, received_at in rows:
            self._quarantined = number
            yield _sent(body, QUARANTINED, source, received_at, sources, name, reason)

    def _again(self, sources: Sources) -> Iterator[LiveEvent]:
        for one in self._pipeline.duplicates(self._resent, MOST_ROWS):
            self._resent = max(self._resent, one.offset)
            yield _duplicate(one, sources)


def lately(
    rooms: Rooms,
    reads: Reads,
    sources: Sources,
    count: int,
    *,
    source: str = "",
    type: str = "",
    event: str = "",
    status: str = "",
) -> list[LiveEvent]:
    """What happened last, oldest first: up to `count` of each status, or only of the one asked for.

    Some of it waits in the outbox, the rest is in the warehouse; an event may be in both.
    """
    found: list[LiveEvent] = []
    if status in ("", STORED):
        waiting = [
            row
            for payload in rooms.pipeline.latest_outbox(count)
            for row in pa.ipc.open_stream(payload).read_all().to_pylist()
        ]
        loaded = rooms.history.latest(count, source=source, type=type, event=event)
        rows = {(row["source"], row["message_id"]): row for row in [*loaded, *waiting[-count:]]}
        found += [_event(row, reads, sources) for row in rows.values()]
    if status in ("", QUARANTINED):
        none: list[Quarantined] = []
        refused = rooms.pipeline.quarantine(lambda asked: asked.page(limit=count), none)
        found += [
            _sent(q.body, QUARANTINED, q.source, q.received_at, sources, q.message_id, q.reason)
            for q in refused
        ]
    if status in ("", DUPLICATE):
        found += [_duplicate(one, sources) for one in rooms.pipeline.duplicates(None, count)]
    return in_order(found)


def in_order(events: Iterable[LiveEvent]) -> list[LiveEvent]:
    """By the time of arrival; what has none comes first."""
    return sorted(events, key=lambda event: event.received_at or "")


def _duplicate(one: Resent, sources: Sources) -> LiveEvent:
    name = None if one.item is None else message_id(one.item)
    return _sent(one.item or b"", DUPLICATE, one.source, one.received_at, sources, name)


def _sent(
    body: bytes,
    status: str,
    source: int,
    received_at: int | None,
    sources: Sources,
    name: str | None,
    reason: str | None = None,
) -> LiveEvent:
    """An event of which only what was sent is there."""
    said = _fields(body)
    return LiveEvent(
        name, said.get("type"), said.get("event"), said.get("timestamp"),
        None if received_at is None else to_iso(received_at),
        sources.slug(source), sources.brand(source),
        said.get("userId"), said.get("anonymousId"), None, status, reason,
    )  # fmt: skip


def _fields(body: bytes) -> dict[str, str]:
    """The text fields of what may be anything but an event."""
    try:
        sent = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in sent.items() if isinstance(v, str)} if isinstance(sent, dict) else {}


def _event(row: dict[str, Any], reads: Reads, sources: Sources) -> LiveEvent:
    profile = reads.identity.profile_of(row["node"]) if row["node"] else None
    return LiveEvent(
        row["message_id"],
        row["type"],
        row["event"],
        _iso(row["timestamp"]),
        _iso(row["received_at"]),
        sources.slug(row["source"]),
        sources.brand(row["source"]),
        row["user_id"],
        row["anonymous_id"],
        profile_id(profile) if profile else None,
        STORED,
        None,
        _raw(row["properties"]),
        _raw(row["traits"]),
        _raw(row["context"]),
    )


def _raw(text: str | None) -> msgspec.Raw:
    return msgspec.Raw(text.encode() if text else b"{}")


def _iso(value: Any) -> str | None:
    return None if value is None else to_iso(from_datetime(value))
