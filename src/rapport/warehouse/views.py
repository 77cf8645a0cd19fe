"""Typed views in the naming of Segment's warehouses: tracks, pages, ..., one per track event.

Columns are added as properties appear and widen as their values do: a view always fits every value
ever stored, and the JSON that was sent stays beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from rapport.warehouse.naming import columns_for, literal, pointer, quote, snake

# Bounds against event and property names that are made from data (ids, dates): beyond them events
# stay in `tracks` and properties in the JSON.
MAX_EVENT_VIEWS = 1_000
MAX_COLUMNS = 300

_CONTEXT = (
    *("ip", "user_agent", "locale", "timezone"),
    *(f"page_{name}" for name in ("url", "path", "referrer", "search", "title")),
    *(f"campaign_{name}" for name in ("name", "source", "medium", "term", "content")),
    *(f"{thing}_{name}" for thing in ("library", "app", "os") for name in ("name", "version")),
    *("device_id", "device_type", "session_id", "country", "city"),
)
_PLAIN = (
    *("user_id", "anonymous_id", "group_id", "timestamp", "original_timestamp", "sent_at"),
    *("received_at", "source", "brand", "region", "channel"),
)
_BASE = (
    "CASE WHEN i.profile IS NOT NULL THEN 'p_' || i.profile END AS profile_id, e.message_id AS id, "
    + ", ".join(f'e."{name}"' for name in _PLAIN)
    + ", "
    + ", ".join(f'e."{name}" AS context_{name}' for name in _CONTEXT)
)
_RESERVED = (
    *("profile_id", "id", "event", "event_text", "name", "node", "previous_id"),
    *("properties", "traits", "context"),
    *_PLAIN,
    *(f"context_{name}" for name in _CONTEXT),
)
# Grouping tells the optimizer that a node occurs once, so that the join is left out of every query
# that does not use profile_id.
_FROM = "FROM events e LEFT JOIN node_profiles i ON i.node = e.node"

_FIXED = {
    "node_profiles": "SELECT node, max(profile) AS profile FROM identities GROUP BY node",
    # LATERAL, so that asking for one person reads the events of that person: 27 ms instead of 3.6 s
    # of 5 million. The price is that counting all profiles counts their events, too.
    "profiles": (
        "SELECT r.profile_id, r.name, r.known, r.user_id, r.email, r.phone, r.traits,"
        " r.identifiers, r.accounts, r.sources, r.brands, a.first_seen, a.last_seen, a.events"
        " FROM profile_rows r LEFT JOIN LATERAL ("
        "SELECT count(*) AS events, min(e.timestamp) AS first_seen, max(e.timestamp) AS last_seen"
        " FROM identities i JOIN events e ON e.node = i.node WHERE i.profile = r.profile) a ON true"
    ),
    "tracks": (
        f"SELECT {_BASE}, e.event AS event_text, e.properties, e.context {_FROM}"
        " WHERE e.type = 'track'"
    ),
    "aliases": f"SELECT {_BASE}, e.context {_FROM} WHERE e.type = 'alias'",
    "accounts": (
        "SELECT group_id AS id, arg_max(traits, timestamp) AS traits, min(timestamp) AS first_seen,"
        " max(timestamp) AS last_seen FROM events WHERE type = 'group' AND group_id IS NOT NULL"
        " GROUP BY group_id"
    ),
}
_BY_TYPE = {"page": "pages", "screen": "screens", "identify": "identifies", "group": "groups"}
_TABLES = (
    *("events", "identities", "loaded", "sources", "event_properties", "event_volumes"),
    *("dirty_profiles", "profile_rows", "profile_version"),
)
_PRECISE = ("BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP")

Types = Mapping[str, frozenset[str]]


def column_type(kinds: Iterable[str]) -> str:
    """The narrowest SQL type that fits every observed JSON type.

    >>> column_type(["BIGINT", "DOUBLE"]), column_type(["BIGINT", "VARCHAR"]), column_type(["NULL"])
    ('DOUBLE', 'VARCHAR', 'VARCHAR')
    >>> column_type(["OBJECT", "BIGINT"]), column_type(["TIMESTAMP", "NULL"])
    ('JSON', 'TIMESTAMP')
    """
    seen = set(kinds) - {"NULL"}
    if seen & {"OBJECT", "ARRAY"}:
        return "JSON"
    if len(seen) == 1 and (only := next(iter(seen))) in _PRECISE:
        return only
    return "DOUBLE" if seen == {"BIGINT", "DOUBLE"} else "VARCHAR"


def refresh_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every view anew, as after an upgrade."""
    for name, body in _FIXED.items():
        _create(connection, name, body)
    for kind in _BY_TYPE:
        _create_type(connection, kind)
    _create_users(connection)
    seen = connection.execute(
        "SELECT DISTINCT event FROM event_volumes WHERE \"type\" = 'track'"
    ).fetchall()
    _create_events(connection, {snake(str(row[0])) for row in seen})


