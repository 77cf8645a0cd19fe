"""Tables and views of the warehouse in Spark."""

from __future__ import annotations

import pyarrow as pa

from rapport.events.schema import ACCOUNT_CHANGES, MEMBERSHIP_CHANGES, TRAIT_CHANGES
from rapport.warehouse.dialects.spark import SparkDialect
from rapport.warehouse.engines.sqlviews import views
from rapport.warehouse.incoming import source_rows, stored_schema
from rapport.warehouse.schema import PROFILES

SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.parquet.enableVectorizedReader": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.ui.showConsoleProgress": "false",
}


def _utc(schema: pa.Schema) -> pa.Schema:
    """Instants that say that they are UTC: without it Spark takes them for wall clocks."""
    utc = pa.timestamp("us", tz="UTC")
    return pa.schema([f.with_type(utc) if pa.types.is_timestamp(f.type) else f for f in schema])


_VERSION = pa.field("version", pa.int64())
DIRTY = pa.schema([("profile", pa.int64()), ("dirty", pa.bool_())])
TABLES: dict[str, pa.Schema] = {
    "events": _utc(stored_schema()),
    "identity_log": pa.schema([("node", pa.int64()), ("profile", pa.int64()), _VERSION]),
    "dirty_log": DIRTY.append(_VERSION),
    "profile_log": PROFILES.append(pa.field("gone", pa.bool_())).append(_VERSION),
    "membership_changes": MEMBERSHIP_CHANGES,
    "account_membership_changes": ACCOUNT_CHANGES,
    "trait_log": TRAIT_CHANGES.append(_VERSION),
    "sources": source_rows([]).schema,
    "profile_version": pa.schema([("version", pa.string())]),
}
_TYPES = {
    pa.int64(): "BIGINT",
    pa.int32(): "INT",
    pa.bool_(): "BOOLEAN",
    pa.string(): "STRING",
    pa.list_(pa.string()): "ARRAY<STRING>",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP",
}


def ddl(schema: pa.Schema) -> str:
    """Columns in Spark's words, so that it need not read files to know them."""
    return ", ".join(f"`{field.name}` {_TYPES[field.type]}" for field in schema)


_ROW = ", ".join(PROFILES.names)
_PARTS = ", ".join(f"held.{name}" for name in PROFILES.names)
VIEWS = {
    "identities": (
        "SELECT node, max_by(profile, version) AS profile FROM identity_log GROUP BY node"
    ),
    "dirty_profiles": (
        "SELECT profile FROM dirty_log GROUP BY profile HAVING max_by(dirty, version)"
    ),
    "profile_rows": (
        f"SELECT {_PARTS} FROM (SELECT max_by(struct({_ROW}, gone), version) AS held"
        " FROM profile_log GROUP BY profile) WHERE NOT held.gone"
    ),
    "memberships": (
        "SELECT segment, profile, max_by(at, seq) AS since FROM membership_changes"
        " GROUP BY segment, profile HAVING max_by(entered, seq)"
    ),
    "account_memberships": (
        "SELECT segment, account, max_by(at, seq) AS since FROM account_membership_changes"
        " GROUP BY segment, account HAVING max_by(entered, seq)"
    ),
    "computed_traits": (
        "SELECT trait, profile, held.value, held.at FROM (SELECT trait, profile,"
        " max_by(struct(value, at), version) AS held FROM trait_log GROUP BY trait, profile)"
        " WHERE held.value IS NOT NULL"
    ),
    **views(SparkDialect()),
}
COMPACT = {
    "events": "SELECT * FROM events",
    "membership_changes": "SELECT * FROM membership_changes",
    "account_membership_changes": "SELECT * FROM account_membership_changes",
    "trait_log": (
        "SELECT trait, profile, held.value, held.at, version FROM (SELECT trait, profile,"
        " max(version) AS version, max_by(struct(value, at), version) AS held FROM trait_log"
        " GROUP BY trait, profile)"
    ),
    "identity_log": (
        "SELECT node, max_by(profile, version) AS profile, max(version) AS version"
        " FROM identity_log GROUP BY node"
    ),
    "dirty_log": (
        "SELECT profile, max_by(dirty, version) AS dirty, max(version) AS version"
        " FROM dirty_log GROUP BY profile HAVING max_by(dirty, version)"
    ),
    "profile_log": (
        f"SELECT {_PARTS}, held.gone, version FROM (SELECT max(version) AS version,"
        f" max_by(struct({_ROW}, gone), version) AS held FROM profile_log GROUP BY profile)"
    ),
}
