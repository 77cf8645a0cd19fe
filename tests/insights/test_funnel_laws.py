"""Funnels: kernel = oracle = every chain tried, on histories full of ties."""

from __future__ import annotations

from itertools import pairwise, permutations, product
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.audiences.meaning.person import Happening
from rapport.clock import to_iso
from rapport.errors import Malformed
from rapport.insights.answers import funnel as answers
from rapport.insights.oracles import funnel as oracle
from rapport.insights.oracles.matched import Matched, matched
from rapport.insights.specs.funnel import Breakdown, Exclusion, Funnel, Plan, plan
from rapport.insights.specs.scope import EventPick, span
from tests.insights.conftest import NewWorld
from tests.insights.planting import HOUR, NOW, Memory, World, histories, owners, people_of

MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PICKS: list[Any] = ["A", "B", "C", ("A", "B"), "*"]


@st.composite
def funnels(draw: st.DrawFn) -> Funnel:
    names = draw(st.lists(st.sampled_from(PICKS), min_size=1, max_size=4))
    filtered = draw(st.booleans())
    where = ({"path": "properties.v", "op": "eq", "value": "x"},) if filtered else ()
    steps = [EventPick(event=name, where=where if n == 1 else ()) for n, name in enumerate(names)]
    order = draw(st.sampled_from(["ordered", "ordered", "strict", "any"]))
    exclusions: tuple[Exclusion, ...] = ()
    if len(steps) > 1 and order != "any" and draw(st.booleans()):
        after = draw(st.integers(1, len(steps) - 1))
        before = draw(st.integers(after + 1, len(steps)))
        exclusions = (Exclusion(event=draw(st.sampled_from("XA")), after=after, before=before),)
    hold = ("properties.v",) if order != "strict" and draw(st.booleans()) else ()
    by = None
    if draw(st.booleans()):
        by = Breakdown(
            by=draw(st.sampled_from(["properties.v", "event"])),
            attribution=draw(st.sampled_from(["first", "last", "step"])),
            step=draw(st.integers(1, len(steps))),
        )
    grace = None
    if order == "ordered" and not exclusions:
        grace = draw(st.sampled_from([None, None, "1s", "90m", "3h"]))
    return Funnel(
        grace=grace,
        since=f"2025-10-08T{draw(st.integers(20, 23))}:53:20Z",
        until=draw(st.sampled_from([None, "2025-10-09T05:53:20Z"])),
        steps=tuple(steps),
        window=draw(st.sampled_from(["1h", "2h", "3h", "1d"])),
        order=order,
        reentry=draw(st.sampled_from(["newest", "first"])),
        range=draw(st.sampled_from(["first_step", "all_steps"])),
        exclusions=exclusions,
        hold=hold,
        breakdown=by,
    )


def of_chains(funnel: Funnel) -> Funnel:
    """As far as they go together."""
    by = funnel.breakdown and msgspec.structs.replace(funnel.breakdown, attribution="step")
    return msgspec.structs.replace(
        funnel,
        count="chains",
        order="ordered",
        exclusions=(),
        reentry="newest",
        breakdown=by,
        grace=None,
    )


def seen(chosen: Plan, people: dict[int, list[Happening]]) -> dict[int, list[Matched]]:
    wanted = [*chosen.hold, *([chosen.by] if chosen.by else [])]
    return {
        profile: matched(
            events, chosen.selections, chosen.earliest, chosen.latest, now=NOW, wanted=wanted
        )
        for profile, events in people.items()
    }


@MANY
@given(rows=histories(), owner=owners(), funnel=funnels())
def test_kernel_and_oracle_agree(
    rows: list[dict[str, Any]], owner: dict[int, int], funnel: Funnel
) -> None:
    people = people_of(rows, owner)
    chosen = plan(funnel, *span(funnel, NOW), NOW)
    found, values = answers._reached(funnel, chosen, Memory(people))
    got = {}
    for person, level, at, value in zip(*found, strict=True):
        text = values.texts[-1][value] if value >= 0 else None
        got[int(person)] = (tuple(at[:level].tolist()), text)
    expected = {}
    for profile, events in seen(chosen, people).items():
        if (outcome := oracle.outcome(chosen, events)) is not None:
            expected[profile] = (outcome.at, outcome.value)
    assert got == expected


