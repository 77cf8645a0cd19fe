"""What was seen: properties with their JSON types, and volumes, per event. Kept at every load.

The whole chunk is read, never a sample: a typed view must fit every value that was ever stored.
"""

from __future__ import annotations

import duckdb

_ISO = r'^"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?"$'

# Keys, types and values are parallel lists: several times faster than joining json_each(), and
# unlike json_structure(), which ends the whole database, they cope with any depth.
_PROPERTIES = f"""
CREATE OR REPLACE TEMP TABLE seen_properties AS
SELECT "type", event, property,
       CASE
           WHEN kind = 'VARCHAR' THEN
               CASE WHEN length(value) < 18 OR NOT regexp_matches(value, '{_ISO}') THEN 'VARCHAR'
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
               CASE WHEN "type" IN ('identify', 'group') THEN traits ELSE properties END AS named
        FROM chunk)
    WHERE starts_with(named::VARCHAR, '{{'))
GROUP BY ALL
"""

_VOLUMES = """
CREATE OR REPLACE TEMP TABLE seen_volumes AS
SELECT "type", coalesce(event, '') AS event, source_id, received_at::DATE AS day,
       min("timestamp") AS first_seen, max("timestamp") AS last_seen, count(*) AS events
FROM chunk GROUP BY ALL
"""


_UNKNOWN = """
SELECT DISTINCT s."type", s.event FROM seen_volumes s WHERE NOT EXISTS (
    SELECT 1 FROM event_volumes t WHERE t."type" = s."type" AND t.event = s.event)
"""


def record(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Add the temp table `chunk` to the catalogue, inside the open transaction.

    Returns the (type, event) pairs that are new or have a property or type of value that is.
    """
    connection.execute(_PROPERTIES)
    connection.execute(_VOLUMES)
    unknown = connection.execute(_UNKNOWN).fetchall()
    days = ("type", "event", "source_id", "day")
    _add(connection, "event_volumes", "seen_volumes", days, "events")
    keys = ("type", "event", "property", "json_type")
    fresh = _add(connection, "event_properties", "seen_properties", keys, "filled")
    return fresh | {(str(kind), str(event)) for kind, event in unknown}


def _add(
    connection: duckdb.DuckDBPyConnection, table: str, seen: str, keys: tuple[str, ...], total: str
) -> set[tuple[str, str]]:
    """Add running totals; returns the (type, event) of the rows that were new."""
    same = " AND ".join(f't."{k}" = s."{k}"' for k in keys)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh_rows AS SELECT s.* FROM {seen} s"
        f" WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE {same})"
    )
    connection.execute(
        f"UPDATE {table} AS t SET {total} = t.{total} + s.{total},"
        " first_seen = least(t.first_seen, s.first_seen),"
        f" last_seen = greatest(t.last_seen, s.last_seen) FROM {seen} s WHERE {same}"
    )
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM fresh_rows")
    fresh = connection.execute('SELECT DISTINCT "type", event FROM fresh_rows').fetchall()
    return {(str(kind), str(event)) for kind, event in fresh}
