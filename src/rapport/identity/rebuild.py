"""Everything anew under other rules, in chunks, without writing: for publishing and for what-if."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapport.identity.graph import Graph
from rapport.identity.judge import Verdict
from rapport.identity.model import BLOCKED, OPEN
from rapport.identity.rules import RuleBook
from rapport.identity.store import Store

_NODES = 5_000  # judged or resolved at a time

Move = tuple[int, int, int]  # (node, old profile, new profile)


class Rebuild:
    """`verdicts`: all identifiers that do not simply join, under the new rules."""

    def __init__(
        self,
        store: Store,
        book: RuleBook,
        same_user: Mapping[int, int],
        verdicts: Mapping[int, Verdict],
    ) -> None:
        self._store = store
        self._book = book
        self._same_user = same_user
        self.verdicts = verdicts

    def profiles(self) -> Iterator[tuple[dict[int, int], dict[int, int]]]:
        """(node → new profile, node → old profile) for whole components, chunk by chunk."""
        last = self._store.last_node()
        done = bytearray(last + 1)
        for start in range(1, last + 1, _NODES):
            roots = [n for n in range(start, min(start + _NODES, last + 1)) if not done[n]]
            if not roots:
                continue
            graph = self.graph()
            new = graph.component(roots).profile
            for node in new:
                done[node] = 1
            yield new, {node: graph.members[node].profile for node in new}

    def moves(self) -> Iterator[list[Move]]:
        """Nodes whose profile changes, chunk by chunk."""
        for new, old in self.profiles():
            yield [
                (node, old[node], profile) for node, profile in new.items() if old[node] != profile
            ]

    def graph(self) -> Graph:
        return Graph(self._store, self._book, self._same_user, verdicts=self.verdicts)


def rebuild(store: Store, book: RuleBook, same_user: Mapping[int, int]) -> Rebuild:
    """Judge every identifier by `book`. Memory: the identifiers that do not simply join."""
    blocked = _blocked(store, book)
    verdicts: dict[int, Verdict] = dict(blocked)
    last = store.last_node()
    for start in range(1, last + 1, _NODES):
        nodes = [n for n in range(start, min(start + _NODES, last + 1)) if n not in blocked]
        graph = Graph(store, book, same_user, verdicts=blocked)
        found = graph.judgements(nodes)
        verdicts.update((n, v) for n, v in found.items() if v[0] != OPEN)
    return Rebuild(store, book, same_user, verdicts)


def _blocked(store: Store, book: RuleBook) -> dict[int, Verdict]:
    blocked: dict[int, Verdict] = {}
    last = store.last_node()
    for start in range(1, last + 1, _NODES):
        for member in store.members(range(start, min(start + _NODES, last + 1))):
            if book.blocked(member.type, member.value):
                blocked[member.node] = (BLOCKED, 0)
    return blocked
