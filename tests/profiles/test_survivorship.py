"""Every rule against a naive oracle, and against any order of the candidates."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.clock import DAY
from rapport.profiles.rules import Rule, Strategy, SurvivorshipRules, Trust
from rapport.profiles.survivorship import Fragment, decide, pick

from .profile_world import NOW

TEXTS = ['"Pune"', '"Goa"', '""', '"\\u0041\\u00e9"', "1", "2.5", "-3", "true", "[1]", "null"]
STRATEGIES: tuple[Strategy, ...] = (
    "most_recent",
    "oldest",
    "most_frequent",
    "source_priority",
    "min",
    "max",
    "longest",
    "trust",
)
CRM, WEB = Trust(max=90, min=20, days=10), Trust(max=60, min=50, days=2, curve="early")


@st.composite
def fragments(draw: st.DrawFn) -> list[Fragment]:
    """Candidates with distinct (node, source, value), as the table's key makes them."""
    keys = st.tuples(
        st.integers(1, 2), st.sampled_from(["crm", "web", "app"]), st.sampled_from(TEXTS)
    )
    made = []
    for node, source, value in draw(st.lists(keys, min_size=1, max_size=8, unique=True)):
        first, length = draw(st.integers(-5, 0)), draw(st.integers(0, 3))
        first_time, last_time = NOW + first * DAY, NOW + (first + length) * DAY
        messages = draw(st.tuples(*[st.sampled_from(["a", "b"])] * 2))
        count = draw(st.integers(1, 3))
        made.append(
            Fragment(value, source, node, first_time, messages[0], last_time, messages[1], count)
        )
    return made


def rule(by: Strategy, then: tuple[Strategy, ...] = ()) -> Rule:
    return Rule(by=by, then=then, sources=("crm", "web"), trust={"crm": CRM, "*": WEB})


def oracle(by: Strategy, choice: list[Fragment]) -> str | None:
    """The surviving JSON text by the words of docs/profiles.md, as plainly as possible."""
    if by in ("oldest", "most_frequent", "min", "max", "longest"):
        nulls = [one.last_time for one in choice if one.value == "null"]
        choice = [
            one for one in choice if one.value != "null" and all(one.last_time > t for t in nulls)
        ]
    if not choice:
        return None
    totals: Counter[str] = Counter()
    for one in choice:
        totals[one.value] += one.count
    ranked = sorted(
        choice,
        key=lambda one: (one.last_time, one.last_message, one.value, one.source, one.node),
        reverse=True,
    )

    def plain(one: Fragment) -> Any:
        return json.loads(one.value)

    def kind(one: Fragment) -> int:
        value = plain(one)
        return 0 if type(value) in (int, float) else 1 if isinstance(value, str) else 2

    if by == "oldest":
        ranked.sort(key=lambda one: (one.first_time, one.first_message))
    elif by == "most_frequent":
        ranked.sort(key=lambda one: -totals[one.value])
    elif by == "source_priority":
        ranked.sort(key=lambda one: {"crm": 0, "web": 1}.get(one.source, 2))
    elif by == "longest":
        ranked.sort(key=lambda one: -len(plain(one) if isinstance(plain(one), str) else one.value))
    elif by == "trust":
        ranked.sort(
            key=lambda one: -(CRM if one.source == "crm" else WEB).score(NOW - one.last_time)
        )
    elif by in ("min", "max"):
        best = min(map(kind, choice))
        ranked = [one for one in ranked if kind(one) == best]
        values = [one.value if best == 2 else plain(one) for one in ranked]
        wanted = min(values) if by == "min" else max(values)
        ranked = [one for one, value in zip(ranked, values, strict=True) if value == wanted]
    return None if ranked[0].value == "null" else ranked[0].value


