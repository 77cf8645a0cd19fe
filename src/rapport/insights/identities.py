"""Whose node is it: `identities` of the warehouse as one array."""

from __future__ import annotations

import numpy as np

from rapport.insights.rows import Ints
from rapport.warehouse.base import Warehouse
from rapport.warehouse.watch import Watch


def owners(warehouse: Warehouse, watch: Watch | None = None) -> Ints:
    """The profile of node n at place n; a node that nobody owns is its own profile."""
    nodes, profiles = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    query = "SELECT node, profile FROM identities"
    for batch in warehouse.stream(query, rows_per_batch=500_000, watch=watch):
        nodes.append(batch.column(0).to_numpy())
        profiles.append(batch.column(1).to_numpy())
    node, profile = np.concatenate(nodes), np.concatenate(profiles)
    owner = np.arange(int(node.max(initial=0)) + 1)
    owner[node] = profile
    return owner


def of_nodes(owner: Ints, nodes: Ints) -> Ints:
    """The profile of each of `nodes`; those that `owner` does not know are their own."""
    if not len(nodes) or int(nodes.max()) < len(owner):
        return owner[nodes]
    known = nodes < len(owner)
    return np.where(known, owner[np.where(known, nodes, 0)], nodes)


def changed(before: Ints, after: Ints) -> Ints:
    """Profiles that gained or lost a node."""
    size = max(len(before), len(after))
    old, new = _padded(before, size), _padded(after, size)
    moved = np.flatnonzero(old != new)
    return np.unique(np.concatenate([old[moved], new[moved]]))


def _padded(owner: Ints, size: int) -> Ints:
    return np.concatenate([owner, np.arange(len(owner), size)])
