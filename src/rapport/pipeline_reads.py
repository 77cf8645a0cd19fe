"""What the http process asks about the pipeline, read from the stores that it wrote."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import apsw
import msgspec

from rapport.database import connect, unreadable
from rapport.errors import Unavailable
from rapport.events.dedupe import id_hash
from rapport.events.quarantine import QuarantineReads
from rapport.events.rejecting import message_id
from rapport.events.wire import decode_batch
from rapport.ids import filled_message_id
from rapport.log.base import BATCH, EventLog, Record

T = TypeVar("T")
ACCEPTED, DUPLICATE, QUARANTINED = "accepted", "duplicate", "quarantined"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one event of a record."""

    index: int
    message_id: str | None
    status: str  # accepted, duplicate or quarantined
    reason: str | None = None
    detail: str | None = None  # the reason in words, with the field that it is about


class Waiting(msgspec.Struct, frozen=True):
    """Events that the outbox holds, from one snapshot with the offset they belong to."""

    offset: int
    duplicate: Mapping[int, int]
    quarantined: Mapping[int, int]
    outbox: tuple[tuple[int, Mapping[int, int]], ...]  # (seq, events per source)


class Fates(msgspec.Struct, frozen=True):
    """What became of the events of some records; those behind `committed` are not processed."""

    committed: int = 0
    duplicate: int = 0
    quarantined: Mapping[str, int] = {}  # by reason


class Arrival(msgspec.Struct, frozen=True):
    """A re-send of an event."""

    offset: int
    index: int
    source: int


class Resent(msgspec.Struct, frozen=True):
    """An event that came again. `received_at` in µs UTC; `item` is None when the log has it no
    more.
    """

    offset: int
    index: int
    source: int
    received_at: int | None
    item: bytes | None


