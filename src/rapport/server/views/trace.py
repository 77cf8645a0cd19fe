"""What happened to one event at every stage, put together from the stores it left traces in."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa

from rapport.clock import from_datetime, to_iso
from rapport.errors import NotFound
from rapport.events.decode import Decoder, body_of
from rapport.events.model import ANCIENT, FUTURE, SKEWED
from rapport.events.quarantine import Quarantined
from rapport.ids import profile_id
from rapport.log.base import Record
from rapport.server.rooms import Reads, Rooms

# An event that waits is looked for among this many records behind the pipeline.
MOST_PENDING = 20_000
_FLAGS = {FUTURE: "future", ANCIENT: "ancient", SKEWED: "skewed"}


class Stage(msgspec.Struct):
    stage: str  # log, decode, dedupe, identify, profile, warehouse or quarantine
    status: str
    detail: dict[str, Any]
    at: str | None = None


class Trace(msgspec.Struct):
    message_id: str
    found: bool
    stages: list[Stage]


class Place(msgspec.Struct, frozen=True):
    """Where in the log the event stands, and when it arrived (µs UTC)."""

    offset: int
    index: int
    source: int
    received_at: int


class Tracer:
    """Blocks; call from a reading thread."""

    def __init__(self, rooms: Rooms, slugs: dict[int, str]) -> None:
        self._rooms = rooms
        self._slugs = slugs

    def trace(self, reads: Reads, message_id: str) -> Trace:
        loaded = self._rooms.warehouse.event(message_id)
        row = loaded or self._in_outbox(message_id)
        none: list[Quarantined] = []
        refused = self._rooms.pipeline.quarantine(lambda q: q.by_message(message_id), none)
        stages: list[Stage] = []
        if row is not None:
            stages += self._stored(reads, row, message_id, loaded=loaded is not None)
        for item in refused:
            stages += self._refused(item, alone=row is None)
        if not stages:
            stages = self._pending(message_id)
        return Trace(message_id, bool(stages), stages)

    def _stored(
        self, reads: Reads, row: dict[str, Any], message_id: str, *, loaded: bool
    ) -> list[Stage]:
        source = int(row.get("source_id", row["source"]))
        received = from_datetime(row["received_at"])
        place = Place(row["log_offset"], row["log_index"], source, received)
        again = self._rooms.pipeline.resent(source, message_id)
        flags = [name for bit, name in _FLAGS.items() if row["flags"] & bit]
        instant = to_iso(from_datetime(row["timestamp"]))
        return [
            self._logged(place),
            Stage("decode", "ok", {"type": row["type"], "timestamp": instant, "flags": flags}),
            Stage("dedupe", "first", {"sent_again": len(again)}),
            *self._person(reads, row["node"]),
            Stage("warehouse", "stored" if loaded else "waiting", {}),
        ]

    def _logged(self, place: Place) -> Stage:
        detail: dict[str, Any] = {
            "offset": place.offset,
            "index": place.index,
            "source": self._slugs.get(place.source, str(place.source)),
        }
        found = self._rooms.log.read(place.offset - 1, max_records=1, max_bytes=1)
        if found and found[0].offset == place.offset:
            detail["sent"] = _sent(found[0], place.index)
        else:
            detail["forgotten"] = True  # log_keep_hours have passed
        return Stage("log", "accepted", detail, to_iso(place.received_at))

    def _person(self, reads: Reads, node: int) -> list[Stage]:
        try:
            profile = reads.identity.profile_of(node)
            shown = reads.identity.identifiers([node])
        except NotFound:
            return [Stage("identify", "waiting", {})]
        label = shown[0].label if shown else None
        return [
            Stage("identify", "ok", {"node": node, "identifier": label}),
            Stage("profile", "ok", {"profile": profile_id(profile)}),
        ]

    def _refused(self, item: Quarantined, *, alone: bool) -> list[Stage]:
        place = Place(item.offset, item.index, item.source, item.received_at)
        why = {"id": item.id, "reason": item.reason, "detail": item.detail, "note": item.note}
        stage = Stage("quarantine", item.status, why, to_iso(item.received_at))
        return [self._logged(place), stage] if alone else [stage]

    def _in_outbox(self, message_id: str) -> dict[str, Any] | None:
        import pyarrow.compute as pc  # a sixth of a second that no start should pay

        for _, payload in self._rooms.pipeline.outbox_rows():
            table = pa.ipc.open_stream(payload).read_all()
            hits = table.filter(pc.equal(table["message_id"], message_id)).to_pylist()
            if hits:
                return dict(hits[0])
        return None

    def _pending(self, message_id: str) -> list[Stage]:
        """Events that the pipeline has not come to yet."""
        needle = msgspec.json.encode(message_id)[1:-1]
        after, looked = self._rooms.pipeline.committed(), 0
        while looked < MOST_PENDING:
            records = self._rooms.log.read(after, max_records=1000, max_bytes=8_000_000)
            if not records:
                break
            for record in records:
                if needle in record.body and (index := self._index(record, message_id)) is not None:
                    place = Place(record.offset, index, record.source, record.received_at)
                    return [self._logged(place), Stage("decode", "waiting", {})]
            after, looked = records[-1].offset, looked + len(records)
        return []

    def _index(self, record: Record, message_id: str) -> int | None:
        found = Decoder(self._rooms.settings).decode(record)
        return next((each.index for each in found if each.message_id == message_id), None)


def _sent(record: Record, index: int) -> Any:
    """The event as the client sent it; text when it is not JSON."""
    body = body_of(record, index)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")