def refresh(connection: duckdb.DuckDBPyConnection, stale: Iterable[tuple[str, str]]) -> None:
    """Create the views of these (type, event) pairs anew."""
    stale = set(stale)
    for kind in {kind for kind, _ in stale} & set(_BY_TYPE):
        _create_type(connection, kind)
        if kind == "identify":
            _create_users(connection)
    _create_events(connection, {snake(event) for kind, event in stale if kind == "track"})


def event_view_name(event: str) -> str:
    """Name of the view of a track event; "" when nothing of its name can be used.

    >>> event_view_name("Order Completed"), event_view_name("tracks"), event_view_name("…")
    ('order_completed', 'tracks_event', '')
    """
    name = snake(event)
    reserved = {*_FIXED, *_BY_TYPE.values(), *_TABLES, "users"}
    return f"{name}_event" if name in reserved else name


def _create_type(connection: duckdb.DuckDBPyConnection, kind: str) -> None:
    held = "traits" if kind in ("identify", "group") else "properties"
    types = _observed(connection, kind, None)
    name = ", e.event AS name" if kind in ("page", "screen") else ""
    body = (
        f"SELECT {_BASE}{name}{_typed(types, f'e.{held}', _RESERVED)}, e.{held}, e.context {_FROM}"
        f" WHERE e.type = {literal(kind)}"
    )
    _create(connection, _BY_TYPE[kind], body)


def _create_users(connection: duckdb.DuckDBPyConnection) -> None:
    types = _observed(connection, "identify", None)
    reserved = ("id", "profile_id", "traits", "identifiers", "profile_name", "known")
    _create(
        connection,
        "users",
        "SELECT r.profile_id AS id, r.profile_id, r.name AS profile_name, r.known"
        f"{_typed(types, 'r.traits', reserved)}, r.traits, r.identifiers FROM profile_rows r",
    )


def _create_events(connection: duckdb.DuckDBPyConnection, wanted: set[str]) -> None:
    """One view for each snake_case name; events that differ only in spelling share it."""
    rows = connection.execute(
        "SELECT event FROM event_volumes WHERE \"type\" = 'track'"
        " GROUP BY event ORDER BY sum(events) DESC, event LIMIT ?",
        [MAX_EVENT_VIEWS],
    ).fetchall()
    for name in sorted(wanted - {""}):
        spellings = sorted(str(row[0]) for row in rows if snake(str(row[0])) == name)
        if not spellings:
            continue
        types = _observed(connection, "track", spellings)
        names = ", ".join(map(literal, spellings))
        _create(
            connection,
            event_view_name(name),
            f"SELECT {_BASE}, {literal(name)} AS event, e.event AS event_text"
            f"{_typed(types, 'e.properties', _RESERVED)}, e.properties, e.context {_FROM}"
            f" WHERE e.type = 'track' AND e.event IN ({names})",
        )


def _observed(
    connection: duckdb.DuckDBPyConnection, kind: str, events: Sequence[str] | None
) -> Types:
    """Property → JSON types, in the order in which properties were first seen."""
    chosen = "" if events is None else "AND event IN (SELECT unnest(?::VARCHAR[]))"
    rows = connection.execute(
        "SELECT property, list(DISTINCT json_type) FROM event_properties"
        f' WHERE "type" = ? {chosen} GROUP BY property ORDER BY min(rowid) LIMIT ?',
        [kind, *([] if events is None else [list(events)]), MAX_COLUMNS],
    ).fetchall()
    return {str(name): frozenset(kinds) for name, kinds in rows if "\0" not in str(name)}


def _typed(types: Types, held: str, reserved: Iterable[str]) -> str:
    columns = columns_for(types, reserved)
    return "".join(
        f", {_value(held, name, column_type(types[name]))} AS {quote(column)}"
        for name, column in columns.items()
    )


def _value(held: str, name: str, kind: str) -> str:
    path = literal(pointer(name))
    if kind == "JSON":
        return f"json_extract({held}, {path})"
    text = f"json_extract_string({held}, {path})"
    if kind == "TIMESTAMP":  # a plain cast to TIMESTAMP would ignore the offset
        return f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
    return text if kind == "VARCHAR" else f"TRY_CAST({text} AS {kind})"


def _create(connection: duckdb.DuckDBPyConnection, name: str, body: str) -> None:
    connection.execute(f"CREATE OR REPLACE VIEW {quote(name)} AS {body}")
