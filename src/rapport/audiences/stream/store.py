"""The tables of this room in state.db. Everything runs inside the transaction of the pipeline."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import apsw
import msgspec

from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.remembered import Totals

STEPS: Final = (
    """
    CREATE TABLE definitions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,           -- segment or trait
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,           -- JSON, as it was defined
        status TEXT NOT NULL,         -- filling, sweeping, live, replaced, retiring, retired
        swept INTEGER NOT NULL,       -- everybody was looked at whose last node is this at most
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
    """
    CREATE TABLE node_totals (
        node INTEGER PRIMARY KEY,
        totals TEXT NOT NULL          -- JSON of remembered.Totals by the number of the behaviour
    );
    INSERT INTO node_totals SELECT node, json_group_object(behaviour, json(totals))
        FROM behaviour_totals GROUP BY node;
    DROP TABLE behaviour_totals;
    ALTER TABLE node_totals RENAME TO behaviour_totals;
    """,
)
_to_json: Final = msgspec.json.Encoder().encode
to_totals: Final = msgspec.json.Decoder(dict[int, Totals]).decode
INSERT_ROWS: Final = "INSERT OR IGNORE INTO behaviour_rows VALUES (?, ?, ?, ?, ?, ?)"
PUT_TOTALS: Final = (
    "INSERT INTO behaviour_totals VALUES (?, ?) ON CONFLICT DO UPDATE SET totals = excluded.totals"
)


def remember_rows(connection: apsw.Connection, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows of the past, in order."""
    connection.executemany(INSERT_ROWS, rows)


def remember_totals(
    connection: apsw.Connection,
    after: int,
    to: int,
    totals: Sequence[tuple[int, str]],
    behaviours: Mapping[int, Behaviour],
    filled: Collection[int],
) -> set[int]:
    """Add totals of the past of the nodes between, in order: JSON as the table has it, of the
    behaviours `filled`. What comes back are nodes of which such totals were known already."""
    found: Any = connection.execute(
        "SELECT node, totals FROM behaviour_totals WHERE node > ? AND node <= ?", (after, to)
    )
    known: dict[int, str] = dict(found)
    speaks = _speaks_of(filled)
    heard = {node for node, text in known.items() if speaks(text)}
    written = [
        (
            node,
            _both(known[node], text, behaviours)
            if node in heard
            else spliced(known.get(node, "{}"), text),
        )
        for node, text in totals
    ]
    connection.executemany(PUT_TOTALS, written)
    return heard


def spliced(one: str, other: str) -> str:
    """Totals of two texts that speak of different behaviours."""
    if one == "{}" or other == "{}":
        return other if one == "{}" else one
    return f"{one[:-1]},{other[1:]}"


def _speaks_of(numbers: Collection[int]) -> Callable[[str], Any]:
    """Whether totals are of one of these behaviours; or have a text that looks like it."""
    return re.compile(f'"(?:{"|".join(map(str, numbers))})":').search


def _both(before: str, text: str, behaviours: Mapping[int, Behaviour]) -> str:
    held = to_totals(before)
    for number, added in to_totals(text).items():
        if number in held:
            held[number].merge(added, behaviours[number])
        else:
            held[number] = added
    return _to_json(held).decode()


def end_of_slice(connection: apsw.Connection, after: int, most: int) -> int:
    """Up to which node there are so many; of accounts, so many that have rows."""
    if after >= 0:
        return after + most
    found = connection.execute(
        "SELECT max(node) FROM (SELECT DISTINCT node FROM behaviour_rows"
        " WHERE node > ? AND node < 0 ORDER BY node LIMIT ?)",
        (after, most),
    ).get
    return 0 if found is None else int(found)


def forget(
    connection: apsw.Connection, after: int, to: int, horizons: Mapping[int, int], now: int
) -> None:
    """Drop rows of the nodes between that can matter no more: those behind the horizon of their
    behaviour (0 is none), and everything of behaviours that are not in `horizons`."""
    between = (after, to, _to_json([*horizons]).decode())
    connection.execute(
        "DELETE FROM behaviour_rows WHERE node > ? AND node <= ?"
        " AND behaviour NOT IN (SELECT value FROM json_each(?))",
        between,
    )
    connection.execute(
        "UPDATE behaviour_totals SET totals = (SELECT json_group_object(key, json(value))"
        " FROM json_each(totals) WHERE CAST(key AS INTEGER) IN (SELECT value FROM json_each(?3)))"
        " WHERE node > ?1 AND node <= ?2 AND EXISTS (SELECT 1 FROM json_each(totals)"
        " WHERE CAST(key AS INTEGER) NOT IN (SELECT value FROM json_each(?3)))",
        between,
    )
    connection.execute(
        "DELETE FROM behaviour_totals WHERE node > ? AND node <= ? AND totals = '{}'", between[:2]
    )
    bounded = {str(number): now - horizon for number, horizon in horizons.items() if horizon}
    if bounded:
        connection.execute(
            "DELETE FROM behaviour_rows WHERE node > ? AND node <= ?"
            " AND ts <= (SELECT value FROM json_each(?) WHERE key = CAST(behaviour AS TEXT))",
            (after, to, _to_json(bounded).decode()),
        )


def profiles_of(connection: apsw.Connection, nodes: Iterable[int]) -> dict[int, int]:
    """Node → profile."""
    rows = connection.execute(
        "SELECT node, profile FROM identifiers WHERE node IN (SELECT value FROM json_each(?))",
        (_to_json([*nodes]).decode(),),
    )
    return dict(rows)
