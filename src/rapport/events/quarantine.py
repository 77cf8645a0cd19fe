"""Events that cannot be used as they are: kept whole, visible, correctable.

Table `quarantine`. A re-send of the same bad event is a duplicate, not a second entry, as long as
it has a messageId to be known by. Rows are never deleted, so the number of rows of a source is the
number ever quarantined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import apsw
import msgspec

from rapport.database import migrate
from rapport.events.dedupe import id_hash
from rapport.events.model import Rejection

OPEN, REDRIVEN, DISCARDED = "open", "redriven", "discarded"

STEPS: Final = (
    "CREATE TABLE quarantine (id INTEGER PRIMARY KEY AUTOINCREMENT, log_offset INTEGER NOT NULL,"
    " log_index INTEGER NOT NULL, source INTEGER NOT NULL, message_id TEXT, reason TEXT NOT NULL,"
    " detail TEXT NOT NULL, body BLOB NOT NULL, received_at INTEGER NOT NULL,"
    " content BLOB NOT NULL, status TEXT NOT NULL DEFAULT 'open', note TEXT NOT NULL DEFAULT '');"
    "CREATE UNIQUE INDEX quarantine_event ON quarantine (source, message_id, content);"
    "CREATE INDEX quarantine_place ON quarantine (log_offset, log_index);"
    "CREATE INDEX quarantine_message ON quarantine (message_id);"
    "CREATE INDEX quarantine_reason ON quarantine (status, reason)",
)


class Quarantined(msgspec.Struct, frozen=True):
    """One row, as it is read. `received_at` in µs UTC."""

    id: int
    offset: int
    index: int
    source: int
    message_id: str | None
    reason: str
    detail: str
    body: bytes
    received_at: int
    status: str
    note: str


class Quarantine:
    """Writes inside the caller's transaction; holds nothing in memory."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        migrate(connection, "quarantine", STEPS)

    def add(self, rejections: Sequence[Rejection]) -> list[Rejection]:
        """Keep them. Returns those that were there already: re-sends."""
        again = []
        for one in rejections:
            self._connection.execute(
                "INSERT INTO quarantine (log_offset, log_index, source, message_id, reason, detail,"
                " body, received_at, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (source, message_id, content) DO NOTHING",
                (
                    *(one.offset, one.index, one.source, one.message_id, one.reason),
                    *(one.detail, one.body, one.received_at, one.content),
                ),
            )
            if not self._connection.changes():
                again.append(one)
        self._note_again(again)
        return again

    def received_at(self, number: int) -> int | None:
        """When the quarantined event arrived first, µs UTC."""
        row = self._connection.execute(
            "SELECT received_at FROM quarantine WHERE id = ?", (number,)
        ).fetchone()
        return int(row[0]) if row else None

    def redriven(self, number: int) -> None:
        """The corrected event has been processed."""
        self._mark(number, REDRIVEN, "")

    def discard(self, number: int, note: str) -> bool:
        """An operator decided that this event is not wanted. False when there is no open one."""
        return self._mark(number, DISCARDED, note)

    def _mark(self, number: int, status: str, note: str) -> bool:
        self._connection.execute(
            "UPDATE quarantine SET status = ?, note = ? WHERE id = ? AND status = ?",
            (status, note, number, OPEN),
        )
        return bool(self._connection.changes())

    def _note_again(self, again: Sequence[Rejection]) -> None:
        self._connection.executemany(
            "INSERT INTO duplicates VALUES (?, ?, ?, ?)",
            [(r.offset, r.index, r.source, id_hash(r.source, r.message_id or "")) for r in again],
        )


_COLUMNS: Final = (
    "id, log_offset, log_index, source, message_id, reason, detail, body, received_at, status, note"
)


class QuarantineReads:
    """Questions about the quarantine, for other processes."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def page(
        self,
        *,
        reason: str | None = None,
        source: int | None = None,
        status: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Quarantined]:
        """Newest first. `before` is the id of the last one of the page before."""
        wanted: Mapping[str, Any] = {
            "reason = ?": reason,
            "source = ?": source,
            "status = ?": status,
            "id < ?": before,
        }
        conditions = [condition for condition, value in wanted.items() if value is not None]
        values = [value for value in wanted.values() if value is not None]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM quarantine{where} ORDER BY id DESC LIMIT ?", (*values, limit)
        )
        return [Quarantined(*row) for row in rows]

    def get(self, number: int) -> Quarantined | None:
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM quarantine WHERE id = ?", (number,)
        ).fetchone()
        return Quarantined(*row) if row else None

    def by_message(self, message_id: str) -> list[Quarantined]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM quarantine WHERE message_id = ? ORDER BY id", (message_id,)
        )
        return [Quarantined(*row) for row in rows]

    def reasons(self, *, status: str | None = OPEN, source: int | None = None) -> dict[str, int]:
        """How many there are for each reason; None does not narrow."""
        rows = self._connection.execute(
            "SELECT reason, count(*) FROM quarantine WHERE (?1 IS NULL OR status = ?1)"
            " AND (?2 IS NULL OR source = ?2) GROUP BY reason ORDER BY count(*) DESC, reason",
            (status, source),
        )
        return dict(rows)
