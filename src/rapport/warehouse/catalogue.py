"""What was seen: properties with their JSON types, and volumes, per event. Kept at every load.

The whole chunk is read, never a sample: a typed view must fit every value that was ever stored.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

_ISO = r'^"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?"$'

Pair = tuple[str, str]  # type and event


def record(connection: duckdb.DuckDBPyConnection, chunk: str) -> set[Pair]:
    """Add the rows of the query `chunk` to the catalogue, inside the open transaction.

    Returns the (type, event) pairs that are new or have a property or type of value that is.
    Every statement has a price of its own, some milliseconds, so there are few.
    """
    volumes = connection.sql(_volumes(chunk)).to_arrow_table()
    known = set(connection.execute('SELECT DISTINCT "type", event FROM event_volumes').fetchall())
    days = ("type", "event", "source_id", "day")
    fresh = _add(connection, "event_volumes", volumes, days, "events") - known
    properties = connection.sql(_properties(chunk)).to_arrow_table()
    keys = ("type", "event", "property", "json_type")
    return fresh | _add(connection, "event_properties", properties, keys, "filled")


def _add(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    seen: pa.Table,
    keys: tuple[str, ...],
    total: str,
) -> set[Pair]:
    """Add running totals; returns the (type, event) of the rows that were new."""
    same = " AND ".join(f't."{k}" = s."{k}"' for k in keys)
    named = ", ".join(f't."{k}"' for k in keys)
    connection.register("seen", seen)
    try:
        there = connection.execute(
            f"UPDATE {table} AS t SET {total} = t.{total} + s.{total},"
            " first_seen = least(t.first_seen, s.first_seen),"
            f" last_seen = greatest(t.last_seen, s.last_seen) FROM seen s WHERE {same}"
            f" RETURNING {named}"
        ).fetchall()
        if len(there) == seen.num_rows:
            return set()
        fresh = connection.execute(
            f"INSERT INTO {table} BY NAME SELECT s.* FROM seen s WHERE NOT EXISTS"
            f" (SELECT 1 FROM {table} t WHERE {same})"
            ' RETURNING "type", event'
        ).fetchall()
    finally:
        connection.unregister("seen")
    return {(str(kind), str(event)) for kind, event in fresh}


def _volumes(chunk: str) -> str:
    return f"""
        SELECT "type", coalesce(event, '') AS event, source_id, received_at::DATE AS day,
               min("timestamp") AS first_seen, max("timestamp") AS last_seen, count(*) AS events
        FROM ({chunk}) GROUP BY ALL
    """


def _properties(chunk: str) -> str:
    """Keys, types and values are parallel lists: several times faster than joining json_each(), and
    unlike json_structure(), which ends the whole database, they cope with any depth.
    """
    return f"""
        SELECT "type", event, property,
               CASE
                   WHEN kind = 'VARCHAR' THEN
                       CASE WHEN length(value) < 18 OR NOT regexp_matches(value, '{_ISO}')
                            THEN 'VARCHAR'
                            WHEN TRY_CAST(value[2:-2] AS TIMESTAMPTZ) IS NULL THEN 'VARCHAR'
                            ELSE 'TIMESTAMP' END
                   WHEN kind IN ('UBIGINT', 'BIGINT') THEN
                       CASE WHEN length(value) < 19 OR TRY_CAST(value AS BIGINT) IS NOT NULL
                            THEN 'BIGINT' ELSE 'DOUBLE' END
                   ELSE kind END AS json_type,
               min("timestamp") AS first_seen, max("timestamp") AS last_seen, count(*) AS filled
        FROM (
            SELECT "type", event, "timestamp", unnest(json_keys(named)) AS property,
                   unnest(json_type(named, '$.*')) AS kind,
                   unnest(json_extract(named, '$.*')::VARCHAR[]) AS value
            FROM (
                SELECT "type", "timestamp",
                       CASE WHEN "type" IN ('identify', 'group', 'alias') THEN ''
                            ELSE coalesce(event, '') END AS event,
                       CASE WHEN "type" IN ('identify', 'group') THEN traits
                            ELSE properties END AS named
                FROM ({chunk}))
            WHERE starts_with(named::VARCHAR, '{{'))
        GROUP BY ALL
    """
