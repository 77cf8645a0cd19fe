"""Who was there last, or first: profiles in order of their events.

The table of profiles knows no times, since every event would change them. So the order is worked
out from the events: of the latest weeks first, which hold whoever was active lately, and of all
only when these are too few.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.clock import DAY
from rapport.errors import Malformed
from rapport.warehouse.base import Warehouse
from rapport.warehouse.timeline import instant, micros

SORTS = ("-last_seen", "last_seen", "-first_seen", "first_seen")
_SPANS = (DAY, 30 * DAY, None)
_ALL = "profile_rows r"


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Which profiles, in which order; None does not narrow."""

    known: bool | None = None
    brand: str | None = None
    source: str | None = None
    sort: str = "-last_seen"

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise Malformed(f"cannot sort by {self.sort!r}", hint=f"use {', '.join(SORTS)}")


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended: the instant that it is sorted by in µs UTC, and the profile."""

    at: int
    profile: int

    @classmethod
    def parse(cls, cursor: str) -> Place:
        """Raises `Malformed` for what is no cursor."""
        at, dot, profile = cursor.partition(".")
        try:
            if not dot:
                raise ValueError
            place = cls(int(at), int(profile))
            instant(place.at)
        except (ValueError, OverflowError):
            hint = "pass on `next` of the page before, unchanged"
            raise Malformed("this cursor cannot be used", hint=hint) from None
        return place

    def __str__(self) -> str:
        return f"{self.at}.{self.profile}"


def page(
    warehouse: Warehouse, wanted: People, *, limit: int, cursor: str | None, now: int
) -> tuple[list[int], str | None]:
    """Up to `limit` profiles and the cursor of the next page, None at the end.

    Raises `Malformed` for a cursor that was not given out.
    """
    after = Place.parse(cursor) if cursor else None
    rows: list[dict[str, Any]] = []
    for span in _SPANS if wanted.sort == "-last_seen" else (None,):
        newest = min(after.at, now) if after else now
        since = None if span is None else newest - span
        rows = warehouse.read(*_query(wanted, after, limit + 1, since))
        if len(rows) > limit:
            break
    found = [int(row["profile"]) for row in rows[:limit]]
    if len(rows) <= limit:
        return found, None
    return found, str(Place(micros(rows[limit - 1]["seen"]), found[-1]))


def every(warehouse: Warehouse, wanted: People) -> list[int]:
    """All of them, in order."""
    sql, params = _query(wanted, None, None, None)
    return [
        profile
        for batch in warehouse.stream(sql, params=params)
        for profile in batch.column("profile").to_pylist()
    ]


def count(warehouse: Warehouse, wanted: People) -> int:
    """How many there are, exactly."""
    conditions, params = _narrowed(wanted)
    row = warehouse.read(f"SELECT count(*) AS n FROM {_ALL} WHERE {conditions}", params)[0]
    return int(row["n"])


def _query(
    wanted: People, after: Place | None, limit: int | None, since: int | None
) -> tuple[str, list[Any]]:
    least = "min" if wanted.sort.endswith("first_seen") else "max"
    direction, beyond = ("DESC", "<") if wanted.sort.startswith("-") else ("ASC", ">")
    conditions, params = _narrowed(wanted)
    lower = "" if since is None else 'WHERE "timestamp" >= ?'
    having = "" if after is None else f"HAVING ({least}(n.seen), i.profile) {beyond} (?, ?)"
    return (
        f"SELECT i.profile, {least}(n.seen) AS seen FROM"
        f' (SELECT node, {least}("timestamp") AS seen FROM events {lower} GROUP BY node) n'
        " JOIN identities i ON i.node = n.node"
        f" JOIN {_ALL} ON r.profile = i.profile WHERE {conditions}"
        f" GROUP BY i.profile {having} ORDER BY seen {direction}, i.profile {direction}"
        f"{'' if limit is None else ' LIMIT ?'}",
        [
            *([] if since is None else [instant(since)]),
            *params,
            *([] if after is None else [instant(after.at), after.profile]),
            *([] if limit is None else [limit]),
        ],
    )


def _narrowed(wanted: People) -> tuple[str, list[Any]]:
    chosen = {
        "r.known = ?": wanted.known,
        "list_contains(r.brands, ?)": wanted.brand,
        "list_contains(r.sources, ?)": wanted.source,
    }
    held = {condition: value for condition, value in chosen.items() if value is not None}
    return " AND ".join(held) or "true", list(held.values())
