"""Finding profiles: page by page, or by the beginning of an identifier or of a trait's value."""

from __future__ import annotations

from collections.abc import Sequence

import apsw
import msgspec

from rapport.profiles.view import DEVICE_TYPES

# One call of `page` looks at no more than this many profile numbers, so that a filter which fits
# hardly anybody answers in bounded time (with fewer rows, and a cursor to go on from).
_WINDOW = 20_000
_WINDOWS = 10

_PAGE = """
    SELECT profile FROM identifiers AS i WHERE profile < ?1 AND profile >= ?2
    GROUP BY profile
    HAVING (?3 IS NULL
            OR max(type NOT IN (SELECT value FROM json_each(?4))) = ?3)
       AND (?5 IS NULL
            OR max(EXISTS (SELECT 1 FROM counters AS c WHERE c.node = i.node
                           AND c.source IN (SELECT value FROM json_each(?5)))))
    ORDER BY profile DESC LIMIT ?6
"""
_BY_TRAIT = """
    SELECT i.profile FROM fragments AS f CROSS JOIN identifiers AS i ON i.node = f.node
    WHERE f.search >= ?1 AND f.search < ?2 AND (?3 IS NULL OR f.trait = ?3)
    ORDER BY f.search LIMIT ?4
"""
_END = "\U0010ffff"


class Filters(msgspec.Struct, frozen=True):
    """What a list is narrowed to; None does not narrow. `sources` are source ids."""

    known: bool | None = None
    sources: Sequence[int] | None = None


def page(
    connection: apsw.Connection, before: int | None, limit: int, filters: Filters
) -> tuple[list[int], int | None]:
    """Up to `limit` profiles, the newest first, and where to go on (None at the end)."""
    top = connection.execute("SELECT max(profile) FROM identifiers").get or 0
    below = top + 1 if before is None else before
    devices = msgspec.json.encode(DEVICE_TYPES).decode()
    only = None if filters.sources is None else msgspec.json.encode(filters.sources).decode()
    found: list[int] = []
    for _ in range(_WINDOWS):
        low = max(0, below - _WINDOW)
        left = limit - len(found)
        rows = connection.execute(_PAGE, (below, low, filters.known, devices, only, left))
        found += [row[0] for row in rows]
        if len(found) >= limit:
            return found, found[-1]
        below = low
        if below == 0:
            return found, None
    return found, below


def by_trait(
    connection: apsw.Connection, beginning: str, limit: int, trait: str | None = None
) -> list[int]:
    """Profiles of which a short text value beginning so was ever said (case ignored)."""
    if not beginning:
        return []
    low = msgspec.json.encode(beginning).decode()[1:-1].casefold()
    rows = connection.execute(_BY_TRAIT, (low, low + _END, trait, limit * 4))
    return list(dict.fromkeys(row[0] for row in rows))[:limit]
