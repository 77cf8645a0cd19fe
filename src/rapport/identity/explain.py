"""Why are these one person, and why are those not? Answers from the kept evidence."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping

from rapport.identity.graph import Graph
from rapport.identity.model import Evidence, Link, Member, Refusal
from rapport.identity.rules import RuleBook
from rapport.identity.views import Edge, RefusedEdge

Pair = tuple[int, int]

_MOST = 1_000  # sets that are shown of an identifier that joins nothing


def observed(
    pairs: Iterable[Pair], evidence: Iterable[Evidence], members: Mapping[int, Member]
) -> dict[Pair, Edge]:
    """Each pair with the sums of all evidence that holds both."""
    wanted = set(pairs)
    found: dict[Pair, list[Evidence]] = {}
    for item in evidence:
        inside = [(a, b) for a in item.nodes for b in item.nodes if a != b and (a, b) in wanted]
        for pair in inside:
            found.setdefault(pair, []).append(item)
    return {pair: _edge(pair, items, members) for pair, items in sorted(found.items())}


def _edge(pair: Pair, items: list[Evidence], members: Mapping[int, Member]) -> Edge:
    first = min(items, key=lambda e: (e.first_seen, e.source, e.message_id))
    return Edge(
        a=members[pair[0]].label,
        b=members[pair[1]].label,
        kind="observed",
        first_seen=first.first_seen,
        last_seen=max(e.last_seen for e in items),
        count=sum(e.count for e in items),
        source=first.source,
        message_id=first.message_id,
    )


def manual(link: Link, members: Mapping[int, Member]) -> Edge:
    return Edge(
        a=members[link.a].label,
        b=members[link.b].label,
        kind="manual",
        first_seen=link.at,
        last_seen=link.at,
        count=1,
        source=0,
        message_id=link.decision,
    )


class Explanation:
    """The edges inside and at the border of some parts."""

    def __init__(
        self,
        graph: Graph,
        book: RuleBook,
        nodes: Collection[int],
    ) -> None:
        self._book = book
        self._graph = graph
        self.nodes = set(nodes)
        self.resolution = graph.component(self.nodes)
        self.evidence = graph.evidence_of(self.nodes, _MOST)
        self.members = graph.members
        self.links = [link for link in graph.links_of(self.nodes) if link.same]
        self._proposed = {pair for item in self.evidence for pair in graph.proposal(item).edges}

    def joined(self) -> list[Edge]:
        """Edges that hold the nodes together, observed ones first."""
        profile = self.resolution.profile
        inside = [
            (a, b)
            for a, b in self._proposed
            if a in self.nodes and b in self.nodes and profile.get(a) == profile.get(b)
        ]
        by_hand = [manual(link, self.members) for link in self.links if self._holds(link)]
        return [*observed(inside, self.evidence, self.members).values(), *by_hand]

    def refused(self) -> list[RefusedEdge]:
        """Refused edges with at least one end among the nodes."""
        near = [r for r in self._refusals() if r.a in self.nodes or r.b in self.nodes]
        edges = observed(((r.a, r.b) for r in near), self.evidence, self.members)
        by_hand = {(k.a, k.b): manual(k, self.members) for k in self.links}
        explained = []
        for refusal in near:
            pair = (refusal.a, refusal.b)
            edge = edges.get(pair) or by_hand.get(pair)
            if edge is not None:
                explained.append(self._explain(refusal, edge))
        return explained

    def path(self, a: int, b: int) -> list[Edge]:
        """The shortest chain of edges from `a` to `b`; empty when nothing joins them."""
        steps: dict[int, list[tuple[int, Edge]]] = {}
        ids = {member.label: node for node, member in self.members.items()}
        for edge in self.joined():
            left, right = ids[edge.a], ids[edge.b]
            steps.setdefault(left, []).append((right, edge))
            steps.setdefault(right, []).append((left, edge))
        came: dict[int, list[Edge]] = {a: []}
        queue = deque([a])
        while queue and b not in came:
            node = queue.popleft()
            for other, edge in steps.get(node, ()):
                if other not in came:
                    came[other] = [*came[node], edge]
                    queue.append(other)
        return came.get(b, [])

    def _holds(self, link: Link) -> bool:
        profile = self.resolution.profile
        return link.a in profile and profile[link.a] == profile.get(link.b)

    def _refusals(self) -> set[Refusal]:
        """Those of the resolution, and those that a non-joining identifier sees from its side."""
        found = set(self.resolution.refused)
        for item in self.evidence:
            proposal = self._graph.proposal(item)
            profile = self.resolution.profile
            found.update(
                r for r in proposal.refused if profile.get(r.a, -r.a) != profile.get(r.b, -r.b)
            )
        return found

    def _explain(self, refusal: Refusal, edge: Edge) -> RefusedEdge:
        a, b = self.members[refusal.a], self.members[refusal.b]
        return RefusedEdge(
            a=edge.a,
            b=edge.b,
            rule=refusal.rule,
            explanation=_words(refusal.rule, a, b, self._book),
            kind=edge.kind,
            first_seen=edge.first_seen,
            last_seen=edge.last_seen,
            count=edge.count,
            source=edge.source,
            message_id=edge.message_id,
        )


def _words(rule: str, a: Member, b: Member, book: RuleBook) -> str:
    culprit = next((m for m in (b, a) if not m.joins), b)
    if rule.startswith("limit:"):
        kind = rule.removeprefix("limit:")
        return f"one person has at most {book.limit(kind)} of {kind}; together they would have more"
    return {
        "blocked": f"{culprit.label} is a value that says nothing about a person",
        "shared": f"{culprit.label} was seen with several people",
        "crowded": f"{culprit.label} was seen with more identifiers than any person has",
        "owned": f"{b.label} was seen mostly with another user and counts as theirs",
        "not_the_same": "somebody decided that these are not the same person",
    }[rule]
