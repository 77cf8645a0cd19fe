"""Evidence → the edges that it proposes: from its strongest joining identifier to each other."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rapport.identity.model import OPEN, OWNED, STATE_NAMES, USER, Evidence, Member, Refusal
from rapport.identity.rules import RuleBook

Pair = tuple[int, int]  # (stronger, weaker)


class Proposal(msgspec.Struct, gc=False):
    """Edges and refusals of one piece of evidence."""

    edges: list[Pair]
    refused: list[Refusal]


def propose(
    evidence: Evidence,
    members: Mapping[int, Member],
    book: RuleBook,
    same_user: Mapping[int, int],
) -> Proposal:
    """Which identifiers of one event should be one person, before limits are asked."""
    if len(evidence.nodes) == 2:
        a, b = members[evidence.nodes[0]], members[evidence.nodes[1]]
        if a.state == OPEN == b.state:
            first = (book.rank(a.type), a.value) < (book.rank(b.type), b.value)
            return Proposal([(a.node, b.node) if first else (b.node, a.node)], [])
    ranked = sorted(
        (members[node] for node in evidence.nodes),
        key=lambda m: (not m.joins, book.rank(m.type), m.value),
    )
    proposal = Proposal([], [])
    center = ranked[0]
    users = [m for m in ranked if m.type == USER and m.joins]
    for member in ranked[1:]:
        if not member.joins:  # nor does any behind it, and all do before it
            rule = STATE_NAMES[member.state]
            proposal.refused.append(Refusal(center.node, member.node, rule))
        elif member.state == OWNED and users:
            owner = next((u for u in users if same_user.get(u.node, u.node) == member.owner), None)
            if owner is None:
                proposal.refused.append(Refusal(center.node, member.node, "owned"))
            else:
                proposal.edges.append((owner.node, member.node))
        else:
            proposal.edges.append((center.node, member.node))
    return proposal
