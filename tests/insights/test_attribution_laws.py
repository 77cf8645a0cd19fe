"""Attribution: kernel = oracle, shares add up exactly, people = the numbers shown."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.errors import Malformed
from rapport.insights.answers import attribution
from rapport.insights.kernels import credits
from rapport.insights.kernels.credits import FINE, RULES, WHOLE, Done, Rule, Way
from rapport.insights.oracles import attribution as meaning
from rapport.insights.oracles.matched import matched
from rapport.insights.specs.attribution import Attribution, Position
from rapport.insights.specs.scope import EventPick, span
from tests.insights.planting import HOUR, NOW, Memory, owners, people_of

MANY = settings(max_examples=150, deadline=None)
Rows = list[dict[str, Any]]
TOUCHES = (EventPick(event="T", label="mail"), EventPick(event="U"), EventPick(event=("T", "V")))


@st.composite
def journeys(draw: st.DrawFn) -> Rows:
    """Conversions C and touches T, U, V of few people on few instants."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from([1, 1, 2, 3, 4]),
                st.integers(0, 14),
                st.sampled_from("CCTTUVX"),
                st.fixed_dictionaries(
                    {},
                    optional={
                        "v": st.sampled_from([1, "2.5", "dear", -3, 10**12, 10**14]),
                        "id": st.sampled_from(["o1", "o2"]),
                        "currency": st.sampled_from(["EUR", "INR"]),
                        "by": st.sampled_from(["x", "y"]),
                    },
                ),
            ),
            max_size=24,
        )
    )
    return [
        {
            "node": node,
            "message_id": f"m{n}",
            "event": name,
            "timestamp": NOW - (14 - at) * 11 * HOUR,
            "properties": properties,
        }
        for n, (node, at, name, properties) in enumerate(drawn)
    ]


def asked(**more: Any) -> Attribution:
    scope: dict[str, Any] = {"since": "2025-10-05", "until": "2025-10-09"}
    return Attribution(
        **{
            "conversion": EventPick(event="C"),
            "touches": TOUCHES,
            "value": ("properties.v",),
            "order_id": "properties.id",
            **scope,
            **more,
        }
    )


def told_by_oracle(question: Attribution, rows: Rows, owner: dict[int, int]) -> dict[int, Any]:
    start, end = span(question, NOW)
    return {
        profile: meaning.journeys(
            question,
            start,
            end,
            matched(
                events,
                question.checked(),
                *(start - question.back(), end),
                now=NOW,
                wanted=question.wanted(),
            ),
        )
        for profile, events in people_of(rows, owner).items()
    }


@MANY
@given(
    rows=journeys(),
    owner=owners(),
    rule=st.sampled_from(RULES),
    by=st.sampled_from([None, "properties.by"]),
    lookback=st.sampled_from(["22h", "2d", "30d"]),
    ends=st.sampled_from([(0.4, 0.4), (0.0, 0.0), (1.0, 0.0), (0.333333, 0.5)]),
    order_id=st.sampled_from([None, "properties.id"]),
)
def test_attribution_is_that_of_the_oracle(
    rows: Rows,
    owner: dict[int, int],
    rule: Rule,
    by: str | None,
    lookback: str,
    ends: tuple[float, float],
    order_id: str | None,
) -> None:
    position = Position(first=ends[0], last=ends[1])
    question = asked(
        rule=rule, by=by, lookback=lookback, position=position, order_id=order_id, half_life="1d"
    )
    ground = Memory(people_of(rows, owner))
    told = attribution.answer(question, ground)
    found = told_by_oracle(question, rows, owner)
    every = [(who, each) for who, done in found.items() for each in done]
    assert told["conversions"] == len(every)
    assert told["amounts"] == amounts((each.currency, each.amount or 0) for _, each in every)
    for _, each in every:
        if each.touches:
            assert sum(touch.share for touch in each.touches) == WHOLE * FINE
            assert sum(touch.part for touch in each.touches) == (each.amount or 0) * FINE
            assert min(touch.share for touch in each.touches) >= 0
    ranked = by_name(every)
    assert [row["value"] for row in told["touches"]] == list(ranked)
    shares = meaning.rounded([sum(t.share for *_, t in mine) for mine in ranked.values()])
    assert [row["conversions"] for row in told["touches"]] == [each / WHOLE for each in shares]
    for currency in {each.currency for _, each in every}:
        parts = [
            sum(t.part for _, each, t in mine if each.currency == currency)
            for mine in ranked.values()
        ]
        paid = [dict(map(pair_of, row["amounts"])).get(currency, 0) for row in told["touches"]]
        assert paid == [each / WHOLE for each in meaning.rounded(parts)]
    shown = {row["value"]: row for row in told["touches"]}
    assert set(shown) == {touch.name for _, each in every for touch in each.touches}
    credited = sum(Fraction(str(row["conversions"])) for row in told["touches"])
    assert credited + told["unattributed"]["conversions"] == len(every)
    for name, row in shown.items():
        mine = ranked[name]
        assert row["assisted"] == len({id(each) for _, each, _ in mine})
        got = {who for who, _, touch in mine if touch.share}
        assert row["people"] == len(got)
        assert behind(question, ground, of="credited", value=name) == got
        assert behind(question, ground, of="assisted", value=name) == {who for who, *_ in mine}
    alone = [(who, each) for who, each in every if not each.touches]
    assert told["unattributed"]["conversions"] == len(alone)
    assert told["unattributed"]["people"] == len({who for who, _ in alone})
    assert behind(question, ground, of="unattributed") == {who for who, _ in alone}
    assert behind(question, ground) == {who for who, _ in every}


