"""The reading side of identity: any number of these, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import apsw

from rapport.errors import NotFound
from rapport.identity.decisions import pair_of_undo, same_users, undone
from rapport.identity.explain import Explanation
from rapport.identity.graph import Graph
from rapport.identity.identifiers import Normaliser, parse_key
from rapport.identity.model import SHARED, STATE_NAMES, Decision, Member
from rapport.identity.preview import preview
from rapport.identity.rules import DEFAULTS, RuleBook, Rules, load
from rapport.identity.store import Store
from rapport.identity.unseen import unseen
from rapport.identity.views import (
    DecisionView,
    Edge,
    Identifier,
    IdentityView,
    Preview,
    WhatIf,
)
from rapport.identity.what_if import what_if
from rapport.ids import parse_profile_id

Span = tuple[int, int, int, list[int]]  # first_seen, last_seen, count of events, sources

_PROFILE_AT = "SELECT profile FROM identifiers WHERE node = ?"
_PROFILE_WITH = "SELECT profile FROM identifiers WHERE type = ? AND value = ?"
_MOST = 10_000  # identifiers of one profile that are shown


class IdentityReads:
    """Answers about identity from a read-only connection to `state.db`.

    Every answer is consistent in itself when the caller holds a read transaction.
    """

    def __init__(self, connection: apsw.Connection, region: str = "US") -> None:
        self._sql = connection
        self._store = Store(connection)
        self._normalise = Normaliser(region)
        self._version = 0
        self._rules = RuleBook(DEFAULTS)

    def lookup(self, type: str, value: str) -> int | None:
        """Node of an identifier in any spelling, or None when it was never seen."""
        key = parse_key(f"{type}:{value}", self._normalise)
        member = self._store.find([key]).get(key) if key else None
        return member.node if member else None

    def resolve(self, text: str) -> int | None:
        """Node that "type:value" or "p_42" names, or None. Every id ever issued resolves."""
        node = parse_profile_id(text)
        if node is not None:
            return node if self._member(node) else None
        kind, _, value = text.partition(":")
        return self.lookup(kind, value)

    def profile_named(self, text: str) -> int | None:
        """The profile that "type:value" or "p_42" leads to now, or None."""
        node = parse_profile_id(text)
        if node is not None:
            return self._profile_at(node)
        key = parse_key(text, self._normalise)
        return self._sql.execute(_PROFILE_WITH, key).get if key else None

    def unseen(self, text: str) -> NotFound:
        """What to say when `text` leads nowhere."""
        return unseen(text, self._normalise)

    def profile_of(self, node: int) -> int:
        """The profile that `node` is in now. Raises `NotFound`."""
        profile = self._profile_at(node)
        if profile is None:
            raise NotFound(f"there is no identifier {node}", hint="look it up by type:value")
        return profile

    def profiles_of(self, nodes: Collection[int]) -> dict[int, int]:
        return {m.node: m.profile for m in self._store.members(nodes)}

    def members_of(self, profile: int) -> list[int]:
        """Nodes of a profile, ascending. Cheaper than `nodes_of`."""
        return [m.node for m in self._store.profile_members(profile, _MOST)]

    def nodes_of(self, profile: int) -> list[Identifier]:
        """Identifiers of a profile, strongest first; empty when there is no such profile."""
        return self._seen(self._store.profile_members(profile, _MOST))

    def identifiers(self, nodes: Collection[int]) -> list[Identifier]:
        """The given nodes with when, how often and where they were seen, strongest first."""
        return self._seen(list(self._store.members(nodes)))

    def _seen(self, members: list[Member]) -> list[Identifier]:
        book = self._book()
        members.sort(key=lambda m: (not m.joins, book.rank(m.type), m.node))
        spans = self.spans([m.node for m in members])
        return [_identifier(member, spans.get(member.node)) for member in members]

    def spans(self, nodes: Collection[int]) -> dict[int, Span]:
        """node → (first_seen, last_seen, count of events, sources); only nodes seen on events."""
        found: dict[int, Span] = {}
        for node, source, first, last, count in self._store.spans(nodes):
            sources = [source]
            if before := found.get(node):
                first, last, count = min(first, before[0]), max(last, before[1]), count + before[2]
                sources = before[3] if source in before[3] else sorted((source, *before[3]))
            found[node] = (first, last, count, sources)
        for node, source in self._store.heard_from(found):
            if source not in found[node][3]:
                found[node] = (*found[node][:3], sorted((source, *found[node][3])))
        return found

    def strongest(self, profile: int) -> str | None:
        """The identifier to name a profile by in a decision, as "type:value"."""
        book = self._book()
        members = self._store.profile_members(profile, _MOST)
        members.sort(key=lambda m: (not m.joins, book.rank(m.type), m.node))
        return members[0].label if members else None

    def explain(self, profile: int) -> IdentityView:
        """Everything about how a profile came together. Raises `NotFound`."""
        nodes = self.members_of(profile)
        if not nodes:
            raise NotFound(f"there is no profile {profile}", hint="look it up by type:value")
        explanation = self._explanation(nodes)
        return IdentityView(
            profile,
            self.identifiers(nodes),
            explanation.joined(),
            explanation.refused(),
            self.decisions(nodes),
        )

    def path(self, node_a: int, node_b: int) -> list[Edge]:
        """The chain of evidence that joins two identifiers; empty when they are two people."""
        nodes = self.members_of(self.profile_of(node_a))
        return self._explanation(nodes).path(node_a, node_b) if node_b in nodes else []

    def decisions(self, nodes: Collection[int]) -> list[DecisionView]:
        """Decisions about any of the nodes, oldest first."""
        found = [row[0] for row in self._store.decisions_touching(nodes)]
        undos = self._store.undos_of([d.id for d in found])
        return [DecisionView(d, undone(d, undos)) for d in found]

    def search(self, prefix: str, limit: int = 20) -> list[int]:
        """Profiles that have an identifier starting with `prefix` ("neha@", "email:neha@")."""
        kind, colon, rest = prefix.partition(":")
        types = self._types()
        if colon and kind.lower() in types:
            types, prefix = [kind.lower()], rest
        found: dict[int, None] = {}
        for spelling in dict.fromkeys((prefix.strip(), prefix.strip().lower())):
            for type in types if spelling else ():
                for profile in self._starting(type, spelling, limit):
                    found.setdefault(profile)
        return list(found)[:limit]

    def rules(self) -> tuple[int, Rules]:
        """(version, rules) in force; version 0 stands for the defaults."""
        stored = self._store.rules()
        return (stored[0], load(stored[1])) if stored else (0, DEFAULTS)

    def what_if(self, rules: Rules, *, samples: int = 20) -> WhatIf:
        """What publishing `rules` would merge and split. Reads everything; writes nothing."""
        return what_if(self._store, RuleBook(rules), self._same_user(), samples)

    def preview(self, decision: Decision) -> Preview:
        """What a decision would do. Raises `NotFound` when it names what is not there."""
        if decision.action == "undo":
            low, high = self._pair_of_undo(decision)
        else:
            low, high = sorted((self._known(decision.a), self._known(decision.b)))
        return preview(self._store, self._book(), decision, low, high)

    def _known(self, text: str) -> int:
        node = self.resolve(text)
        if node is None:
            raise self.unseen(text)
        return node

    def _pair_of_undo(self, decision: Decision) -> tuple[int, int]:
        low, high = pair_of_undo(self._store, decision)
        if not low:
            raise NotFound(
                f"there is no decision {decision.decision!r}",
                hint="the identity page of a profile lists its decisions",
            )
        return low, high

    def _explanation(self, nodes: Collection[int]) -> Explanation:
        graph = Graph(self._store, self._book(), self._same_user())
        return Explanation(graph, self._book(), nodes)

    def _book(self) -> RuleBook:
        if self._store.rules_version() != self._version and (stored := self._store.rules()):
            self._version, self._rules = stored[0], RuleBook(load(stored[1]))
        return self._rules

    def _same_user(self) -> dict[int, int]:
        return same_users(self._store.merged_users())

    def _member(self, node: int) -> Member | None:
        return next(self._store.members([node]), None)

    def _profile_at(self, node: int) -> int | None:
        profile: int | None = self._sql.execute(_PROFILE_AT, (node,)).get
        return profile

    def _types(self) -> list[str]:
        rows = self._sql.execute(
            "WITH RECURSIVE t(type) AS (SELECT min(type) FROM identifiers UNION ALL"
            " SELECT (SELECT min(type) FROM identifiers WHERE type > t.type) FROM t"
            " WHERE t.type IS NOT NULL) SELECT type FROM t WHERE type IS NOT NULL"
        )
        return [row[0] for row in rows]

    def _starting(self, type: str, prefix: str, limit: int) -> Iterator[int]:
        rows = self._sql.execute(
            "SELECT profile FROM identifiers WHERE type = ? AND value >= ? AND value < ? LIMIT ?",
            (type, prefix, prefix + "\U0010ffff", limit),
        )
        return (row[0] for row in rows)


def _identifier(member: Member, span: Span | None) -> Identifier:
    first, last, count, sources = span or (None, None, 0, [])
    return Identifier(
        node=member.node,
        type=member.type,
        value=member.value,
        profile=member.profile,
        first_seen=first,
        last_seen=last,
        count=count,
        sources=sources,
        shared=member.state >= SHARED,
        state=STATE_NAMES[member.state],
    )
