"""Lists of people. The warehouse knows their order; a search asks the profiles themselves.

So a search finds whoever was identified a moment ago, and the list of all follows within the two
seconds that loading takes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from rapport.clock import to_iso
from rapport.profiles.reads import MOST_FOUND
from rapport.profiles.search import Seen
from rapport.server.rooms import Rooms
from rapport.warehouse import people
from rapport.warehouse.export import cell
from rapport.warehouse.people import People, Place

_CHUNK = 500
_COLUMNS = (
    *("id", "name", "known", "user_id", "email", "phone", "first_seen", "last_seen", "events"),
    *("brands", "sources", "accounts", "identifiers", "traits"),
)
_JSON = ("accounts", "identifiers", "traits")


class Found(msgspec.Struct, frozen=True):
    """One page of profiles by number; `count` is exact unless a search found too many."""

    profiles: Sequence[int]
    next: str | None
    count: int
    exact: bool


async def page(rooms: Rooms, q: str, wanted: People, limit: int, cursor: str | None) -> Found:
    """Raises `Malformed` for a cursor that was not given out."""
    if q.strip():
        return _cut(await _search(rooms, q, wanted), wanted, limit, cursor)

    def ask() -> Found:
        count = people.count(rooms.warehouse, wanted)
        if count == 0:  # cheap to know, while looking for nobody reads all events
            return Found((), None, 0, True)
        now = rooms.clock.now()
        found, after = people.page(rooms.warehouse, wanted, limit=limit, cursor=cursor, now=now)
        return Found(found, after, count, True)

    return await rooms.asking(ask)


async def every(rooms: Rooms, q: str, wanted: People) -> list[int]:
    """All that fit, in order; of a search, what it finds at most."""
    if q.strip():
        found = await _search(rooms, q, wanted)
        return [one.profile for one in _ordered(found, wanted)]
    return await rooms.asking(lambda: people.every(rooms.warehouse, wanted))


async def written(rooms: Rooms, profiles: Sequence[int], format: str) -> AsyncIterator[bytes]:
    """The text of a file with these profiles: `csv`, or `json` (one array)."""
    yield _csv([_COLUMNS]) if format == "csv" else b"["
    encode, before = (_csv_rows, b"") if format == "csv" else (_json_rows, b"\n")
    for start in range(0, len(profiles), _CHUNK):
        rows = await _rows(rooms, profiles[start : start + _CHUNK])
        if rows:
            yield before + encode(rows)
            before = b"" if format == "csv" else b",\n"
    if format != "csv":
        yield b"\n]\n"


async def _search(rooms: Rooms, q: str, wanted: People) -> list[Seen]:
    return await rooms.reading(
        lambda reads: reads.profiles.search(
            q, known=wanted.known, brand=wanted.brand, source=wanted.source
        )
    )


def _cut(found: list[Seen], wanted: People, limit: int, cursor: str | None) -> Found:
    when, after = _when(wanted), Place.parse(cursor) if cursor else None
    ordered = _ordered(found, wanted)
    if after is not None:
        end, down = (after.at, after.profile), wanted.sort.startswith("-")
        places = [(when(one), one.profile) for one in ordered]
        ordered = ordered[sum(place >= end if down else place <= end for place in places) :]
    shown = ordered[:limit]
    more = len(ordered) > limit
    next = str(Place(when(shown[-1]), shown[-1].profile)) if more else None
    return Found([one.profile for one in shown], next, len(found), len(found) < MOST_FOUND)


def _ordered(found: list[Seen], wanted: People) -> list[Seen]:
    when, down = _when(wanted), wanted.sort.startswith("-")
    return sorted(found, key=lambda one: (when(one), one.profile), reverse=down)


def _when(wanted: People) -> Callable[[Seen], int]:
    return attrgetter(wanted.sort.removeprefix("-"))


async def _rows(rooms: Rooms, profiles: Sequence[int]) -> list[dict[str, Any]]:
    found = await rooms.studying(lambda reads: list(reads.profiles.many(profiles)))
    return [_shaped(row) for row in found]


def _shaped(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: to_iso(row[name]) for name in ("first_seen", "last_seen")}
    texts = {name: msgspec.Raw(row[name].encode()) for name in _JSON}
    whole = row | times | texts | {"id": row["profile_id"]}
    return {name: whole[name] for name in _COLUMNS}


def _json_rows(rows: Sequence[dict[str, Any]]) -> bytes:
    return b",\n".join(msgspec.json.encode(row) for row in rows)


def _csv_rows(rows: Sequence[dict[str, Any]]) -> bytes:
    return _csv([[_flat(row[name]) for name in _COLUMNS] for row in rows])


def _flat(value: Any) -> Any:
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else value


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[cell(value) for value in row] for row in rows])
    return text.getvalue().encode()
