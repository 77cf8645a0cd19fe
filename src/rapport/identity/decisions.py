"""Which decision about a pair holds: the latest that was not undone. Needs no order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rapport.identity.model import USER, Decision, Link
from rapport.identity.store import Store


def ruling(
    decisions: Iterable[Decision], undos: Mapping[str, Sequence[Decision]]
) -> Decision | None:
    """The merge or split that holds among `decisions` on one pair, or None.

    `undos` maps the id of a decision to the undo decisions that name it.
    """
    standing = [d for d in decisions if not undone(d, undos)]
    return max(standing, key=_when, default=None)


def undone(decision: Decision, undos: Mapping[str, Sequence[Decision]]) -> bool:
    """True when a later undo, itself not undone, takes the decision back."""
    return any(
        _when(undo) > _when(decision) and not undone(undo, undos)
        for undo in undos.get(decision.id, ())
    )


def _when(decision: Decision) -> tuple[int, str]:
    return (decision.at, decision.id)


def same_users(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """User nodes that people declared to be one person → the smallest node of each group."""
    parent: dict[int, int] = {}

    def find(node: int) -> int:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for a, b in pairs:
        low, high = sorted((find(a), find(b)))
        parent[high] = low
    return {node: find(node) for node in parent}


def pair_of_undo(store: Store, undo: Decision) -> tuple[int, int]:
    """The pair of nodes that the decision at the end of a chain of undos is about, or 0, 0."""
    seen: set[str] = set()
    while undo.decision not in seen:
        seen.add(undo.decision)
        target = store.decision(undo.decision)
        if target is None:
            break
        undo, low, high = target
        if undo.action != "undo":
            return low, high
    return 0, 0


def holding_link(store: Store, low: int, high: int, extra: Decision | None = None) -> Link | None:
    """The link that the stored decisions on a pair (and `extra`) amount to."""
    on_pair = store.decisions_on(low, high)
    undos = store.undos_of([d.id for d in on_pair])
    if extra is not None and extra.action == "undo":
        undos.setdefault(extra.decision, []).append(extra)
    elif extra is not None:
        on_pair.append(extra)
    holds = ruling(on_pair, undos)
    if holds is None:
        return None
    return Link(low, high, holds.action == "merge", holds.at, holds.id)


def seen_with_regrouped(
    store: Store, before: Mapping[int, int], now: Mapping[int, int]
) -> set[int]:
    """Identifiers that were seen with users whose group of merged users has changed."""
    users = {u for u in before.keys() | now.keys() if before.get(u, u) != now.get(u, u)}
    # The representative keeps its number, yet the group it stands for has changed.
    users |= {before.get(u, u) for u in users} | {now.get(u, u) for u in users}
    company = {node for _, item in store.seen_with(users) for node in item.nodes}
    return {m.node for m in store.members(company) if m.type != USER}