class PipelineReads:
    """Thread-safe. Everything answers as for an empty installation while state.db is not there."""

    def __init__(self, state: Path, log: EventLog | None = None) -> None:
        self._path = state
        self._log = log
        self._lock = Lock()
        self._connection: apsw.Connection | None = None
        self._duplicates: Counter[int] = Counter()
        self._refused: Counter[int] = Counter()
        self._counted_to = 0

    def committed(self) -> int:
        """Offset of the last record whose effects are committed."""
        return self._ask(_committed, 0)

    def outcomes(self, offset: int) -> list[Outcome] | None:
        """What became of each event of one record; None while it is not processed.

        [] when the record has left the log and all its events were accepted.
        """
        if self.committed() < offset:
            return None
        record = self._record(offset)
        ids = _message_ids(record) if record is not None else []
        nothing: dict[int, Outcome] = {}
        found = self._ask(lambda db: _exceptions(db, offset, ids), nothing)
        if record is None:
            return [found[index] for index in sorted(found)]
        return [
            found.get(index) or Outcome(index, message_id, ACCEPTED)
            for index, message_id in enumerate(ids)
        ]

    def fates(self, spans: Sequence[tuple[int, int]]) -> Fates:
        """Of all events in the records of these spans: first and last offset. One snapshot."""
        return self._ask(lambda db: _fates(db, spans), Fates())

    def last_row(self) -> int:
        """Number of the last row for the warehouse that the outbox still has; 0 for none."""
        return self._ask(lambda db: db.execute("SELECT max(seq) FROM outbox").get or 0, 0)

    def waiting(self) -> Waiting:
        """The pipeline's side of the balance, as of one instant."""
        return self._ask(self._waiting, Waiting(0, {}, {}, ()))

    def unloaded(self, applied: int) -> int:
        """Events in the outbox behind `applied`, the last seq that the warehouse has."""
        return self._ask(lambda db: _unloaded(db, applied), 0)

    def ledger(self) -> dict[int, dict[str, int]]:
        """The running sums per source, written with each step: to be checked against the stores."""
        return self._ask(_ledger, {})

    def quarantine(self, ask: Callable[[QuarantineReads], T], default: T) -> T:
        """`ask` gets the quarantine; `default` is the answer when there is none yet."""
        return self._ask(lambda db: ask(QuarantineReads(db)), default)

    def quarantined_at(self, offset: int) -> int | None:
        """The number under which the one event of a record is in quarantine, if it is."""
        return self._ask(lambda db: _quarantined_at(db, offset), None)

    def decided(self, since: int) -> dict[str, int]:
        """Decisions that were applied since then (µs UTC): how many of each action."""
        nothing: dict[str, int] = {}
        return self._ask(lambda db: _decided(db, since), nothing)

    def resent(self, source: int, message_id: str) -> list[Arrival]:
        """Later arrivals of the same event, oldest first."""
        return self._ask(lambda db: _resent(db, id_hash(source, message_id)), [])

    def control(self, decision: str) -> dict[str, Any] | None:
        """{id, action, status, detail, at} of an operator's decision, once it was processed."""
        return self._ask(lambda db: _control(db, decision), None)

    def duplicates(self, after: int | None, limit: int) -> list[Resent]:
        """Re-sends that stand behind the offset `after`, oldest first; the latest with None."""
        nothing: list[Arrival] = []
        found = self._ask(lambda db: _latest_duplicates(db, after, limit), nothing)
        records: dict[int, Record | None] = {}
        for one in found:
            if one.offset not in records:
                records[one.offset] = self._record(one.offset)
        return [_resend(one, records[one.offset]) for one in found]

    def latest_outbox(self, events: int) -> list[bytes]:
        """The newest Arrow streams that hold at least so many events together, oldest first."""
        nothing: list[bytes] = []
        return self._ask(lambda db: _latest_outbox(db, events), nothing)

    def outbox_rows(self) -> list[tuple[int, bytes]]:
        """(seq, Arrow stream) of the events that the warehouse may not have yet."""
        return self._ask(_outbox_rows, [])

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _ask(self, question: Callable[[apsw.Connection], T], default: T) -> T:
        """Answers from one snapshot; `default` while the pipeline has not made its tables.

        Raises `Unavailable` when state.db cannot be read.
        """
        with self._lock:
            try:
                connection = self._open()
            except Unavailable:
                return default
            try:
                connection.execute("BEGIN")
                return question(connection)
            except apsw.Error as error:
                if isinstance(error, apsw.SQLError) and "no such table" in str(error):
                    return default
                raise unreadable("state.db", error) from error
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    def _open(self) -> apsw.Connection:
        if self._connection is None:
            self._connection = connect(self._path, readonly=True)
        return self._connection

    def _record(self, offset: int) -> Record | None:
        if self._log is None:
            return None
        found = self._log.read(offset - 1, max_records=1, max_bytes=1)
        return found[0] if found and found[0].offset == offset else None

    def _waiting(self, db: apsw.Connection) -> Waiting:
        """Counts rows; those counted before are remembered, since none is ever deleted."""
        offset = _committed(db)
        again = _by_source_behind(db, "duplicates", self._counted_to)
        refused = _by_source_behind(db, "quarantine", self._counted_to)
        self._duplicates.update(again)  # only now, when nothing can fail any more
        self._refused.update(refused)
        self._counted_to = offset
        rows = db.execute("SELECT seq, sources FROM outbox WHERE kind = 'events' ORDER BY seq")
        outbox = tuple((seq, _by_source(text)) for seq, text in rows)
        return Waiting(offset, dict(self._duplicates), dict(self._refused), outbox)


def _fates(db: apsw.Connection, spans: Sequence[tuple[int, int]]) -> Fates:
    duplicate, quarantined = 0, Counter[str]()
    for span in spans:
        place = "WHERE log_offset BETWEEN ? AND ?"
        duplicate += int(db.execute(f"SELECT count(*) FROM duplicates {place}", span).get)
        reasons = f"SELECT reason, count(*) FROM quarantine {place} GROUP BY reason"
        quarantined.update(dict(db.execute(reasons, span)))
    return Fates(_committed(db), duplicate, quarantined)


def _unloaded(db: apsw.Connection, applied: int) -> int:
    row = db.execute(
        "SELECT coalesce(sum(count), 0) FROM outbox WHERE kind = 'events' AND seq > ?", (applied,)
    ).fetchone()
    return int(row[0]) if row else 0


def _committed(db: apsw.Connection) -> int:
    row = db.execute("SELECT value FROM progress WHERE name = 'log_offset'").fetchone()
    return int(row[0]) if row else 0


def _by_source_behind(db: apsw.Connection, table: str, offset: int) -> dict[int, int]:
    rows = db.execute(
        f"SELECT source, count(*) FROM {table} WHERE log_offset > ? GROUP BY source", (offset,)
    )
    return dict(rows)


