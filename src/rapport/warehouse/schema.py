"""Tables of the embedded warehouse. Instants are TIMESTAMP in UTC.

`source`, `brand` and `region` are filled when rows are loaded; `node` joins `identities`.
Rows lie in order of arrival, so a range of `received_at` reads only the row groups it needs.
The JSON columns are compressed with zstd: a third smaller and faster to write than the default.
"""

from __future__ import annotations

import pyarrow as pa

JSON_COLUMNS = ("properties", "traits", "context", "integrations")
ADDED_COLUMNS = ("integrations",)  # since the first release
SOURCE_COLUMNS = "source_id INTEGER NOT NULL, source VARCHAR, brand VARCHAR, region VARCHAR"

# Of people and of accounts: the table of changes, and the one of those who are in.
MEMBERSHIPS = {
    "profile": ("membership_changes", "memberships"),
    "account": ("account_membership_changes", "account_memberships"),
}

_SQL = {
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.string(): "VARCHAR",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP",
}

PROFILES: pa.Schema = pa.schema(
    [
        pa.field("profile", pa.int64(), nullable=False),
        pa.field("profile_id", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("known", pa.bool_()),
        pa.field("user_id", pa.string()),
        pa.field("email", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("traits", pa.string()),
        pa.field("identifiers", pa.string()),
        pa.field("accounts", pa.string()),
        pa.field("sources", pa.list_(pa.string())),
        pa.field("brands", pa.list_(pa.string())),
    ]
)


def events_ddl(schema: pa.Schema) -> list[str]:
    """CREATE TABLE events for the columns in which events arrive; those that a table made by an
    older version lacks are added to it.
    """
    columns = {field.name: _ddl(field) for field in schema}
    return [
        f"CREATE TABLE IF NOT EXISTS events ({', '.join(columns.values())})",
        *(f"ALTER TABLE events ADD COLUMN IF NOT EXISTS {columns[name]}" for name in ADDED_COLUMNS),
    ]


def _ddl(field: pa.Field) -> str:
    if field.name == "source":
        return SOURCE_COLUMNS
    if field.name in JSON_COLUMNS:
        return f'"{field.name}" JSON USING COMPRESSION zstd'
    return f'"{field.name}" {_SQL[field.type]}{"" if field.nullable else " NOT NULL"}'


TABLES = (
    """CREATE TABLE IF NOT EXISTS membership_changes (
        seq BIGINT NOT NULL, segment VARCHAR NOT NULL, profile BIGINT NOT NULL,
        entered BOOLEAN NOT NULL, "at" TIMESTAMP NOT NULL, reason JSON, version INTEGER)""",
    """CREATE TABLE IF NOT EXISTS memberships (
        segment VARCHAR NOT NULL, profile BIGINT NOT NULL, since TIMESTAMP NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS account_membership_changes (
        seq BIGINT NOT NULL, segment VARCHAR NOT NULL, account VARCHAR NOT NULL,
        entered BOOLEAN NOT NULL, "at" TIMESTAMP NOT NULL, reason JSON, version INTEGER)""",
    """CREATE TABLE IF NOT EXISTS account_memberships (
        segment VARCHAR NOT NULL, account VARCHAR NOT NULL, since TIMESTAMP NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS computed_traits (
        trait VARCHAR NOT NULL, profile BIGINT NOT NULL, value JSON, "at" TIMESTAMP NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS loaded (seq BIGINT NOT NULL)",
    "ALTER TABLE loaded ADD COLUMN IF NOT EXISTS mark VARCHAR",
    "CREATE TABLE IF NOT EXISTS profile_version (version VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS identities (node BIGINT NOT NULL, profile BIGINT NOT NULL)",
    # A profile may be in it several times: to look whether it is costs more than to read it.
    "CREATE TABLE IF NOT EXISTS dirty_profiles (profile BIGINT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS profile_rows (
        profile BIGINT NOT NULL, profile_id VARCHAR NOT NULL, name VARCHAR, known BOOLEAN,
        user_id VARCHAR, email VARCHAR, phone VARCHAR, traits JSON, identifiers JSON,
        accounts JSON, sources VARCHAR[], brands VARCHAR[])""",
    """CREATE TABLE IF NOT EXISTS sources (
        id INTEGER NOT NULL, slug VARCHAR NOT NULL, name VARCHAR, kind VARCHAR, brand VARCHAR,
        region VARCHAR, party VARCHAR)""",
    """CREATE TABLE IF NOT EXISTS event_properties (
        "type" VARCHAR NOT NULL, event VARCHAR NOT NULL, property VARCHAR NOT NULL,
        json_type VARCHAR NOT NULL, first_seen TIMESTAMP, last_seen TIMESTAMP,
        filled BIGINT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS event_volumes (
        "type" VARCHAR NOT NULL, event VARCHAR NOT NULL, source_id INTEGER NOT NULL,
        day DATE NOT NULL, first_seen TIMESTAMP, last_seen TIMESTAMP, events BIGINT NOT NULL)""",
)
