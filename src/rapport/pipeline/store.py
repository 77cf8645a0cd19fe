"""The pipeline's own tables: how far it came, what it counted, what waits for the warehouse."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final

import apsw
import msgspec
import pyarrow as pa

from rapport.audiences.changes import Outcome
from rapport.database import migrate
from rapport.events.model import Event
from rapport.events.rows import to_batch, to_bytes
from rapport.events.schema import (
    ACCOUNT_CHANGES,
    DIRTY_PROFILES,
    IDENTITIES,
    MEMBERSHIP_CHANGES,
    TRAIT_CHANGES,
)

STEPS: Final = (
    "CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE ledger (source INTEGER PRIMARY KEY, accepted INTEGER NOT NULL,"
    " stored INTEGER NOT NULL, duplicate INTEGER NOT NULL, filtered INTEGER NOT NULL,"
    " suppressed INTEGER NOT NULL, quarantined INTEGER NOT NULL);"
    "CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    # The payload stands last: SQLite reads a row up to the column it needs, and this one is large.
    " count INTEGER NOT NULL, sources TEXT NOT NULL DEFAULT '{}', payload BLOB NOT NULL);"
    "CREATE TABLE controls (log_offset INTEGER PRIMARY KEY, id TEXT, action TEXT NOT NULL,"
    " status TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL);"
    "CREATE INDEX controls_id ON controls (id)",
)
OFFSET: Final = "log_offset"


class Tally(msgspec.Struct):
    """What became of the events of a step, per source."""

    stored: Counter[int]
    duplicate: Counter[int]
    quarantined: Counter[int]

    @classmethod
    def empty(cls) -> Tally:
        return cls(Counter(), Counter(), Counter())

    def sources(self) -> set[int]:
        return {*self.stored, *self.duplicate, *self.quarantined}


class PipelineStore:
    """Writes inside the transaction that `Pipeline` opens."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        migrate(connection, "pipeline", STEPS)

    def offset(self) -> int:
        """Offset of the last record whose effects are committed, 0 at first."""
        row = self._connection.execute(
            "SELECT value FROM progress WHERE name = ?", (OFFSET,)
        ).fetchone()
        return int(row[0]) if row else 0

    def advance(self, offset: int) -> None:
        self._connection.execute(
            "INSERT INTO progress VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value ="
            " excluded.value",
            (OFFSET, offset),
        )

    def count(self, tally: Tally) -> None:
        for source in sorted(tally.sources()):
            stored, again = tally.stored[source], tally.duplicate[source]
            refused = tally.quarantined[source]
            self._connection.execute(
                "INSERT INTO ledger VALUES (?, ?, ?, ?, 0, 0, ?) ON CONFLICT (source) DO UPDATE SET"
                " accepted = accepted + excluded.accepted, stored = stored + excluded.stored,"
                " duplicate = duplicate + excluded.duplicate,"
                " quarantined = quarantined + excluded.quarantined",
                (source, stored + again + refused, stored, again, refused),
            )

    def hand_over(self, events: Sequence[Event], rows: pa.RecordBatch | None = None) -> None:
        """Rows for the warehouse; made here where they were not made when decoded."""
        if events:
            sources = Counter(event.source for event in events)
            rows = to_batch(events) if rows is None else rows
            self._put("events", len(events), to_bytes(rows), sources)

    def hand_over_identities(self, moved: Mapping[int, int]) -> None:
        """`moved`: node → profile."""
        if moved:
            columns = [pa.array(moved.keys(), pa.int64()), pa.array(moved.values(), pa.int64())]
            table = pa.RecordBatch.from_arrays(columns, schema=IDENTITIES)
            self._put("identities", len(moved), to_bytes(table), {})

    def hand_over_profiles(self, profiles: Iterable[int]) -> None:
        """Profiles whose row in the warehouse is no longer right."""
        dirty = sorted(profiles)
        if dirty:
            table = pa.RecordBatch.from_arrays([pa.array(dirty, pa.int64())], schema=DIRTY_PROFILES)
            self._put("profiles", len(dirty), to_bytes(table), {})

    def hand_over_outcome(self, outcome: Outcome) -> None:
        """Who entered and left segments, and other values of computed traits."""
        if outcome.memberships:
            self._put_rows("memberships", outcome.memberships, MEMBERSHIP_CHANGES)
        if outcome.values:
            self._put_rows("traits", outcome.values, TRAIT_CHANGES)
        if outcome.accounts:
            self._put_rows("account_memberships", outcome.accounts, ACCOUNT_CHANGES)

    def last_handed_over(self) -> int:
        """The number of the last outbox row, 0 before the first."""
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"
        return int(self._connection.execute(query).get or 0)

    def trim(self, applied: int) -> None:
        """Forget what the warehouse has; `applied` is the last seq it stored.

        That row stays: by it the loader sees that warehouse and outbox have one history. A number
        that was never given out here belongs to another history, and nothing is forgotten.
        """
        self._connection.execute(
            "DELETE FROM outbox WHERE seq < ? AND ? <= (SELECT max(seq) FROM outbox)",
            (applied, applied),
        )

    def note_control(
        self, offset: int, control: Mapping[str, object], status: str, detail: str, at: int
    ) -> None:
        self._connection.execute(
            "INSERT INTO controls VALUES (?, ?, ?, ?, ?, ?)",
            (offset, control.get("id"), str(control.get("action", "")), status, detail, at),
        )

    def profiles_of(self, nodes: Collection[int]) -> set[int]:
        """The profiles to which these nodes belong now."""
        if not nodes:
            return set()
        rows = self._connection.execute(
            "SELECT DISTINCT profile FROM identifiers WHERE node IN (SELECT value FROM"
            " json_each(?))",
            (json.dumps(list(nodes)),),
        )
        return {profile for (profile,) in rows}

    def _put_rows(self, kind: str, rows: Sequence[msgspec.Struct], schema: pa.Schema) -> None:
        """`rows` have the columns of the schema as their fields, in order."""
        fields = type(rows[0]).__struct_fields__
        columns = [
            pa.array(list(map(attrgetter(name), rows)), field.type)
            for name, field in zip(fields, schema, strict=True)
        ]
        table = pa.RecordBatch.from_arrays(columns, schema=schema)
        self._put(kind, len(rows), to_bytes(table), {})

    def _put(self, kind: str, count: int, payload: bytes, sources: Mapping[int, int]) -> None:
        self._connection.execute(
            "INSERT INTO outbox (kind, count, payload, sources) VALUES (?, ?, ?, ?)",
            (kind, count, payload, json.dumps(sources)),
        )
