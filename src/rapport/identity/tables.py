"""The tables of identity in state.db, and how a set of nodes stands in one column."""

from __future__ import annotations

import struct
from collections.abc import Sequence

MIGRATIONS = (
    """
    CREATE TABLE identifiers (
        node INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        value TEXT NOT NULL,
        profile INTEGER NOT NULL,
        state INTEGER NOT NULL,
        owner INTEGER NOT NULL DEFAULT 0
    );
    CREATE UNIQUE INDEX identifiers_value ON identifiers (type, value);
    CREATE INDEX identifiers_profile ON identifiers (profile, type);
    CREATE INDEX identifiers_state ON identifiers (state) WHERE state > 0;
    -- One row per set of identifiers that ever came together: sums over events, so that the order
    -- of arrival does not matter and a rule change can work from here instead of from all events.
    CREATE TABLE evidence (
        id INTEGER PRIMARY KEY,
        nodes BLOB NOT NULL UNIQUE,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        count INTEGER NOT NULL,
        source INTEGER NOT NULL,
        message_id TEXT NOT NULL
    );
    -- Only for sets of two and more.
    CREATE TABLE sightings (
        node INTEGER NOT NULL,
        evidence INTEGER NOT NULL,
        PRIMARY KEY (node, evidence)
    ) WITHOUT ROWID;
    CREATE TABLE decisions (
        id TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        action TEXT NOT NULL,
        a TEXT NOT NULL,
        b TEXT NOT NULL,
        decision TEXT NOT NULL,
        author TEXT NOT NULL,
        reason TEXT NOT NULL,
        low INTEGER NOT NULL,
        high INTEGER NOT NULL
    );
    CREATE INDEX decisions_pair ON decisions (low, high);
    CREATE INDEX decisions_target ON decisions (decision) WHERE decision <> '';
    CREATE TABLE links (
        a INTEGER NOT NULL,
        b INTEGER NOT NULL,
        same INTEGER NOT NULL,
        at INTEGER NOT NULL,
        decision TEXT NOT NULL,
        PRIMARY KEY (a, b)
    ) WITHOUT ROWID;
    CREATE INDEX links_b ON links (b);
    CREATE TABLE identity_rules (
        version INTEGER PRIMARY KEY,
        rules TEXT NOT NULL
    );
    """,
    # Who else sent a set of identifiers, once it is more than the one source of the first event.
    """
    CREATE TABLE evidence_sources (
        evidence INTEGER NOT NULL,
        source INTEGER NOT NULL,
        PRIMARY KEY (evidence, source)
    ) WITHOUT ROWID;
    """,
)


def pack(nodes: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(nodes)}q", *nodes)


def unpack(blob: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(blob) // 8}q", blob)