@pytest.mark.parametrize("by", STRATEGIES)
@given(candidates=fragments(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_each_rule_agrees_with_the_oracle_in_any_order(
    by: Strategy, candidates: list[Fragment], data: st.DataObject
) -> None:
    rules = SurvivorshipRules(traits={"t": rule(by)})
    winner = pick(rules, "t", data.draw(st.permutations(candidates)), NOW)
    assert (winner.value if winner else None) == oracle(by, candidates)


@given(candidates=fragments(), by=st.sampled_from(STRATEGIES), then=st.sampled_from(STRATEGIES))
@settings(max_examples=60, deadline=None)
def test_pick_and_decide_say_the_same_and_all_others_have_a_reason(
    candidates: list[Fragment], by: Strategy, then: Strategy
) -> None:
    rules = SurvivorshipRules(traits={"t": rule(by, (then,))})
    verdict = decide(rules, "t", candidates, NOW)
    assert verdict.winner == pick(rules, "t", candidates, NOW)
    standing = [one for place, one in enumerate(candidates) if place not in verdict.lost]
    if verdict.winner is not None:
        assert standing == [verdict.winner]
    else:
        assert [one.value for one in standing] in ([], ["null"])


def said(
    value: Any, *, at: int = 0, source: str = "web", first: int | None = None, n: int = 1
) -> Fragment:
    start = at if first is None else first
    return Fragment(json.dumps(value), source, 1, NOW + start, f"m{start}", NOW + at, f"m{at}", n)


def reasons(rules: SurvivorshipRules, *candidates: Fragment) -> list[str | None]:
    verdict = decide(rules, "t", candidates, NOW)
    return [verdict.lost.get(place) for place in range(len(candidates))]


def test_reasons_name_the_step_at_which_a_value_fell() -> None:
    rules = SurvivorshipRules(
        default=Rule(by="source_priority", sources=("crm",), then=("longest",))
    )
    assert reasons(
        rules,
        said("A", at=9),
        said("Bb", at=1, source="crm"),
        said("Cc", at=2, source="crm"),
        said("D", at=3, source="crm"),
    ) == ["lower_priority", "older", None, "shorter"]


def test_a_newer_null_removes_and_a_later_value_brings_back() -> None:
    rules = SurvivorshipRules()
    assert pick(rules, "t", [said("A", at=1), said(None, at=2)], NOW) is None
    back = pick(rules, "t", [said("A", at=3, first=1), said(None, at=2)], NOW)
    assert back is not None
    assert back.value == '"A"'


def test_a_null_from_a_lesser_source_does_not_remove_what_a_better_one_says() -> None:
    rules = SurvivorshipRules(default=Rule(by="source_priority", sources=("crm", "web")))
    kept = pick(rules, "t", [said("A", at=1, source="crm"), said(None, at=2)], NOW)
    assert kept is not None
    assert (
        pick(rules, "t", [said("A", at=1, source="crm"), said(None, at=2, source="crm")], NOW)
        is None
    )


def test_counts_of_all_sources_add_up_for_most_frequent() -> None:
    rules = SurvivorshipRules(default=Rule(by="most_frequent"))
    winner = pick(
        rules, "t", [said("A", n=2), said("A", n=2, source="crm"), said("B", at=9, n=3)], NOW
    )
    assert winner is not None
    assert winner.value == '"A"'


def test_empty_texts_can_be_told_not_to_count() -> None:
    candidates = [said("A", at=1), said("", at=2)]
    assert decide(SurvivorshipRules(), "t", candidates, NOW).winner == candidates[1]
    assert pick(SurvivorshipRules(skip_empty=True), "t", candidates, NOW) == candidates[0]


@pytest.mark.parametrize(("curve", "half_way"), [("linear", 50.0), ("late", 70.0), ("early", 30.0)])
def test_trust_falls_to_its_floor_along_its_curve(curve: Any, half_way: float) -> None:
    trust = Trust(max=90, min=10, days=100, curve=curve)
    assert [trust.score(days * DAY) for days in (-1, 0, 100, 400)] == [90, 90, 10, 10]
    assert trust.score(50 * DAY) == pytest.approx(half_way)
