"""A small identity in memory, events in one line, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import msgspec

from rapport.events.model import Context, Event
from rapport.identity.model import Changes, Decision
from rapport.identity.reads import IdentityReads
from rapport.identity.rules import Rules
from rapport.identity.service import Identity

Parts = frozenset[frozenset[str]]


def event(
    number: int = 0,
    *,
    at: int | None = None,
    type: str = "track",
    user: str | None = None,
    anon: str | None = None,
    previous: str | None = None,
    properties: dict[str, Any] | None = None,
    traits: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    ids: Sequence[str] = (),
    source: int = 1,
    event: str = "Seen",
) -> Event:
    """`ids` are "type:value" texts; user_id and anonymous_id go where an SDK puts them."""
    external = []
    for text in ids:
        kind, _, value = text.partition(":")
        if kind == "user_id" and user is None:
            user = value
        elif kind == "anonymous_id" and anon is None:
            anon = value
        else:
            external.append({"id": value, "type": kind, "collection": "users"})
    raw = dict(context or {})
    if external:
        raw["externalIds"] = external
    return Event(
        offset=number,
        index=0,
        source=source,
        type=type,
        message_id=f"m{number}",
        event=event,
        user_id=user,
        anonymous_id=anon,
        previous_id=previous,
        group_id=None,
        timestamp=number if at is None else at,
        original_timestamp=None,
        sent_at=None,
        received_at=number,
        flags=0,
        properties=msgspec.json.encode(properties) if properties is not None else b"",
        traits=msgspec.json.encode(traits) if traits is not None else b"",
        context=b"",
        ctx=msgspec.convert(raw, Context),
        size=100,
    )


class World:
    def __init__(self, rules: Rules | None = None) -> None:
        self.sql = apsw.Connection(":memory:")
        self.identity = Identity(self.sql, rules)
        self.reads = IdentityReads(self.sql)
        self.mapping: dict[int, int] = {}  # what a reader of `moved` alone would believe

    def send(self, *events: Event) -> Changes:
        with self.sql:
            return self._note(self.identity.assign(events))

    def decide(self, *decisions: Decision) -> None:
        for decision in decisions:
            with self.sql:
                self._note(self.identity.decide(decision))

    def set_rules(self, rules: Rules) -> Changes:
        with self.sql:
            return self._note(self.identity.set_rules(rules))

    def _note(self, changes: Changes) -> Changes:
        self.mapping.update(changes.moved)
        return changes

    def parts(self) -> Parts:
        """The partition, as labels; checks on the way that all three views of it agree."""
        groups: dict[int, set[str]] = {}
        smallest: dict[int, int] = {}
        for node, label, profile in self.sql.execute(
            "SELECT node, type || ':' || value, profile FROM identifiers ORDER BY node"
        ):
            groups.setdefault(profile, set()).add(label)
            assert smallest.setdefault(profile, node) == profile, "profile = smallest node"
            assert self.mapping[node] == profile, "`moved` tells all"
        return frozenset(frozenset(g) for g in groups.values())

    def states(self) -> dict[str, int]:
        return dict(self.sql.execute("SELECT type || ':' || value, state FROM identifiers"))

    def refused(self) -> set[tuple[str, str, str]]:
        """All refused edges, as (label, label, rule) with the labels in order."""
        found = set()
        for (profile,) in self.sql.execute("SELECT DISTINCT profile FROM identifiers").fetchall():
            for edge in self.reads.explain(profile).refused:
                found.add((*sorted((edge.a, edge.b)), edge.rule))
        return found

    def together(self, a: str, b: str) -> bool:
        return any(a in part and b in part for part in self.parts())


def parts(*groups: Iterable[str]) -> Parts:
    return frozenset(frozenset(group) for group in groups)


def merge(a: str, b: str, at: int = 1, id: str = "") -> Decision:
    return Decision(id=id or f"merge-{a}-{b}-{at}", at=at, action="merge", a=a, b=b)


def split(a: str, b: str, at: int = 1, id: str = "") -> Decision:
    return Decision(id=id or f"split-{a}-{b}-{at}", at=at, action="split", a=a, b=b)


def undo(decision: Decision, at: int = 2, id: str = "") -> Decision:
    return Decision(id=id or f"undo-{decision.id}-{at}", at=at, action="undo", decision=decision.id)
