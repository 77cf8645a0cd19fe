"""Tables of the warehouse in ClickHouse: logs to which rows are added, and views of what counts."""

from __future__ import annotations

import pyarrow as pa

from rapport.events.schema import ACCOUNT_CHANGES, MEMBERSHIP_CHANGES, TRAIT_CHANGES
from rapport.warehouse.dialects.clickhouse import ClickhouseDialect
from rapport.warehouse.engines.sqlviews import views
from rapport.warehouse.incoming import source_rows, stored_schema
from rapport.warehouse.loading import naive_utc
from rapport.warehouse.schema import PROFILES

_TYPES = {
    pa.int64(): "Int64",
    pa.int32(): "Int32",
    pa.bool_(): "Bool",
    pa.timestamp("us"): "DateTime64(6, 'UTC')",
    pa.string(): "String",
}
_LOW = ("type", "event", "source", "brand", "region", "channel")
_BY_LOAD = (
    *("event_rows", "identity_log", "membership_rows", "account_membership_rows"),
    "trait_log",
)
LOADED = (*_BY_LOAD, "dirty_log")
# The column that says which row of a log is the latest, or by which load a row came.
VERSIONS = {
    **dict.fromkeys(_BY_LOAD, "load"),
    **dict.fromkeys(("dirty_log", "profile_log", "source_log", "profile_versions"), "version"),
}
VERSIONED = ("dirty_log", "profile_log", "source_log", "profile_versions")
LOGS = {
    "identity_log": "node",
    "dirty_log": "profile",
    "profile_log": "profile",
    "trait_log": "trait, profile",
}
_SEEN = "load <= (SELECT max(seq) FROM loads)"


def layout() -> str:
    """What makes the table that says which version of tables and views is there."""
    return _table("layout", "digest String", "digest")


def statements() -> list[str]:
    """What makes tables and views, where they are not there yet."""
    events = stored_schema()
    kept = ", ".join(f'"{name}"' for name in events.names)
    names = [field.name for field in PROFILES]
    latest = ", ".join(f'tupleElement(held, {n + 1}) AS "{c}"' for n, c in enumerate(names))
    held = ", ".join(f'"{name}"' for name in names)
    profiles = (
        f"SELECT {latest} FROM (SELECT argMax(tuple({held}, gone), version) AS held"
        f" FROM profile_log GROUP BY profile) WHERE NOT tupleElement(held, {len(names) + 1})"
    )
    made = [
        _table("loads", '"seq" Int64, "mark" String', "seq"),
        _table("event_rows", f"{_columns(events)}, load Int64", "node, timestamp"),
        *(
            f"ALTER TABLE event_rows ADD COLUMN IF NOT EXISTS {_columns(pa.schema([field]))}"
            for field in events
            if field.nullable
        ),
        _table("identity_log", "node Int64, profile Int64, load Int64", "node, load"),
        _table("dirty_log", "profile Int64, dirty Bool, load Int64, version Int64", "profile"),
        _table("profile_log", f"{_columns(PROFILES)}, gone Bool, version Int64", "profile"),
        _table(
            "membership_rows",
            f"{_columns(_stored(MEMBERSHIP_CHANGES))}, load Int64",
            "segment, profile, seq",
        ),
        _table(
            "account_membership_rows",
            f"{_columns(_stored(ACCOUNT_CHANGES))}, load Int64",
            "segment, account, seq",
        ),
        _table("trait_log", f"{_columns(_stored(TRAIT_CHANGES))}, load Int64", "trait, profile"),
        _table("source_log", f"{_columns(source_rows([]).schema)}, version Int64", "version"),
        _table("profile_versions", "rows String, version Int64", "version"),
    ]
    fixed = {
        "events": f"SELECT {kept} FROM event_rows WHERE {_SEEN}",
        "identities": (
            f"SELECT node, argMax(profile, load) AS profile FROM identity_log WHERE {_SEEN}"
            " GROUP BY node"
        ),
        "dirty_profiles": (
            f"SELECT profile FROM dirty_log WHERE {_SEEN} GROUP BY profile"
            " HAVING argMax(dirty, version)"
        ),
        "profile_rows": profiles,
        "membership_changes": (
            f"SELECT {', '.join(MEMBERSHIP_CHANGES.names)} FROM membership_rows WHERE {_SEEN}"
        ),
        "memberships": (
            "SELECT segment, profile, argMax(at, seq) AS since FROM membership_changes"
            " GROUP BY segment, profile HAVING argMax(entered, seq)"
        ),
        "account_membership_changes": (
            f"SELECT {', '.join(ACCOUNT_CHANGES.names)} FROM account_membership_rows WHERE {_SEEN}"
        ),
        "account_memberships": (
            "SELECT segment, account, argMax(at, seq) AS since FROM account_membership_changes"
            " GROUP BY segment, account HAVING argMax(entered, seq)"
        ),
        "computed_traits": (
            "SELECT trait, profile, tupleElement(held, 1) AS value, tupleElement(held, 2) AS at"
            " FROM (SELECT trait, profile, argMax(tuple(value, at), load) AS held FROM trait_log"
            f" WHERE {_SEEN} GROUP BY trait, profile) WHERE value IS NOT NULL"
        ),
        "sources": (
            "SELECT id, slug, name, kind, brand, region, party FROM source_log"
            " WHERE version = (SELECT max(version) FROM source_log) AND id >= 0"
        ),
        "profile_version": (
            "SELECT rows AS version FROM profile_versions ORDER BY version DESC LIMIT 1"
        ),
        "loaded": "SELECT seq, mark FROM loads ORDER BY seq DESC LIMIT 1",
        **views(ClickhouseDialect()),
    }
    return made + [f"CREATE OR REPLACE VIEW {name} AS {query}" for name, query in fixed.items()]


def rewritten(log: str, keys: str) -> list[str]:
    """Statements that leave only the latest row of each key in a log."""
    version = VERSIONS[log]
    return [
        f"DROP TABLE IF EXISTS {log}_new",
        f"CREATE TABLE {log}_new AS {log}",
        f"INSERT INTO {log}_new SELECT * FROM {log} ORDER BY {keys}, {version} DESC LIMIT 1 BY"
        f" {keys}",
        f"EXCHANGE TABLES {log} AND {log}_new",
        f"DROP TABLE {log}_new",
    ]


def with_load(rows: pa.Table, load: int) -> pa.Table:
    return rows.append_column("load", pa.array([load] * rows.num_rows, pa.int64()))


def without_null_lists(rows: pa.Table) -> pa.Table:
    """ClickHouse has no array that is NULL: none is an empty one."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            values = [value or [] for value in rows.column(place).to_pylist()]
            rows = rows.set_column(place, field.name, pa.array(values, field.type))
    return rows


def _stored(schema: pa.Schema) -> pa.Schema:
    return naive_utc(schema.empty_table()).schema


def _table(name: str, columns: str, order: str) -> str:
    return f"CREATE TABLE IF NOT EXISTS {name} ({columns}) ENGINE = MergeTree ORDER BY ({order})"


def _columns(schema: pa.Schema) -> str:
    parts = []
    for field in schema:
        if pa.types.is_list(field.type):
            kind = "Array(String)"
        else:
            kind = _TYPES[field.type]
            kind = f"Nullable({kind})" if field.nullable else kind
            kind = f"LowCardinality({kind})" if field.name in _LOW else kind
        parts.append(f'"{field.name}" {kind}')
    return ", ".join(parts)
