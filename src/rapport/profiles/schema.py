"""Tables of the profiles room. All aggregates are min, max and sum: arrival order cannot matter."""

from __future__ import annotations

STEPS = (
    """
    CREATE TABLE fragments (
        node INTEGER NOT NULL,
        source INTEGER NOT NULL,
        trait TEXT NOT NULL,
        value_hash INTEGER NOT NULL,
        value TEXT NOT NULL,          -- JSON; null says that the trait was removed
        first_time INTEGER NOT NULL,
        first_message TEXT NOT NULL,
        last_time INTEGER NOT NULL,
        last_message TEXT NOT NULL,
        count INTEGER NOT NULL,
        search TEXT,                  -- the value as a search sees it; NULL when none should
        PRIMARY KEY (node, source, trait, value_hash)
    ) WITHOUT ROWID;
    CREATE INDEX fragments_search ON fragments (search, trait) WHERE search IS NOT NULL;
    CREATE TABLE event_names (
        id INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        name TEXT NOT NULL,
        UNIQUE (type, name)
    );
    CREATE TABLE counters (
        node INTEGER NOT NULL,
        source INTEGER NOT NULL,
        event INTEGER NOT NULL,
        count INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        PRIMARY KEY (node, source, event)
    ) WITHOUT ROWID;
    CREATE TABLE accounts (
        id TEXT PRIMARY KEY,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        count INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE account_traits (
        account TEXT NOT NULL,
        source INTEGER NOT NULL,
        trait TEXT NOT NULL,
        value_hash INTEGER NOT NULL,
        value TEXT NOT NULL,
        first_time INTEGER NOT NULL,
        first_message TEXT NOT NULL,
        last_time INTEGER NOT NULL,
        last_message TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (account, source, trait, value_hash)
    ) WITHOUT ROWID;
    CREATE TABLE memberships (
        account TEXT NOT NULL,
        node INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (account, node)
    ) WITHOUT ROWID;
    CREATE INDEX memberships_node ON memberships (node);
    CREATE TABLE pins (
        id TEXT PRIMARY KEY,          -- of the decision
        type TEXT NOT NULL,
        value TEXT NOT NULL,          -- type and value name an identifier of the person
        trait TEXT NOT NULL,
        pinned TEXT,                  -- JSON; NULL takes an earlier pin back
        at INTEGER NOT NULL,
        by TEXT NOT NULL,
        reason TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX pins_identifier ON pins (type, value);
    """,
)