def _by_source(text: str) -> dict[int, int]:
    return {int(source): count for source, count in json.loads(text).items()}


def _exceptions(db: apsw.Connection, offset: int, ids: Sequence[str | None]) -> dict[int, Outcome]:
    found = {}
    for (index,) in db.execute("SELECT log_index FROM duplicates WHERE log_offset = ?", (offset,)):
        message_id = ids[index] if index < len(ids) else None
        found[index] = Outcome(index, message_id, DUPLICATE)
    for index, message_id, reason, detail in db.execute(
        "SELECT log_index, message_id, reason, detail FROM quarantine WHERE log_offset = ?",
        (offset,),
    ):
        found[index] = Outcome(index, message_id, QUARANTINED, reason, detail or None)
    return found


def _latest_duplicates(db: apsw.Connection, after: int | None, limit: int) -> list[Arrival]:
    columns = "SELECT log_offset, log_index, source FROM duplicates"
    if after is None:
        rows = db.execute(f"{columns} ORDER BY log_offset DESC, log_index DESC LIMIT ?", (limit,))
        return [Arrival(*row) for row in rows][::-1]
    order = "WHERE log_offset > ? ORDER BY log_offset, log_index LIMIT ?"
    return [Arrival(*row) for row in db.execute(f"{columns} {order}", (after, limit))]


def _resend(one: Arrival, record: Record | None) -> Resent:
    if record is None:
        return Resent(one.offset, one.index, one.source, None, None)
    items = _items(record)
    item = items[one.index] if one.index < len(items) else None
    return Resent(one.offset, one.index, one.source, record.received_at, item)


def _items(record: Record) -> list[bytes]:
    try:
        if record.kind == BATCH:
            return [bytes(item) for item in decode_batch(record.body).batch]
    except (ValueError, RecursionError):
        return []
    return [record.body]


def _message_ids(record: Record) -> list[str | None]:
    """The ids under which the events of a record were processed."""
    ids = [message_id(item) for item in _items(record)]
    filled = [
        filled_message_id(record.offset, index) if found is None else found
        for index, found in enumerate(ids)
    ]
    return [*filled, *[None] * (record.count - len(filled))]


def _ledger(db: apsw.Connection) -> dict[int, dict[str, int]]:
    names = ("accepted", "stored", "duplicate", "filtered", "suppressed", "quarantined")
    rows = db.execute(f"SELECT source, {', '.join(names)} FROM ledger")
    return {source: dict(zip(names, counts, strict=True)) for source, *counts in rows}


def _resent(db: apsw.Connection, hashed: int) -> list[Arrival]:
    rows = db.execute(
        "SELECT log_offset, log_index, source FROM duplicates WHERE id_hash = ?"
        " ORDER BY log_offset, log_index",
        (hashed,),
    )
    return [Arrival(*row) for row in rows]


def _control(db: apsw.Connection, decision: str) -> dict[str, Any] | None:
    names = ("id", "action", "status", "detail", "at")
    row = db.execute(
        f"SELECT {', '.join(names)} FROM controls WHERE id = ? ORDER BY log_offset DESC",
        (decision,),
    ).fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _quarantined_at(db: apsw.Connection, offset: int) -> int | None:
    row = db.execute(
        "SELECT id FROM quarantine WHERE log_offset = ? ORDER BY log_index", (offset,)
    ).fetchone()
    return int(row[0]) if row else None


def _decided(db: apsw.Connection, since: int) -> dict[str, int]:
    rows = db.execute(
        "SELECT action, count(*) FROM controls WHERE status = 'applied' AND at >= ?"
        " GROUP BY action",
        (since,),
    )
    return dict(rows)


def _latest_outbox(db: apsw.Connection, events: int) -> list[bytes]:
    found: list[bytes] = []
    counts: list[Any] = db.execute(
        "SELECT seq, count FROM outbox WHERE kind = 'events' ORDER BY seq DESC"
    ).fetchall()
    for seq, count in counts:
        if events <= 0:
            break
        found.append(db.execute("SELECT payload FROM outbox WHERE seq = ?", (seq,)).get)
        events -= count
    return found[::-1]


def _outbox_rows(db: apsw.Connection) -> list[tuple[int, bytes]]:
    rows = db.execute("SELECT seq, payload FROM outbox WHERE kind = 'events' ORDER BY seq")
    return [(int(seq), bytes(payload)) for seq, payload in rows]
