"""The views of engines other than DuckDB: the same names, without a column for each property.

Properties are read out of the JSON there. Names are left unquoted: none is a keyword anywhere.
"""

from __future__ import annotations

from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import column

_PLAIN = (
    "user_id, e.anonymous_id, e.group_id, e.timestamp, e.original_timestamp, e.sent_at,"
    " e.received_at, e.source, e.brand, e.region, e.channel"
)
_FROM = "FROM events e LEFT JOIN identities i ON i.node = e.node"
_COUNTED = (
    "SELECT i.profile AS profile, count(*) AS events, min(e.timestamp) AS first_seen,"
    " max(e.timestamp) AS last_seen FROM events e JOIN identities i ON i.node = e.node"
    " GROUP BY i.profile"
)
_ROW = (
    "r.profile_id, r.name, r.known, r.user_id, r.email, r.phone, r.traits, r.identifiers,"
    " r.accounts, r.sources, r.brands"
)
_KINDS = {
    "tracks": ("track", "e.event AS event_text, e.properties"),
    "pages": ("page", "e.event AS name, e.properties"),
    "screens": ("screen", "e.event AS name, e.properties"),
    "identifies": ("identify", "e.traits"),
    "groups": ("group", "e.traits"),
    "aliases": ("alias", "e.node"),
}


def views(dialect: Dialect) -> dict[str, str]:
    """Name → query, in an order in which each only needs those before it."""
    number = dialect.cast(column("profile", "i"), "text")
    profile_id = dialect.sql(dialect.concat("p_", number))
    latest = dialect.sql(
        dialect.last_of(column("traits"), column("timestamp"), column("message_id"))
    )
    made = {
        "profiles": (
            f"SELECT {_ROW}, a.first_seen, a.last_seen, coalesce(a.events, 0) AS events"
            f" FROM profile_rows r LEFT JOIN ({_COUNTED}) a ON a.profile = r.profile"
        ),
        "accounts": (
            f"SELECT group_id AS id, {latest} AS traits, min(timestamp) AS first_seen,"
            " max(timestamp) AS last_seen FROM events WHERE type = 'group'"
            " AND group_id IS NOT NULL GROUP BY group_id"
        ),
        "users": (
            "SELECT r.profile_id AS id, r.profile_id, r.name AS profile_name, r.known, r.traits,"
            " r.identifiers FROM profile_rows r"
        ),
        "event_volumes": (
            "SELECT type, coalesce(event, '') AS event, source_id,"
            " CAST(received_at AS DATE) AS day, min(timestamp) AS first_seen,"
            " max(timestamp) AS last_seen, count(*) AS events"
            " FROM events GROUP BY type, coalesce(event, ''), source_id, CAST(received_at AS DATE)"
        ),
    }
    for name, (kind, own) in _KINDS.items():
        made[name] = (
            f"SELECT CASE WHEN i.profile IS NOT NULL THEN {profile_id} END AS profile_id,"
            f" e.message_id AS id, e.{_PLAIN}, {own}, e.context {_FROM} WHERE e.type = '{kind}'"
        )
    return made
