"""Finding profiles by the beginning of an identifier or of a trait's value, and their order."""

from __future__ import annotations

from collections.abc import Sequence

import apsw
import msgspec

from rapport.profiles.parts import numbers
from rapport.profiles.view import DEVICE_TYPES

_BY_TRAIT = """
    SELECT i.profile FROM fragments AS f CROSS JOIN identifiers AS i ON i.node = f.node
    WHERE f.search >= ?1 AND f.search < ?2 AND (?3 IS NULL OR f.trait = ?3)
    ORDER BY f.search LIMIT ?4
"""
_SEEN = """
    SELECT i.profile, min(c.first_time) AS first_seen, max(c.last_time) AS last_seen
    FROM carray(?1) AS p CROSS JOIN identifiers AS i ON i.profile = p.value
    LEFT JOIN counters AS c ON c.node = i.node
    GROUP BY i.profile
    HAVING last_seen IS NOT NULL
       AND (?2 IS NULL OR max(i.type NOT IN (SELECT value FROM json_each(?3))) = ?2)
       AND (?4 IS NULL OR max(c.source IN (SELECT value FROM json_each(?4))))
"""
_END = "\U0010ffff"


class Filters(msgspec.Struct, frozen=True):
    """What a search is narrowed to; None does not narrow. `sources` are source ids."""

    known: bool | None = None
    sources: Sequence[int] | None = None


class Seen(msgspec.Struct, frozen=True):
    """When a profile was seen, µs UTC."""

    profile: int
    first_seen: int
    last_seen: int


def seen(connection: apsw.Connection, profiles: Sequence[int], filters: Filters) -> list[Seen]:
    """Those of `profiles` that pass and of which anything was sent."""
    devices = msgspec.json.encode(DEVICE_TYPES).decode()
    only = None if filters.sources is None else msgspec.json.encode(filters.sources).decode()
    rows = connection.execute(_SEEN, (numbers(profiles), filters.known, devices, only))
    return [Seen(*row) for row in rows]


def by_trait(
    connection: apsw.Connection, beginning: str, limit: int, trait: str | None = None
) -> list[int]:
    """Profiles of which a short text value beginning so was ever said (case ignored)."""
    if not beginning:
        return []
    low = msgspec.json.encode(beginning).decode()[1:-1].casefold()
    rows = connection.execute(_BY_TRAIT, (low, low + _END, trait, limit * 4))
    return list(dict.fromkeys(row[0] for row in rows))[:limit]
