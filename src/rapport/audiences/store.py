"""The tables of this room in state.db. Everything runs inside the transaction of the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, Final

import apsw
import msgspec

from rapport.audiences.behaviours import Behaviour
from rapport.audiences.matching import Key
from rapport.audiences.remembered import Row, Totals

STEPS: Final = (
    """
    CREATE TABLE definitions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,           -- segment or trait
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,           -- JSON, as it was defined
        status TEXT NOT NULL,         -- filling, sweeping, live, replaced, retiring, retired
        swept INTEGER NOT NULL,       -- while sweeping or retiring: profiles up to this one
        by TEXT NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (kind, key, version)
    );
    CREATE TABLE behaviours (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        digest TEXT NOT NULL UNIQUE,
        since INTEGER NOT NULL,       -- events of later log offsets were collected as they came
        outbox INTEGER NOT NULL,      -- the outbox row by which the warehouse has all earlier ones
        filled INTEGER NOT NULL,      -- earlier events of nodes up to this one were added
        complete INTEGER NOT NULL
    );
    CREATE TABLE behaviour_totals (
        node INTEGER NOT NULL,
        behaviour INTEGER NOT NULL,
        totals TEXT NOT NULL,         -- JSON of remembered.Totals
        PRIMARY KEY (node, behaviour)
    ) WITHOUT ROWID;
    CREATE TABLE behaviour_rows (
        node INTEGER NOT NULL,
        behaviour INTEGER NOT NULL,
        ts INTEGER NOT NULL,
        message_id TEXT NOT NULL,
        source TEXT NOT NULL,
        kept TEXT,                    -- JSON of remembered.Kept
        PRIMARY KEY (node, behaviour, ts, message_id, source)
    ) WITHOUT ROWID;
    CREATE TABLE segment_members (
        profile INTEGER NOT NULL,
        segment TEXT NOT NULL,
        since INTEGER NOT NULL,
        PRIMARY KEY (profile, segment)
    ) WITHOUT ROWID;
    CREATE INDEX segment_members_segment ON segment_members (segment, profile);
    CREATE TABLE membership_changes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        segment TEXT NOT NULL,
        profile INTEGER NOT NULL,
        entered INTEGER NOT NULL,
        at INTEGER NOT NULL,
        reason TEXT NOT NULL,         -- JSON of changes.Reason
        version INTEGER NOT NULL
    );
    CREATE INDEX membership_changes_segment ON membership_changes (segment, seq);
    CREATE INDEX membership_changes_profile ON membership_changes (profile, seq);
    CREATE TABLE trait_values (
        profile INTEGER NOT NULL,
        trait TEXT NOT NULL,
        value TEXT NOT NULL,          -- JSON
        at INTEGER NOT NULL,
        PRIMARY KEY (profile, trait)
    ) WITHOUT ROWID;
    CREATE INDEX trait_values_trait ON trait_values (trait, profile);
    CREATE TABLE audience_timers (
        profile INTEGER NOT NULL,
        definition INTEGER NOT NULL,
        due INTEGER NOT NULL,
        PRIMARY KEY (profile, definition)
    ) WITHOUT ROWID;
    CREATE INDEX audience_timers_due ON audience_timers (due);
    CREATE TABLE audience_marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE audience_dirty (
        profile INTEGER NOT NULL,
        definition INTEGER NOT NULL,
        reason TEXT NOT NULL,         -- JSON of changes.Reason
        PRIMARY KEY (profile, definition)
    ) WITHOUT ROWID;
    """,
)
_to_json: Final = msgspec.json.Encoder().encode
_to_totals: Final = msgspec.json.Decoder(Totals).decode
_INSERT_ROWS: Final = "INSERT OR IGNORE INTO behaviour_rows VALUES (?, ?, ?, ?, ?, ?)"
_PUT_TOTALS: Final = (
    "INSERT INTO behaviour_totals VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET totals = excluded.totals"
)


def remember(
    connection: apsw.Connection,
    rows: Iterable[Sequence[Any]],
    totals: Mapping[Key, tuple[Behaviour, Totals]],
) -> None:
    """Add what was collected of some events to what is remembered of their nodes."""
    connection.executemany(_INSERT_ROWS, rows)
    written = []
    for (node, number), (behaviour, added) in sorted(totals.items(), key=lambda one: one[0]):
        known = next(_totals(connection, node, number), None)
        if known is not None:
            known.merge(added, behaviour)
        written.append((node, number, _to_json(known or added).decode()))
    connection.executemany(_PUT_TOTALS, written)


def remember_past(
    connection: apsw.Connection,
    rows: Iterable[Sequence[Any]],
    totals: Sequence[tuple[int, int, str]],
    behaviours: Mapping[int, Behaviour],
) -> None:
    """As `remember`, for many nodes in order, of which few are known already."""
    connection.executemany(_INSERT_ROWS, rows)
    if not totals:
        return
    between = (totals[0][0], totals[-1][0])
    found: list[Any] = connection.execute(
        "SELECT node, behaviour, totals FROM behaviour_totals WHERE node BETWEEN ? AND ?", between
    ).fetchall()
    known = {(node, number): text for node, number, text in found}
    written = []
    for node, number, text in totals:
        if before := known.get((node, number)):
            both = _to_totals(before)
            both.merge(_to_totals(text), behaviours[number])
            text = _to_json(both).decode()
        written.append((node, number, text))
    connection.executemany(_PUT_TOTALS, written)


class Remembered:
    """What the tables hold of some nodes: a `stream.Memory`. Read in one go when it is asked: a
    person is mostly asked about by several definitions."""

    def __init__(self, connection: apsw.Connection, nodes: Sequence[int]) -> None:
        self._connection = connection
        self._nodes = nodes

    def times(self, number: int) -> Sequence[int]:
        found = [row[0] for row in self._rows.get(number, ())]
        return found if len(self._nodes) == 1 else sorted(found)

    def rows(self, number: int) -> Sequence[Row]:
        return self._rows.get(number, ())

    def totals(self, number: int) -> Sequence[Totals]:
        return [_to_totals(text) for text in self._texts.get(number, ())]

    @cached_property
    def _rows(self) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {}
        for node in self._nodes:
            for number, *row in self._connection.execute(
                "SELECT behaviour, ts, message_id, source, kept FROM behaviour_rows WHERE node = ?",
                (node,),
            ):
                found.setdefault(number, []).append(tuple(row))
        return found

    @cached_property
    def _texts(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for node in self._nodes:
            for number, text in self._connection.execute(
                "SELECT behaviour, totals FROM behaviour_totals WHERE node = ?", (node,)
            ):
                found.setdefault(number, []).append(text)
        return found


def forget(
    connection: apsw.Connection, after: int, to: int, horizons: Mapping[int, int], now: int
) -> None:
    """Drop rows of the nodes between that can matter no more: those behind the horizon of their
    behaviour (0 is none), and everything of behaviours that are not in `horizons`."""
    known = _to_json([*horizons]).decode()
    for table in ("behaviour_rows", "behaviour_totals"):
        connection.execute(
            f"DELETE FROM {table} WHERE node > ? AND node <= ?"
            " AND behaviour NOT IN (SELECT value FROM json_each(?))",
            (after, to, known),
        )
    bounded = {str(number): now - horizon for number, horizon in horizons.items() if horizon}
    if bounded:
        connection.execute(
            "DELETE FROM behaviour_rows WHERE node > ? AND node <= ?"
            " AND ts <= (SELECT value FROM json_each(?) WHERE key = CAST(behaviour AS TEXT))",
            (after, to, _to_json(bounded).decode()),
        )


def nodes_of(connection: apsw.Connection, profile: int) -> list[int]:
    rows = connection.execute("SELECT node FROM identifiers WHERE profile = ?", (profile,))
    return [node for (node,) in rows]


def has_events(connection: apsw.Connection, nodes: Iterable[int]) -> bool:
    return any(
        connection.execute("SELECT 1 FROM counters WHERE node = ? LIMIT 1", (node,)).fetchone()
        for node in nodes
    )


def profiles_of(connection: apsw.Connection, nodes: Iterable[int]) -> dict[int, int]:
    """Node → profile."""
    rows = connection.execute(
        "SELECT node, profile FROM identifiers WHERE node IN (SELECT value FROM json_each(?))",
        (_to_json([*nodes]).decode(),),
    )
    return dict(rows)


def by_profile(rows: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, list[Any]]]:
    """Of rows in order of their profiles."""
    for profile, group in groupby(rows, key=lambda row: row[0]):
        yield profile, [row[1] for row in group]


def _totals(connection: apsw.Connection, node: int, number: int) -> Iterator[Totals]:
    rows = connection.execute(
        "SELECT totals FROM behaviour_totals WHERE node = ? AND behaviour = ?", (node, number)
    )
    for (text,) in rows:
        yield _to_totals(text)