@MANY
@given(rows=histories(), owner=owners(), funnel=funnels())
def test_every_chain_counts(
    rows: list[dict[str, Any]], owner: dict[int, int], funnel: Funnel
) -> None:
    funnel = of_chains(funnel)
    people = people_of(rows, owner)
    chosen = plan(funnel, *span(funnel, NOW), NOW)
    found, values = answers._reached(funnel, chosen, Memory(people))
    got = sorted(
        (
            int(person),
            tuple(at[:level].tolist()),
            str(values.texts[-1][value] if value >= 0 else ""),
        )
        for person, level, at, value in zip(*found, strict=True)
    )
    expected = [
        (profile, outcome.at, outcome.value or "")
        for profile, events in seen(chosen, people).items()
        for outcome in oracle.chains(chosen, events)
    ]
    assert got == sorted(expected)
    told = answers.answer(funnel, Memory(people))
    for n, step in enumerate(told["steps"]):
        assert step["count"] == sum(len(at) > n for _, at, _ in expected)
        who = answers.people(funnel, Memory(people), answers.Cell(step=n + 1))
        assert who.tolist() == sorted({one for one, at, _ in expected if len(at) > n})


def test_who_buys_twice_counts_twice() -> None:
    """Mixpanel's example of totals: out again after converting, or when the window has ended."""
    done = ["A", "A", "B", "A", "B", "B", "A", "X", "X", "X", "A", "B"]
    rows = [
        {
            "node": 1,
            "message_id": str(n),
            "event": name,
            "timestamp": NOW - (12 - n) * HOUR,
            "properties": {},
        }
        for n, name in enumerate(done)
    ]
    steps = (EventPick(event="A"), EventPick(event="B"))
    question = Funnel(since="2025-10-07", steps=steps, window="2h", count="chains", over_time="day")
    ground = Memory(people_of(rows, {}))
    told = answers.answer(question, ground)
    assert [step["count"] for step in told["steps"]] == [4, 3]
    assert sum(point["steps"][0]["count"] for point in told["over_time"]) == 4
    people = msgspec.structs.replace(question, count="people")
    assert [step["count"] for step in answers.answer(people, ground)["steps"]] == [1, 1]


@pytest.mark.parametrize(
    "more",
    [
        {"order": "strict"},
        {"reentry": "first"},
        {"exclusions": (Exclusion(event="X"),)},
        {"breakdown": Breakdown(by="source")},
    ],
)
def test_what_chains_cannot_have(more: dict[str, Any]) -> None:
    steps = (EventPick(event="A"), EventPick(event="B"))
    with pytest.raises(Malformed, match=r"count|breakdown"):
        answers.answer(Funnel(steps=steps, count="chains", **more), Memory({}))


def furthest(chosen: Plan, events: list[Matched]) -> int:
    """How far any chain of hers gets, all of them tried."""
    for size in range(chosen.steps, 0, -1):
        for places in product(range(len(events)), repeat=size):
            in_order = list(places) == sorted(set(places))
            if chosen.grace:
                if any_order_within_grace(chosen, events, places):
                    return size
            elif in_order and holds(chosen, events, places):
                return size
    return 0


def any_order_within_grace(chosen: Plan, events: list[Matched], places: tuple[int, ...]) -> bool:
    chain = [events[place] for place in places]
    firsts = [e for e in events if e.match & 1 and chosen.start <= e.at < chosen.end]
    return (
        all(each.match & -each.match == 1 << step for step, each in enumerate(chain))
        and chosen.start <= chain[0].at < chosen.end
        and all(one.at - two.at < chosen.grace for one, two in pairwise(chain))
        and all(each.at - chain[0].at <= chosen.window for each in chain)
        and (not chosen.first_only or chain[0] is firsts[0])
    )


def holds(chosen: Plan, events: list[Matched], places: tuple[int, ...]) -> bool:
    chain = [events[place] for place in places]
    firsts = [each for each in events if each.match & 1 and chosen.start <= each.at < chosen.end]
    strict = chosen.order == "strict"
    for step, (one, two) in enumerate(pairwise(chain), 1):
        bits = sum(1 << gap.bit for gap in chosen.gaps if gap.after < step <= gap.before)
        if any(one.at < e.at < two.at and (strict or e.match & bits) for e in events):
            return False
    return (
        all(each.match >> step & 1 for step, each in enumerate(chain))
        and chosen.start <= chain[0].at < chosen.end
        and chain[-1].at - chain[0].at <= chosen.window
        and (not chosen.first_only or chain[0] is firsts[0])
    )


