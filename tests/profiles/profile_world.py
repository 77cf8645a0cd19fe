"""A state database with a small stand-in for identity, and events in one line each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import apsw
import msgspec

from rapport.clock import FixedClock
from rapport.errors import NotFound
from rapport.events.model import Context, Event
from rapport.ids import parse_profile_id
from rapport.profiles.reads import ProfileReads
from rapport.profiles.rules import SurvivorshipRules
from rapport.profiles.service import Profiles

NOW = 1_800_000_000_000_000
TABLES = (
    "fragments",
    "counters",
    "accounts",
    "account_traits",
    "memberships",
    "pins",
)


_PROFILE = "SELECT profile FROM identifiers WHERE node = ?"


class Source(msgspec.Struct, frozen=True):
    slug: str
    brand: str


SOURCES: Mapping[int, Source] = {
    1: Source("web", "Fitness Forever"),
    2: Source("crm", "Fitness Forever"),
    3: Source("bazaar", "Brands Bazaar"),
}


class Identifier(msgspec.Struct, frozen=True):
    node: int
    type: str
    value: str
    first_seen: int | None
    last_seen: int | None
    count: int
    sources: list[int]
    shared: bool


class StandInIdentity:
    """Keeps the identifiers table by hand, where the identity room would compute it."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        connection.execute(
            "CREATE TABLE identifiers (node INTEGER PRIMARY KEY, type TEXT, value TEXT,"
            " profile INTEGER, UNIQUE (type, value));"
            "CREATE INDEX identifiers_profile ON identifiers (profile)"
        )

    def put(self, node: int, identifier: str, profile: int) -> None:
        kind, _, value = identifier.partition(":")
        self.connection.execute(
            "INSERT OR REPLACE INTO identifiers VALUES (?, ?, ?, ?)",
            (node, kind, value, profile),
        )

    def assign(self, profiles: Mapping[int, int]) -> None:
        """Which node belongs to which profile, from now on."""
        self.connection.executemany(
            "UPDATE identifiers SET profile = ? WHERE node = ?",
            [(profile, node) for node, profile in profiles.items()],
        )

    def resolve(self, text: str) -> int | None:
        if node := parse_profile_id(text):
            return node if self.connection.execute(_PROFILE, (node,)).get else None
        type, _, value = text.partition(":")
        return self.connection.execute(
            "SELECT node FROM identifiers WHERE type = ? AND value = ?", (type, value)
        ).get

    def unseen(self, text: str) -> NotFound:
        return NotFound(f"no profile for {text!r}")

    def profile_named(self, text: str) -> int | None:
        node = self.resolve(text)
        return self.connection.execute(_PROFILE, (node,)).get if node else None

    def nodes_of(self, profile: int) -> Sequence[Identifier]:
        rows = self.connection.execute(
            "SELECT i.node, type, value, min(first_time), max(last_time), ifnull(sum(count), 0),"
            " json_group_array(DISTINCT source) FILTER (WHERE source > 0)"
            " FROM identifiers AS i LEFT JOIN counters AS c ON c.node = i.node WHERE profile = ?"
            " GROUP BY 1 ORDER BY 1",
            (profile,),
        )
        return [Identifier(*row, json.loads(sources), False) for *row, sources in rows]

    def search(self, prefix: str, limit: int) -> Sequence[int]:
        rows = self.connection.execute(
            "SELECT DISTINCT profile FROM identifiers WHERE value >= ? AND value < ? LIMIT ?",
            (prefix, prefix + "\U0010ffff", limit),
        )
        return [row[0] for row in rows]


class World:
    """The profiles room over an empty database."""

    def __init__(self, rules: SurvivorshipRules | None = None) -> None:
        self.connection = apsw.Connection(":memory:")
        self.identity = StandInIdentity(self.connection)
        self.profiles = Profiles(self.connection)
        self.reads = ProfileReads(self.connection, self.identity, SOURCES, rules, FixedClock(NOW))

    def absorb(self, *events: Event) -> set[int]:
        with self.connection:
            return self.profiles.absorb(events)

    def dump(self) -> dict[str, list[Any]]:
        """All rows of the room; event numbers spelled out, since they depend on arrival."""
        rows = {
            table: self.connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES
        }
        names = {
            id: (type, name)
            for id, type, name in self.connection.execute("SELECT * FROM event_names")
        }
        rows["counters"] = sorted((a, b, names[c], *rest) for a, b, c, *rest in rows["counters"])
        return rows


def event(
    node: int,
    *,
    type: str = "track",
    name: str = "",
    source: int = 1,
    at: int = 0,
    message: str = "m",
    traits: Mapping[str, Any] | bytes | None = None,
    group: str | None = None,
) -> Event:
    """One event of a node, `at` µs before or after NOW."""
    body = traits if isinstance(traits, bytes) else msgspec.json.encode(traits) if traits else b""
    return Event(
        offset=1,
        index=0,
        source=source,
        type=type,
        message_id=message,
        event=name,
        user_id=None,
        anonymous_id=None,
        previous_id=None,
        group_id=group,
        timestamp=NOW + at,
        original_timestamp=None,
        sent_at=None,
        received_at=NOW,
        flags=0,
        properties=b"",
        traits=body,
        context=b"",
        ctx=Context(),
        size=0,
        node=node,
    )


def identify(node: int, traits: Mapping[str, Any] | bytes, **more: Any) -> Event:
    return event(node, type="identify", traits=traits, **more)
