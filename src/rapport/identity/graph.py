"""What a change touches, worked out without writing.

From the identifiers of changed evidence: judge them again, walk to everything that joins them
(never through shared or blocked values), resolve. `preview` uses the same code with links that
were never stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from rapport.identity.edges import Proposal, propose
from rapport.identity.judge import Verdict, judge
from rapport.identity.model import PUBLIC, Evidence, Link, Member
from rapport.identity.resolve import Resolution, resolve
from rapport.identity.rules import RuleBook
from rapport.identity.store import Store

_MANY = 20_000  # sets of identifiers; no person is in as many


class Outcome(msgspec.Struct, frozen=True):
    """`states`: new verdicts; `moves`: (node, old profile, new profile); `resolution`: the rest."""

    states: dict[int, Verdict]
    moves: list[tuple[int, int, int]]
    resolution: Resolution
    members: dict[int, Member]


class Graph:
    """One computation over the store: loads what it needs once, keeps it, writes nothing.

    `verdicts`, when given, are the states of all identifiers that do not simply join; they take
    the place of the stored ones. `links` adds to or overrides the stored links.
    """

    def __init__(
        self,
        store: Store,
        book: RuleBook,
        same_user: Mapping[int, int],
        *,
        verdicts: Mapping[int, Verdict] | None = None,
        links: Iterable[Link | tuple[int, int]] = (),
    ) -> None:
        self._store = store
        self._book = book
        self.same_user = same_user
        self._verdicts = verdicts
        self._extra = {_pair(link): link for link in links}
        self._has_links = bool(self._extra) or store.any_links()
        self.members: dict[int, Member] = {}
        self._seen_with: dict[int, list[Evidence]] = {}
        self._evidence: dict[int, Evidence] = {}
        self._proposals: dict[int, Proposal] = {}

    def prime(self, new: Iterable[Member], added: Iterable[Evidence]) -> None:
        """Know beforehand what was just written: new identifiers come on new evidence only."""
        for member in new:
            self.members[member.node] = member
            self._seen_with[member.node] = []
        for item in added:
            for node in item.nodes if len(item.nodes) > 1 else ():
                if (seen_with := self._seen_with.get(node)) is not None:
                    seen_with.append(item)
                    self._evidence[item.id] = item

    def update(self, seeds: Collection[int], again: Collection[int] = ()) -> Outcome:
        """Work out everything that follows from changed evidence of `seeds`.

        `again`: identifiers to judge even though their state was settled, because decisions about
        the users they were seen with have changed.
        """
        before = self._judge(seeds, set(again))
        roots = set(seeds) | set(again)
        for node in before:
            for item in self._seen_with[node]:
                roots.update(item.nodes)
        nodes, links = self._walk(roots)
        resolution = self._resolve(nodes, links)
        moves = [
            (node, self.members[node].profile, profile)
            for node, profile in resolution.profile.items()
            if self.members[node].profile != profile
        ]
        states = {n: (self.members[n].state, self.members[n].owner) for n in before}
        return Outcome(states, moves, resolution, self.members)

    def component(self, roots: Collection[int]) -> Resolution:
        """The parts that `roots` are in, by the states as they are."""
        return self._resolve(*self._walk(set(roots)))

    def judgements(self, nodes: Collection[int]) -> dict[int, Verdict]:
        """Judge `nodes` by the rules, from their evidence, whatever their stored state."""
        self._load_members(nodes)
        found: dict[int, Verdict] = {}
        for node in self._store.seen_more_than(nodes, _MANY):
            # More evidence could not change a settled verdict, so most of it can stay on disk.
            some = self._store.some_seen_with(node, _MANY)
            self._load_members({other for item in some for other in item.nodes})
            member = self.members[node]
            verdict = judge(member, some, self.members, self._book, self.same_user)
            if verdict[0] >= PUBLIC:
                found[node] = verdict
        rest = [node for node in nodes if node not in found]
        self._load_evidence(rest)
        found.update((node, self._verdict(self.members[node])) for node in rest)
        return found

    def evidence_of(self, nodes: Collection[int], most: int) -> list[Evidence]:
        """Evidence of two and more that holds one of `nodes`, with the members on it.

        Of identifiers that do not join, which may be in any number of sets, `most` each.
        """
        self._load_members(nodes)
        joining = [node for node in nodes if self.members[node].joins]
        self._load_evidence(joining)
        found = {item.id: item for node in joining for item in self._seen_with[node]}
        for node in set(nodes).difference(joining):
            found.update((item.id, item) for item in self._store.some_seen_with(node, most))
        self._load_members({other for item in found.values() for other in item.nodes})
        return [found[id] for id in sorted(found)]

    def links_of(self, nodes: Collection[int]) -> list[Link]:
        """What people decided about `nodes`, with both ends loaded."""
        links = sorted(self._links(set(nodes)), key=lambda link: (link.at, link.decision))
        self._load_members({node for link in links for node in (link.a, link.b)})
        return links

    def _judge(self, seeds: Collection[int], again: set[int]) -> dict[int, Verdict]:
        """Give seeds their new state; returns the former one of those that changed."""
        self._load_members(seeds)
        self._load_members(again)
        open_ones = [n for n in seeds if not self.members[n].settled]
        nodes = again.union(open_ones)
        self._load_evidence(nodes)
        before: dict[int, Verdict] = {}
        for node in sorted(nodes):
            member = self.members[node]
            verdict = self._verdict(member)
            if verdict != (member.state, member.owner):
                before[node] = (member.state, member.owner)
                member.state, member.owner = verdict
        return before

    def _verdict(self, member: Member) -> Verdict:
        evidence = self._seen_with.get(member.node, ())
        return judge(member, evidence, self.members, self._book, self.same_user)

    def _walk(self, roots: set[int]) -> tuple[set[int], set[Link]]:
        """All nodes reached from `roots` over proposed edges and merges, and their links."""
        reached: set[int] = set()
        links: set[Link] = set()
        frontier = roots
        while frontier:
            reached |= frontier
            self._load_members(frontier)
            joining = [n for n in frontier if self.members[n].joins]
            self._load_evidence(joining)
            following = {
                node
                for start in joining
                for item in self._seen_with[start]
                for edge in self.proposal(item).edges
                if start in edge
                for node in edge
            }
            if self._has_links:
                found = self._links(frontier)
                links |= found
                following.update(node for link in found if link.same for node in (link.a, link.b))
            frontier = following - reached
        return reached, {link for link in links if link.a in reached and link.b in reached}

    def _resolve(self, nodes: set[int], links: set[Link]) -> Resolution:
        evidence = {
            item.id: (item, self.proposal(item))
            for node in nodes
            if self.members[node].joins
            for item in self._seen_with[node]
        }
        return resolve(nodes, self.members, evidence.values(), links, self._book)

    def proposal(self, item: Evidence) -> Proposal:
        """What a piece of evidence proposes; states must not change afterwards."""
        known = self._proposals.get(item.id)
        if known is None:
            known = propose(item, self.members, self._book, self.same_user)
            self._proposals[item.id] = known
        return known

    def _links(self, nodes: Collection[int]) -> set[Link]:
        found = {link for link in self._store.links(nodes) if _pair(link) not in self._extra}
        for (a, b), link in self._extra.items():
            if isinstance(link, Link) and (a in nodes or b in nodes):
                found.add(link)
        return found

    def _load_members(self, nodes: Iterable[int]) -> None:
        missing = {node for node in nodes if node not in self.members}
        for member in self._store.members(missing):
            if self._verdicts is not None:
                member.state, member.owner = self._verdicts.get(member.node, (0, 0))
            self.members[member.node] = member

    def _load_evidence(self, nodes: Iterable[int]) -> None:
        missing = {node for node in nodes if node not in self._seen_with}
        if not missing:
            return
        company: set[int] = set()
        for node in missing:
            self._seen_with[node] = []
        for node, item in self._store.seen_with(missing):
            shared = self._evidence.setdefault(item.id, item)
            self._seen_with[node].append(shared)
            company.update(shared.nodes)
        self._load_members(company)


def _pair(link: Link | tuple[int, int]) -> tuple[int, int]:
    return link if isinstance(link, tuple) else (link.a, link.b)
