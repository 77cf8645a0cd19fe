"""What other rules would change, before they are published."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Mapping

from rapport.identity.rebuild import Rebuild, rebuild
from rapport.identity.rules import RuleBook
from rapport.identity.store import Store
from rapport.identity.views import ProfileSample, Regrouping, WhatIf

_BIGGEST = 10
_SHOWN = 20  # identifiers of one sample
_READ = 1_000  # identifiers of a profile that a sample looks at


def what_if(store: Store, book: RuleBook, same_user: Mapping[int, int], samples: int) -> WhatIf:
    """Recompute everything under `book` without writing, and compare.

    Memory: a few bytes an identifier, and the identifiers that do not simply join.
    """
    other = rebuild(store, book, same_user)
    pieces = array("l", bytes(array("l").itemsize * (store.last_node() + 1)))  # of old profiles
    before = after = merges = moved = 0
    biggest: list[tuple[int, int]] = []
    merged: list[int] = []
    for new, old in other.profiles():
        sizes: dict[int, int] = {}
        sources: dict[int, set[int]] = {}
        for node, profile in new.items():
            sizes[profile] = sizes.get(profile, 0) + 1
            sources.setdefault(profile, set()).add(old[node])
            before += old[node] == node
            moved += old[node] != profile
        for olds in sources.values():
            merges += len(olds) - 1
            for profile in olds:
                pieces[profile] += 1
        after += len(sizes)
        biggest = heapq.nlargest(_BIGGEST, [*biggest, *((n, p) for p, n in sizes.items())])
        merged.extend([p for p, olds in sources.items() if len(olds) > 1][: samples - len(merged)])
    fallen = [profile for profile, count in enumerate(pieces) if count > 1]
    return WhatIf(
        profiles_before=before,
        profiles_after=after,
        merges=merges,
        splits=sum(pieces[profile] - 1 for profile in fallen),
        identifiers_moved=moved,
        biggest=[_part(store, other, profile) for _, profile in biggest],
        merge_samples=[_merge(store, other, profile) for profile in merged],
        split_samples=[_split(store, other, profile) for profile in fallen[:samples]],
    )


def _sample(store: Store, profile: int, nodes: Iterable[int]) -> ProfileSample:
    listed = sorted(nodes)
    labels = [member.label for member in store.members(listed[:_SHOWN])]
    return ProfileSample(profile, labels, len(listed))


def _nodes(other: Rebuild, profile: int) -> tuple[dict[int, int], dict[int, int]]:
    """(node → new, node → old) of the whole components around a new profile."""
    graph = other.graph()
    new = graph.component([profile]).profile
    return new, {node: graph.members[node].profile for node in new}


def _part(store: Store, other: Rebuild, profile: int) -> ProfileSample:
    new, _ = _nodes(other, profile)
    return _sample(store, profile, (n for n, p in new.items() if p == profile))


def _merge(store: Store, other: Rebuild, profile: int) -> Regrouping:
    new, old = _nodes(other, profile)
    inside = [node for node, part in new.items() if part == profile]
    parts: dict[int, list[int]] = {}
    for node in inside:
        parts.setdefault(old[node], []).append(node)
    return Regrouping(
        _sample(store, profile, inside), [_sample(store, p, n) for p, n in sorted(parts.items())]
    )


def _split(store: Store, other: Rebuild, profile: int) -> Regrouping:
    nodes = [member.node for member in store.profile_members(profile, _READ)]
    new = other.graph().component(nodes).profile
    parts: dict[int, list[int]] = {}
    for node in nodes:
        parts.setdefault(new[node], []).append(node)
    return Regrouping(
        _sample(store, profile, nodes), [_sample(store, p, n) for p, n in sorted(parts.items())]
    )
