"""Choosing the value of a trait among its fragments.

Every strategy is a filter: fragments in, the best of them out. A rule is a row of filters that ends
with the most recent fragment, ties broken by (time, message id, value), so there is always exactly
one answer and it does not depend on the order of the fragments.

A JSON null says that the trait was removed. Strategies that look at time or source treat it as a
value like others: when it wins, the trait is absent. For the strategies that compare values, a null
takes back everything said up to its instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from rapport.profiles.rules import Rule, SurvivorshipRules

NULL = "null"
EMPTY = '""'


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """One value of one trait as one source said it of one node."""

    value: str  # canonical JSON
    source: str  # slug
    node: int
    first_time: int
    first_message: str
    last_time: int
    last_message: str
    count: int


Choice: TypeAlias = list[Fragment]
Filter: TypeAlias = Callable[[Choice, Rule, int], Choice]


class Verdict(msgspec.Struct, frozen=True):
    """`winner` is None when nothing survives; `lost` tells at which step each other one fell."""

    winner: Fragment | None
    lost: Mapping[int, str]  # position in the candidates -> reason


def recency(fragment: Fragment) -> tuple[int, str, str, str, int]:
    """The order of last resort; node and source only part what is the same in all else."""
    return (
        fragment.last_time,
        fragment.last_message,
        fragment.value,
        fragment.source,
        fragment.node,
    )


def _most_recent(choice: Choice, _rule: Rule, _now: int) -> Choice:
    return [max(choice, key=recency)]


def _oldest(choice: Choice, _rule: Rule, _now: int) -> Choice:
    first = min((one.first_time, one.first_message) for one in choice)
    return [one for one in choice if (one.first_time, one.first_message) == first]


def _most_frequent(choice: Choice, _rule: Rule, _now: int) -> Choice:
    counts: dict[str, int] = {}
    for one in choice:
        counts[one.value] = counts.get(one.value, 0) + one.count
    most = max(counts.values())
    return [one for one in choice if counts[one.value] == most]


def _source_priority(choice: Choice, rule: Rule, _now: int) -> Choice:
    best = min(rule.rank(one.source) for one in choice)
    return [one for one in choice if rule.rank(one.source) == best]


def _trust(choice: Choice, rule: Rule, now: int) -> Choice:
    scores = [rule.believes(one.source, now - one.last_time) for one in choice]
    best = max(scores)
    return [one for one, score in zip(choice, scores, strict=True) if score == best]


def _min(choice: Choice, _rule: Rule, _now: int) -> Choice:
    kind, lowest = min(_magnitude(one.value) for one in choice)
    return [one for one in choice if _magnitude(one.value) == (kind, lowest)]


def _max(choice: Choice, _rule: Rule, _now: int) -> Choice:
    kind = min(_magnitude(one.value)[0] for one in choice)
    same = [one for one in choice if _magnitude(one.value)[0] == kind]
    highest = max(_magnitude(one.value) for one in same)
    return [one for one in same if _magnitude(one.value) == highest]


def _longest(choice: Choice, _rule: Rule, _now: int) -> Choice:
    most = max(_length(one.value) for one in choice)
    return [one for one in choice if _length(one.value) == most]


def _magnitude(value: str) -> tuple[int, Any]:
    """Numbers before texts before everything else, so that unlike kinds are never compared."""
    plain = msgspec.json.decode(value)
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        return (0, plain)
    return (1, plain) if isinstance(plain, str) else (2, value)


def _length(value: str) -> int:
    """Characters of a text; of the JSON, for what is not a text."""
    return len(msgspec.json.decode(value)) if value[0] == '"' else len(value)


# Strategy -> (filter, why a fragment falls here, whether a null takes back what was said before).
_STRATEGIES: Mapping[str, tuple[Filter, str, bool]] = {
    "most_recent": (_most_recent, "older", False),
    "oldest": (_oldest, "newer", True),
    "most_frequent": (_most_frequent, "less_frequent", True),
    "source_priority": (_source_priority, "lower_priority", False),
    "trust": (_trust, "lower_trust", False),
    "min": (_min, "larger", True),
    "max": (_max, "smaller", True),
    "longest": (_longest, "shorter", True),
}


def decide(
    rules: SurvivorshipRules, trait: str, candidates: Sequence[Fragment], now: int
) -> Verdict:
    """Pick one fragment and say why each other one lost. `now` (µs UTC) is for trust with decay."""
    rule = rules.of(trait)
    choice = list(candidates)
    lost: dict[int, str] = {}
    places = {id(one): place for place, one in enumerate(candidates)}

    def keep(kept: Choice, reason: str) -> Choice:
        held = {id(one) for one in kept}
        lost.update({places[id(one)]: reason for one in choice if id(one) not in held})
        return kept

    if rules.skip_empty:
        choice = keep([one for one in choice if one.value != EMPTY], "empty")
    if _STRATEGIES[rule.by][2]:
        choice = keep(_after_removal(choice), "removed")
    for strategy in (rule.by, *rule.then, "most_recent"):
        if len(choice) < 2:
            break
        apply, reason, _ = _STRATEGIES[strategy]
        choice = keep(apply(choice, rule, now), reason)
    winner = choice[0] if choice and choice[0].value != NULL else None
    return Verdict(winner, lost)


def pick(
    rules: SurvivorshipRules, trait: str, candidates: Sequence[Fragment], now: int
) -> Fragment | None:
    """The winner alone; what `decide` says, without the reasons."""
    if not rules.skip_empty and (len(candidates) == 1 or rules.of(trait).by == "most_recent"):
        best = max(candidates, key=recency) if len(candidates) > 1 else candidates[0]
        return best if best.value != NULL else None
    return decide(rules, trait, candidates, now).winner


def _after_removal(choice: Choice) -> Choice:
    """Without the nulls and without what was last said up to the newest null."""
    removed = max((one.last_time for one in choice if one.value == NULL), default=None)
    if removed is None:
        return choice
    return [one for one in choice if one.value != NULL and one.last_time > removed]