def by_name(every: list[tuple[int, Any]]) -> dict[str, Any]:
    """What is owed to each name, as answers have them in order."""
    found: dict[str, list[Any]] = {}
    for who, each in every:
        for touch in each.touches:
            found.setdefault(touch.name, []).append((who, each, touch))

    def rank(name: str) -> tuple[int, int, str]:
        mine = found[name]
        return -sum(t.share for *_, t in mine), -len({id(each) for _, each, _ in mine}), name

    return {name: found[name] for name in sorted(found, key=rank)}


def pair_of(row: dict[str, Any]) -> tuple[Any, Any]:
    return row["currency"], row["amount"]


def behind(question: Attribution, ground: Memory, **cell: Any) -> set[int]:
    return set(attribution.people(question, ground, attribution.Cell(**cell)).tolist())


def amounts(parts: Any) -> list[dict[str, Any]]:
    found: dict[str | None, int] = {}
    for currency, size in parts:
        found[currency] = found.get(currency, 0) + size
    ordered = sorted(found, key=lambda name: (name is not None, name or ""))
    return [
        {"currency": name, "amount": pytest.approx(found[name] / WHOLE, rel=1e-12)}
        for name in ordered
        if found[name]
    ]


def test_sums_of_weights_beyond_64_bits_are_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    touches, orders = np.arange(40) * HOUR, np.arange(4) * 13 * HOUR
    done = Done(np.zeros(4, np.int64), orders), Done(np.zeros(40, np.int64), touches)
    way = Way("time_decay", half_life=5 * HOUR)
    [found] = credits.credited(way, *done, 30 * HOUR)
    monkeypatch.setattr(credits, "_LONG", 1)
    [other] = credits.credited(way, *done, 30 * HOUR)
    assert [column.tolist() for column in found] == [column.tolist() for column in other]
    assert found.rest is not None
    whole = found.share * FINE + found.rest
    assert np.bincount(found.order, whole / FINE).tolist() == pytest.approx([WHOLE] * 4)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("first", [1, 0, 0]),
        ("last", [0, 0, 1]),
        ("linear", [0.333333, 0.333333, 0.333334]),
        ("position", [0.4, 0.2, 0.4]),
        ("time_decay", [0.142857, 0.285714, 0.571429]),
    ],
)
def test_the_rules(rule: Rule, expected: list[float]) -> None:
    """Three touches two days, one day and nothing before the order; half of it a day."""
    done = [("T", 48), ("U", 24), ("V", 0), ("C", 0), ("T", 49)]
    rows = [
        {
            "node": 1,
            "message_id": f"{name}{ago}",
            "event": name,
            "timestamp": NOW - ago * HOUR,
            "properties": {},
        }
        for name, ago in done
    ]
    question = asked(rule=rule, lookback="2d", half_life="1d", until=None)
    [[journey]] = told_by_oracle(question, rows, {}).values()
    shares = meaning.rounded([touch.share for touch in journey.touches])
    assert [each / WHOLE for each in shares] == expected
    told = attribution.answer(question, Memory(people_of(rows, {})))
    assert sorted(row["conversions"] for row in told["touches"]) == sorted(expected)


@pytest.mark.parametrize(
    "more",
    [
        {"touches": ()},
        {"lookback": "soon"},
        {"half_life": "0d"},
        {"position": Position(first=0.9, last=0.2)},
        {"by": "properties.products[].sku"},
        {"limit": 0},
    ],
)
def test_what_cannot_be_meant_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match=next(iter(more))):
        attribution.answer(asked(**more), Memory({}))
