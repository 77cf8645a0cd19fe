"""Members, evidence, links, rules → parts and refused edges. A pure function.

Canonical order, the same for every order of arrival:

1. what people said is not the same person binds from the start;
2. observed edges by priority of their identifiers, then first-seen time of the event, then values;
   an edge joins two parts unless the result breaks a limit or a "not the same";
3. what people merged, by time of the decision. These join whole parts, over any limit: a limit
   must not push out of a merged profile what its owner saw in the two when he decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from rapport.identity.edges import Proposal
from rapport.identity.model import BLOCKED, Evidence, Link, Member, Refusal
from rapport.identity.rules import RuleBook


class Resolution(msgspec.Struct, frozen=True):
    """`profile`: node → smallest node of its part. `refused`: between different parts only."""

    profile: dict[int, int]
    refused: list[Refusal]


def resolve(
    nodes: Collection[int],
    members: Mapping[int, Member],
    evidence: Iterable[tuple[Evidence, Proposal]],
    links: Iterable[Link],
    book: RuleBook,
) -> Resolution:
    """Split `nodes` into people.

    `members` holds at least the nodes of all evidence; edges and links to what is not in `nodes`
    are left out, since `nodes` is a union of whole components.
    """
    links = sorted(links, key=lambda link: (link.at, link.decision))
    parts = _Parts(nodes, members, book, [link for link in links if not link.same])
    first_seen: dict[tuple[int, int], int] = {}
    refused: set[Refusal] = set()
    for item, proposal in evidence:
        refused.update(proposal.refused)
        for pair in proposal.edges:
            if pair[0] not in parts.nodes or pair[1] not in parts.nodes:
                continue
            first_seen[pair] = min(item.first_seen, first_seen.get(pair, item.first_seen))
    for a, b in sorted(first_seen, key=_canonical(first_seen, members, book)):
        if rule := parts.join(a, b):
            refused.add(Refusal(a, b, rule))
    for link in links:
        if link.same and (rule := _refuse_link(link, members) or parts.join_by_hand(link)):
            refused.add(Refusal(link.a, link.b, rule))
    profile = parts.profiles()
    apart = (r for r in refused if profile.get(r.a, -r.a) != profile.get(r.b, -r.b))
    return Resolution(profile, sorted(apart))


_Order = tuple[tuple[int, str], tuple[int, str], int, str, str]


def _canonical(
    first_seen: Mapping[tuple[int, int], int], members: Mapping[int, Member], book: RuleBook
) -> Callable[[tuple[int, int]], _Order]:
    def key(pair: tuple[int, int]) -> _Order:
        a, b = members[pair[0]], members[pair[1]]
        return (book.rank(a.type), book.rank(b.type), first_seen[pair], a.value, b.value)

    return key


def _refuse_link(link: Link, members: Mapping[int, Member]) -> str:
    blocked = BLOCKED in (members[link.a].state, members[link.b].state)
    return "blocked" if blocked else ""


class _Parts:
    """Disjoint sets that know how many values of each type they hold."""

    def __init__(
        self,
        nodes: Collection[int],
        members: Mapping[int, Member],
        book: RuleBook,
        apart: Iterable[Link],
    ) -> None:
        self._book = book
        self._parent = {node: node for node in nodes}
        self._types = {node: {members[node].type: 1} for node in nodes}
        self._enemies: dict[int, set[int]] = defaultdict(set)
        for link in apart:
            self._enemies[link.a].add(link.b)
            self._enemies[link.b].add(link.a)
        self._marked = {node: {node} for node in self._enemies}  # root → nodes with enemies

    @property
    def nodes(self) -> Collection[int]:
        return self._parent

    def find(self, node: int) -> int:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, a: int, b: int) -> str:
        """Join the parts of `a` and `b`; returns the rule that refused it, or ""."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return ""
        rule = self._apart(a, b) or self._over_limit(a, b)
        if not rule:
            self._union(a, b)
        return rule

    def join_by_hand(self, link: Link) -> str:
        a, b = self.find(link.a), self.find(link.b)
        if a == b:
            return ""
        rule = self._apart(a, b)
        if not rule:
            self._union(a, b)
        return rule

    def profiles(self) -> dict[int, int]:
        smallest: dict[int, int] = {}
        for node in sorted(self._parent):
            smallest.setdefault(self.find(node), node)
        return {node: smallest[self.find(node)] for node in self._parent}

    def _apart(self, a: int, b: int) -> str:
        if not self._marked:
            return ""
        there = self._marked.get(b, set())
        clash = any(self._enemies[node] & there for node in self._marked.get(a, ()))
        return "not_the_same" if clash else ""

    def _over_limit(self, a: int, b: int) -> str:
        few, many = sorted((self._types[a], self._types[b]), key=len)
        for kind in sorted(few):
            # An edge that brings no further value of a type cannot break the limit of that type.
            if kind in many and few[kind] + many[kind] > self._book.limit(kind):
                return f"limit:{kind}"
        return ""

    def _union(self, a: int, b: int) -> None:
        if len(self._types[a]) < len(self._types[b]):
            a, b = b, a
        self._parent[b] = a
        types = self._types[a]
        for kind, count in self._types.pop(b).items():
            types[kind] = types.get(kind, 0) + count
        if marked := self._marked.pop(b, None):
            self._marked.setdefault(a, set()).update(marked)
