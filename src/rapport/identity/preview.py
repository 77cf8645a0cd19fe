"""What a decision would do, before anybody takes it."""

from __future__ import annotations

from rapport.identity.decisions import holding_link, same_users, seen_with_regrouped
from rapport.identity.graph import Graph
from rapport.identity.model import USER, Decision
from rapport.identity.rules import RuleBook
from rapport.identity.store import Store
from rapport.identity.views import Preview, ProfileSample

_MOST = 10_000  # identifiers of one profile


def preview(store: Store, book: RuleBook, decision: Decision, low: int, high: int) -> Preview:
    """Before and after of the profiles that `decision` about (low, high) touches."""
    link = holding_link(store, low, high, decision)
    before = same_users(store.merged_users())
    pairs = [pair for pair in store.merged_users() if pair != (low, high)]
    if link and link.same and all(m.type == USER for m in store.members((low, high))):
        pairs.append((low, high))
    now = same_users(pairs)
    graph = Graph(store, book, now, links=[link or (low, high)])
    outcome = graph.update({low, high}, seen_with_regrouped(store, before, now))
    moved = {node: new for node, _, new in outcome.moves}
    old = {profile for _, *both in outcome.moves for profile in both}
    old.update(m.profile for m in store.members((low, high)))
    as_is: dict[int, list[str]] = {}
    to_be: dict[int, list[str]] = {}
    for profile in sorted(old):
        for member in store.profile_members(profile, _MOST):
            as_is.setdefault(profile, []).append(member.label)
            to_be.setdefault(moved.get(member.node, profile), []).append(member.label)
    return Preview(_samples(as_is), _samples(to_be), sorted(moved))


def _samples(groups: dict[int, list[str]]) -> list[ProfileSample]:
    return [ProfileSample(p, labels, len(labels)) for p, labels in sorted(groups.items())]
