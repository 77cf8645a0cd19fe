"""What kind of value is this: one person's, or many people's?

One principle, applied to the direct evidence of one identifier: a value that was seen with more
values of a type than one person may have is not one person's.

- of a *stronger* type: more than `limit` of them → many people's. Users are weighed: while there
  are few of them and one has nearly all events, the value is OWNED by that one.
- of a weaker or equal type: more than `crowd x limit` of them → CROWDED, a test account or a till.

PUBLIC and CROWDED only need counts of distinct values, which can only grow: they are final until
rules or decisions change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapport.identity.model import (
    BLOCKED,
    CROWDED,
    OPEN,
    OWNED,
    PUBLIC,
    SHARED,
    USER,
    Evidence,
    Member,
)
from rapport.identity.rules import RuleBook

Verdict = tuple[int, int]  # (state, node of the owner or 0)


def judge(
    member: Member,
    evidence: Sequence[Evidence],
    members: Mapping[int, Member],
    book: RuleBook,
    same_user: Mapping[int, int],
) -> Verdict:
    """State and owner of `member` from all evidence that carries it.

    Blocked members of `members` are marked as such already. `same_user` maps user nodes that
    people declared to be one person to one of them.
    """
    if member.state == BLOCKED:
        return BLOCKED, 0
    if not evidence or (len(evidence) == 1 and len(evidence[0].nodes) == 2):
        return OPEN, 0  # every limit allows one
    seen, events = _company(member.node, evidence, members, same_user)
    own_rank = book.rank(member.type)
    for kind, nodes in seen.items():
        limit = book.limit(kind)
        if book.rank(kind) >= own_rank:
            if len(nodes) > limit * book.sharing.crowd:
                return CROWDED, 0
        elif kind != USER and len(nodes) > limit and book.of(member.type).shared != "never":
            return PUBLIC, 0
    return _by_users(member.type, events, book)


def _company(
    node: int,
    evidence: Iterable[Evidence],
    members: Mapping[int, Member],
    same_user: Mapping[int, int],
) -> tuple[dict[str, set[int]], Counter[int]]:
    seen: dict[str, set[int]] = defaultdict(set)
    events: Counter[int] = Counter()
    for item in evidence:
        for other in item.nodes:
            company = members[other]
            if other == node or company.state == BLOCKED:
                continue
            seen[company.type].add(other)
            if company.type == USER:
                events[same_user.get(other, other)] += item.count
    return seen, events


def _by_users(kind: str, events: Counter[int], book: RuleBook) -> Verdict:
    policy = book.of(kind).shared
    if kind == USER or len(events) <= book.limit(USER) or policy == "never":
        return OPEN, 0
    if policy == "strict":
        return PUBLIC, 0
    if len(events) > book.sharing.owner_users:
        return PUBLIC, 0
    owner, most = max(events.items(), key=lambda item: item[1])
    if most >= book.sharing.owner_share * events.total():
        return OWNED, owner
    return SHARED, 0
