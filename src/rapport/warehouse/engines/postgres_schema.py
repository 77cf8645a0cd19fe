"""Tables of the warehouse in PostgreSQL, and the statements of one load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from rapport.warehouse.dialects.postgres import PostgresDialect
from rapport.warehouse.engines.sqlviews import views
from rapport.warehouse.incoming import stored_schema
from rapport.warehouse.schema import JSON_COLUMNS, MEMBERSHIPS, PROFILES

_JSON = {*JSON_COLUMNS, "identifiers", "accounts"}
_TYPES = {
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us"): "TIMESTAMP",
    pa.string(): 'TEXT COLLATE "C"',
    pa.list_(pa.string()): 'TEXT[] COLLATE "C"',
}
_LAST = 72_173  # a lock of our own: two processes that start do not both make the tables


def create(cursor: Any) -> None:
    """Tables and views, where they are not there yet."""
    cursor.execute(f"SELECT pg_advisory_xact_lock({_LAST})")
    cursor.fetchall()
    cursor.execute("CREATE SCHEMA IF NOT EXISTS rapport")
    for statement in (
        f"CREATE TABLE IF NOT EXISTS events ({_columns(stored_schema())})",
        *(f"ALTER TABLE events ADD COLUMN IF NOT EXISTS {c}" for c in _nullable()),
        "CREATE INDEX IF NOT EXISTS events_of_node ON events (node, timestamp)",
        "CREATE INDEX IF NOT EXISTS events_of_message ON events (message_id)",
        "CREATE INDEX IF NOT EXISTS events_received ON events USING brin (received_at)",
        "CREATE TABLE IF NOT EXISTS identities (node BIGINT PRIMARY KEY, profile BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS identities_of_profile ON identities (profile)",
        "CREATE TABLE IF NOT EXISTS dirty_profiles (profile BIGINT PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS membership_changes (seq BIGINT NOT NULL, segment TEXT NOT NULL,"
        " profile BIGINT NOT NULL, entered BOOLEAN NOT NULL, at TIMESTAMP NOT NULL, reason JSON,"
        " version INTEGER)",
        "CREATE TABLE IF NOT EXISTS memberships (segment TEXT, profile BIGINT,"
        " since TIMESTAMP NOT NULL, PRIMARY KEY (segment, profile))",
        "CREATE TABLE IF NOT EXISTS account_membership_changes (seq BIGINT NOT NULL,"
        ' segment TEXT NOT NULL, account TEXT COLLATE "C" NOT NULL, entered BOOLEAN NOT NULL,'
        " at TIMESTAMP NOT NULL, reason JSON, version INTEGER)",
        'CREATE TABLE IF NOT EXISTS account_memberships (segment TEXT, account TEXT COLLATE "C",'
        " since TIMESTAMP NOT NULL, PRIMARY KEY (segment, account))",
        "CREATE TABLE IF NOT EXISTS computed_traits (trait TEXT, profile BIGINT, value JSON,"
        " at TIMESTAMP NOT NULL, PRIMARY KEY (trait, profile))",
        "CREATE TABLE IF NOT EXISTS loaded (seq BIGINT NOT NULL, mark TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS profile_version (version TEXT NOT NULL)",
        f"CREATE TABLE IF NOT EXISTS profile_rows ({_columns(PROFILES)}, PRIMARY KEY (profile))",
        "CREATE TABLE IF NOT EXISTS sources (id INTEGER PRIMARY KEY, slug TEXT NOT NULL,"
        " name TEXT, kind TEXT, brand TEXT, region TEXT, party TEXT)",
        *(f"CREATE OR REPLACE VIEW {n} AS {q}" for n, q in views(PostgresDialect()).items()),
    ):
        cursor.execute(statement)


def append_events(cursor: Any, rows: pa.Table) -> None:
    _ingest(cursor, "incoming", rows)
    columns = ", ".join(_taken(field.name) for field in rows.schema)
    cursor.execute(f"INSERT INTO events SELECT {columns} FROM incoming")
    cursor.execute("DROP TABLE incoming")


def apply_identities(cursor: Any, rows: pa.Table) -> None:
    """Set node → profile. Profiles on both sides of a move become dirty."""
    _ingest(cursor, "moved", rows)
    cursor.execute(
        "INSERT INTO dirty_profiles SELECT i.profile FROM identities i JOIN moved m"
        " ON m.node = i.node AND m.profile <> i.profile UNION SELECT profile FROM moved"
        " ON CONFLICT DO NOTHING"
    )
    cursor.execute(
        "INSERT INTO identities SELECT node, profile FROM moved"
        " ON CONFLICT (node) DO UPDATE SET profile = excluded.profile"
        " WHERE identities.profile <> excluded.profile"
    )
    cursor.execute("DROP TABLE moved")


def mark_dirty(cursor: Any, dirty: pa.Table) -> None:
    _ingest(cursor, "fresh", dirty.select(["profile"]))
    cursor.execute(
        "INSERT INTO dirty_profiles SELECT DISTINCT profile FROM fresh ON CONFLICT DO NOTHING"
    )
    cursor.execute("DROP TABLE fresh")


def apply_memberships(cursor: Any, changes: pa.Table, who: str = "profile") -> None:
    """Keep every change, and let `memberships` follow them; `who` is profile or account."""
    kept, held = MEMBERSHIPS[who]
    _ingest(cursor, "changed", changes)
    cursor.execute(
        f"INSERT INTO {kept} SELECT seq, segment, {who}, entered, at, reason::json, version"
        " FROM changed ORDER BY seq"
    )
    cursor.execute(
        f"DELETE FROM {held} m USING changed c WHERE m.segment = c.segment AND m.{who} = c.{who}"
    )
    cursor.execute(
        f"INSERT INTO {held} SELECT segment, {who}, at FROM (SELECT DISTINCT ON"
        f" (segment, {who}) * FROM changed ORDER BY segment, {who}, seq DESC) last WHERE entered"
    )
    cursor.execute("DROP TABLE changed")


def apply_traits(cursor: Any, changes: pa.Table) -> None:
    """Replace values of computed traits; a null ends one."""
    _ingest(cursor, "changed", changes)
    cursor.execute(
        "DELETE FROM computed_traits t USING changed c"
        " WHERE t.trait = c.trait AND t.profile = c.profile"
    )
    cursor.execute(
        "INSERT INTO computed_traits SELECT trait, profile, value::json, at FROM changed"
        " WHERE value IS NOT NULL"
    )
    cursor.execute("DROP TABLE changed")


def replace_profiles(cursor: Any, read: Sequence[int], rows: pa.Table) -> None:
    _ingest(cursor, "done", pa.table({"profile": pa.array(read, pa.int64())}))
    cursor.execute("DELETE FROM profile_rows WHERE profile IN (SELECT profile FROM done)")
    cursor.execute("DELETE FROM dirty_profiles WHERE profile IN (SELECT profile FROM done)")
    if rows.num_rows:
        _ingest(cursor, "incoming", rows)
        columns = ", ".join(_taken(field.name) for field in rows.schema)
        cursor.execute(f"INSERT INTO profile_rows SELECT {columns} FROM incoming")
        cursor.execute("DROP TABLE incoming")
    cursor.execute("DROP TABLE done")


def _ingest(cursor: Any, name: str, rows: pa.Table) -> None:
    cursor.adbc_ingest(name, rows, mode="create", temporary=True)


def _taken(name: str) -> str:
    return f'"{name}"::json' if name in _JSON else f'"{name}"'


def _nullable() -> list[str]:
    """Columns that an older version may not have had."""
    return [_columns(pa.schema([field])) for field in stored_schema() if field.nullable]


def _columns(schema: pa.Schema) -> str:
    parts = []
    for field in schema:
        kind = "JSON" if field.name in _JSON else _TYPES[field.type]
        parts.append(f'"{field.name}" {kind}{"" if field.nullable else " NOT NULL"}')
    return ", ".join(parts)
