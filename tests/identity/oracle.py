"""A second opinion: the definition of who is who, written naively over all events at once.

Shares nothing with the implementation but the rules (limits, priorities, blocked values).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from rapport.identity.model import Decision
from rapport.identity.rules import RuleBook, Rules

Seen = tuple[int, tuple[str, ...]]  # (time of the event, its identifiers as labels)


class Oracle:
    def __init__(self, rules: Rules, events: Sequence[Seen], decisions: Sequence[Decision]):
        self.book = RuleBook(rules)
        self.events = [(at, sorted(set(labels))) for at, labels in events]
        self.labels = {x for _, labels in events for x in labels}
        self.standing = self._standing(decisions)
        self.labels |= {x for d in decisions for x in (d.a, d.b) if x}
        self.group = self._groups_of_users()
        self.state = {label: self._state(label) for label in self.labels}
        self.parts, self.refused = self._resolve()

    def _standing(self, decisions: Sequence[Decision]) -> list[Decision]:
        dead: set[str] = set()
        for d in sorted(decisions, key=lambda d: (d.at, d.id), reverse=True):
            if d.action == "undo" and d.id not in dead:
                target = next((t for t in decisions if t.id == d.decision), None)
                if target and (target.at, target.id) < (d.at, d.id):
                    dead.add(target.id)
        latest: dict[frozenset[str], Decision] = {}
        for d in sorted(decisions, key=lambda d: (d.at, d.id)):
            if d.action != "undo" and d.id not in dead and d.a != d.b:
                latest[frozenset((d.a, d.b))] = d
        return sorted(latest.values(), key=lambda d: (d.at, d.id))

    def _groups_of_users(self) -> dict[str, frozenset[str]]:
        groups = {x: frozenset((x,)) for x in self.labels if x.startswith("user_id:")}
        for d in self.standing:
            if d.action == "merge" and d.a in groups and d.b in groups:
                both = groups[d.a] | groups[d.b]
                groups.update(dict.fromkeys(both, both))
        return groups

    def _blocked(self, label: str) -> bool:
        return self.book.blocked(*label.split(":", 1))

    def _rank(self, label: str) -> tuple[int, str]:
        return self.book.rank(label.split(":")[0])

    def _state(self, label: str) -> str:
        if self._blocked(label):
            return "blocked"
        with_it = [labels for _, labels in self.events if label in labels]
        company: dict[str, set[str]] = defaultdict(set)
        for other in {x for labels in with_it for x in labels} - {label}:
            if not self._blocked(other):
                company[other.split(":")[0]].add(other)
        kind = label.split(":")[0]
        sharing = self.book.sharing
        for t, values in company.items():
            weaker = self.book.rank(t) >= self.book.rank(kind)
            if weaker and len(values) > self.book.limit(t) * sharing.crowd:
                return "crowded"
        policy = self.book.of(kind).shared
        if kind == "user_id" or policy == "never":
            return "open"
        for t, values in company.items():
            stronger = self.book.rank(t) < self.book.rank(kind)
            if stronger and t != "user_id" and len(values) > self.book.limit(t):
                return "shared"
        tally: dict[frozenset[str], int] = defaultdict(int)
        for labels in with_it:
            for user in labels:
                if user in company["user_id"]:
                    tally[self.group[user]] += 1
        if len(tally) <= 1:
            return "open"
        if policy == "strict" or len(tally) > sharing.owner_users:
            return "shared"
        group, most = max(tally.items(), key=lambda item: item[1])
        if most < sharing.owner_share * sum(tally.values()):
            return "shared"
        return "owned:" + min(group)

    def _joins(self, label: str) -> bool:
        return self.state[label] == "open" or self.state[label].startswith("owned")

    def _edges_of(self, labels: list[str]) -> Iterable[tuple[str, str, str]]:
        """(stronger, weaker, rule that refuses it or "")."""
        order = sorted(labels, key=lambda x: (not self._joins(x), self._rank(x), x))
        users = [x for x in order if x.startswith("user_id:") and self._joins(x)]
        for label in order[1:]:
            if not self._joins(label):
                yield order[0], label, self.state[label]
            elif self.state[label].startswith("owned") and users:
                owner = self.state[label].removeprefix("owned:")
                mine = [u for u in users if min(self.group[u]) == owner]
                yield (mine[0], label, "") if mine else (order[0], label, "owned")
            else:
                yield order[0], label, ""

    def _resolve(self) -> tuple[frozenset[frozenset[str]], set[tuple[str, str, str]]]:
        part = {x: {x} for x in self.labels}
        refused: set[tuple[str, str, str]] = set()
        first: dict[tuple[str, str], int] = {}
        for at, labels in self.events:
            for a, b, rule in self._edges_of(labels):
                if rule:
                    refused.add((*sorted((a, b)), rule))
                else:
                    first[a, b] = min(at, first.get((a, b), at))
        apart = [(d.a, d.b) for d in self.standing if d.action == "split"]

        def clash(left: set[str], right: set[str]) -> bool:
            return any((x in left and y in right) or (y in left and x in right) for x, y in apart)

        def unite(a: str, b: str) -> None:
            both = part[a] | part[b]
            part.update(dict.fromkeys(both, both))

        order = sorted(
            first, key=lambda e: (self._rank(e[0]), self._rank(e[1]), first[e], e[0], e[1])
        )
        for a, b in order:
            if b in part[a]:
                continue
            if clash(part[a], part[b]):
                refused.add((*sorted((a, b)), "not_the_same"))
            elif kind := self._too_many(part[a], part[b]):
                refused.add((*sorted((a, b)), f"limit:{kind}"))
            else:
                unite(a, b)
        for d in self.standing:
            if d.action != "merge" or d.b in part[d.a]:
                continue
            if self._blocked(d.a) or self._blocked(d.b):
                refused.add((*sorted((d.a, d.b)), "blocked"))
            elif clash(part[d.a], part[d.b]):
                refused.add((*sorted((d.a, d.b)), "not_the_same"))
            else:
                unite(d.a, d.b)
        apart_now = {(a, b, rule) for a, b, rule in refused if b not in part[a]}
        return frozenset(frozenset(p) for p in part.values()), apart_now

    def _too_many(self, left: set[str], right: set[str]) -> str:
        for kind in sorted({x.split(":")[0] for x in left}):
            a = sum(x.startswith(kind + ":") for x in left)
            b = sum(x.startswith(kind + ":") for x in right)
            if b and a + b > self.book.limit(kind):
                return kind
        return ""


def pairs(parts: Iterable[frozenset[str]]) -> set[tuple[str, str]]:
    return {pair for part in parts for pair in combinations(sorted(part), 2)}
