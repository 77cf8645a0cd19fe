"""What the pipeline stored since a moment ago, read from its outbox and quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apsw
import msgspec
import pyarrow as pa

from rapport.clock import from_datetime, to_iso
from rapport.collect.sources import Source
from rapport.database import ChangeSignal
from rapport.ids import profile_id
from rapport.server.rooms import Reads

# More than this in one look is not shown one by one: nobody reads that fast.
MOST_ROWS = 400


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
    status: str  # stored or quarantined
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

    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self._signal = ChangeSignal(connection)
        self._signal.changed()
        self._seq = self._highest("outbox", "seq")
        self._quarantined = self._highest("quarantine", "id")

    def look(self, reads: Reads, sources: Sources) -> Look:
        """Everything new since the last look."""
        if not self._signal.changed():
            return Look([], 0)
        events, skipped = self._stored(reads, sources)
        return Look([*events, *self._refused(sources)], skipped)

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
        for number, source, message_id, reason, body, received_at in rows:
            self._quarantined = number
            sent = _fields(body)
            yield LiveEvent(
                message_id, sent.get("type"), sent.get("event"), None, to_iso(received_at),
                sources.slug(source), sources.brand(source),
                sent.get("userId"), sent.get("anonymousId"), None, "quarantined", reason,
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
        "stored",
        None,
        _raw(row["properties"]),
        _raw(row["traits"]),
        _raw(row["context"]),
    )


def _raw(text: str | None) -> msgspec.Raw:
    return msgspec.Raw(text.encode() if text else b"{}")


def _iso(value: Any) -> str | None:
    return None if value is None else to_iso(from_datetime(value))