@MANY
@given(rows=histories(most=9), funnel=funnels())
def test_the_oracle_finds_a_chain_whenever_there_is_one(
    rows: list[dict[str, Any]], funnel: Funnel
) -> None:
    if funnel.order == "any" or funnel.hold:
        return
    people = people_of(rows, {})
    chosen = plan(funnel, *span(funnel, NOW), NOW)
    for events in seen(chosen, people).values():
        outcome = oracle.outcome(chosen, events)
        assert (len(outcome.chain) if outcome else 0) == furthest(chosen, events)


@MANY
@given(rows=histories(names="ABC"), window=st.sampled_from(["1h", "2h", "1d"]))
def test_any_order_is_the_best_of_all_orders(rows: list[dict[str, Any]], window: str) -> None:
    """With steps that share no event, and everything in range."""
    people = people_of(rows, {})

    def level(names: tuple[str, ...], order: Any) -> dict[int, int]:
        steps = tuple(EventPick(event=name) for name in names)
        funnel = Funnel(since="2025-10-01", steps=steps, window=window, order=order)
        chosen = plan(funnel, *span(funnel, NOW), NOW)
        found = {p: oracle.outcome(chosen, events) for p, events in seen(chosen, people).items()}
        return {p: len(each.chain) if each else 0 for p, each in found.items()}

    orders = [level(names, "ordered") for names in permutations("ABC")]
    for profile, got in level(("A", "B", "C"), "any").items():
        assert got == max(each[profile] for each in orders)


@settings(MANY, max_examples=8)
@given(parts=st.lists(st.tuples(histories(most=8), owners()), min_size=1, max_size=4))
def test_late_events_and_merges_change_the_answer_as_if_they_had_always_been(
    new_world: NewWorld, parts: list[tuple[list[dict[str, Any]], dict[int, int]]]
) -> None:
    funnel = Funnel(
        since="2025-10-01", steps=(EventPick(event="A"), EventPick(event="B")), window="2h"
    )
    world = new_world()
    for rows, owner in parts:
        world.load(rows, owner)
        told = answers.answer(funnel, world.ground())
    fresh = World.__new__(World)
    fresh.__dict__.update(world.__dict__)
    fresh.timeline = type(world.timeline)(world.warehouse)
    assert told == answers.answer(funnel, fresh.ground())


def test_what_is_less_than_a_grace_apart_is_in_no_order(world: World) -> None:
    """Mixpanel's rule for clicks whose order nobody can tell."""
    second = 1_000_000
    for number, early in enumerate((second, 2 * second - 1, 2 * second, -HOUR), 1):
        done = {"A": NOW - 5 * HOUR, "B": NOW - 5 * HOUR - early}
        rows = [
            {
                "node": number,
                "message_id": f"{name}{number}",
                "event": name,
                "timestamp": at,
                "properties": {},
            }
            for name, at in done.items()
        ]
        world.load(rows, {})
    steps = (EventPick(event="A"), EventPick(event="B"))
    question = Funnel(steps=steps, grace="2s", since=f"{to_iso(NOW - 5 * HOUR)}")
    told = answers.answer(question, world.ground())
    assert [step["count"] for step in told["steps"]] == [4, 3]
    assert told["time_to_convert"]["median"] == 0
    strict = msgspec.structs.replace(question, grace=None)
    assert answers.answer(strict, world.ground())["steps"][1]["count"] == 1
    inside = msgspec.structs.replace(question, range="all_steps")
    assert answers.answer(inside, world.ground())["steps"][1]["count"] == 1


@pytest.mark.parametrize(
    "more",
    [
        {"order": "strict"},
        {"order": "any"},
        {"count": "chains"},
        {"exclusions": (Exclusion(event="X"),)},
        {"grace": "2d"},
        {"grace": "soon"},
    ],
)
def test_what_a_grace_does_not_go_with(more: dict[str, Any]) -> None:
    steps = (EventPick(event="A"), EventPick(event="B"))
    with pytest.raises(Malformed, match="grace"):
        answers.answer(Funnel(**{"steps": steps, "grace": "2s", **more}), Memory({}))


def test_an_hour_is_an_hour_to_the_microsecond(world: World) -> None:
    for number, late in enumerate((HOUR, HOUR + 1)):
        begun = NOW - 5 * HOUR
        world.load(
            [
                {
                    "node": number + 1,
                    "message_id": f"{name}{number}",
                    "event": name,
                    "timestamp": at,
                    "properties": {},
                }
                for name, at in (("A", begun), ("B", begun + late))
            ],
            {},
        )
    funnel = Funnel(steps=(EventPick(event="A"), EventPick(event="B")), window="1h")
    assert [step["count"] for step in answers.answer(funnel, world.ground())["steps"]] == [2, 1]
