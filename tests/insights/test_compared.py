"""Segments beside each other: each is the same question, asked of its members."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rapport.errors import Malformed, NotFound
from rapport.events.schema import TRAIT_CHANGES
from rapport.insights.ground import Ground
from rapport.insights.kinds import KINDS, read, read_cell
from rapport.warehouse.base import Load
from rapport.warehouse.schema import PROFILES
from tests.insights.planting import HOUR, NOW, World

SEGMENTS = {"vip": [1, 2], "new": [2, 3], "nobody": []}
KEYS = ["vip", "new", "nobody"]
SCOPE = {"from": "2025-10-08", "segment": "all"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "trends": {"series": [{"event": "A"}, {"event": "B", "measure": "people"}], **SCOPE},
    "funnel": {"steps": [{"event": "A"}, {"event": "B"}], "window": "5h", **SCOPE},
    "retention": {
        "start": {"event": "A"},
        "return": {"event": "B"},
        "period": "day",
        "periods": 1,
        **SCOPE,
    },
}
CELLS: dict[str, list[dict[str, Any]]] = {
    "trends": [{"period": "2025-10-09", "series": "B"}],
    "funnel": [{"step": 2}, {"step": 2, "outcome": "dropped"}],
    "retention": [{"cohort": "2025-10-09"}, {"cohort": "2025-10-09", "period": 1}],
}


@pytest.fixture
def ground(world: World) -> Ground:
    done = [(1, "A", 5), (1, "B", 1), (2, "A", 4), (2, "B", 3), (3, "A", 30), (3, "B", 20)]
    world.load(
        [
            {
                "node": node,
                "message_id": f"{name}{node}",
                "event": name,
                "timestamp": NOW - ago * HOUR,
                "properties": {},
            }
            for node, name, ago in done
        ],
        {},
    )
    members = {key: np.array(who, np.int64) for key, who in SEGMENTS.items()}
    members["all"] = np.array([1, 2, 3])
    members |= {f"just {n}": np.array([n]) for n in (1, 2, 3)}

    def known(key: str) -> Any:
        if key not in members:
            raise NotFound(f"there is no segment {key!r}")
        return members[key]

    plans: dict[int, dict[str, Any]] = {1: {"plan": "pro"}, 2: {"plan": 5}, 4: {"plan": "free"}}
    rows = [
        {"profile": n, "profile_id": f"p_{n}", "traits": json.dumps(each)}
        for n, each in plans.items()
    ]
    world.warehouse.upsert_profiles([1, 2, 3, 4], pa.Table.from_pylist(rows, schema=PROFILES))
    return Ground(world.warehouse, world.timeline, NOW, members=known, names=str.upper)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_each_segment_is_the_question_asked_of_its_members(ground: Ground, kind: str) -> None:
    answer = KINDS[kind].answer
    several = {**QUESTIONS[kind], "breakdown": {"segments": KEYS}}
    told = answer(read(several, kind), ground)
    plain = answer(read(QUESTIONS[kind], kind), ground)
    for place, key in enumerate(KEYS):
        alone = answer(read({**QUESTIONS[kind], "segment": key}, kind), ground)
        if kind == "trends":
            for n, series in enumerate(alone["series"]):
                part = told["series"][n]["breakdown"][place]
                assert part == {"value": key, "label": key.upper(), "values": series["values"]}
        else:
            part = told["breakdown"][place]
            assert (part.pop("value"), part.pop("label")) == (key, key.upper())
            assert part == {name: alone[name] for name in part}
        for cell in CELLS[kind]:
            people = KINDS[kind].people
            mine = people(read(several, kind), ground, read_cell(kind, {**cell, "value": key}))
            asked = read({**QUESTIONS[kind], "segment": key}, kind)
            assert mine.tolist() == people(asked, ground, read_cell(kind, cell)).tolist()
    if kind == "trends":
        assert [each["values"] for each in told["series"]] == [
            each["values"] for each in plain["series"]
        ]
    else:
        assert {name: told[name] for name in plain} == plain


def test_why_tells_the_value_of_her_trait(ground: Ground) -> None:
    """Also of who did not take the first step; None of who has none."""
    asked = {**QUESTIONS["funnel"], "from": "2025-10-08T10:00:00Z", "breakdown": {"trait": "plan"}}
    told = [KINDS["funnel"].why(read(asked, "funnel"), ground, n) for n in (1, 2, 3, 4)]
    assert [(each["reached"], each["value"]) for each in told] == [
        (2, "pro"),
        (2, "5"),
        (0, None),
        (0, "free"),
    ]


VALUES: dict[str | None, list[int]] = {None: [3], "5": [2], "pro": [1]}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_each_value_of_a_trait_is_the_question_asked_of_its_people(
    ground: Ground, kind: str
) -> None:
    answer, people = KINDS[kind].answer, KINDS[kind].people
    several = {**QUESTIONS[kind], "segment": None, "breakdown": {"trait": "plan"}}
    told = answer(read(several, kind), ground)
    parts = told["series"][0]["breakdown"] if kind == "trends" else told["breakdown"]
    assert [each["value"] for each in parts] == [*VALUES]
    for part, (value, who) in zip(parts, VALUES.items(), strict=True):
        alone = {**QUESTIONS[kind], "segment": {"trait": "plan", "value": value}}
        only = read({**QUESTIONS[kind], "segment": f"just {who[0]}"}, kind)
        expected = answer(only, ground)
        assert answer(read(alone, kind), ground) == expected
        if kind == "trends":
            assert part["values"] == expected["series"][0]["values"]
        else:
            assert part.pop("value") == value
            assert part == {name: expected[name] for name in part}
        for cell in CELLS[kind]:
            asked = read(several, kind)
            mine = people(asked, ground, read_cell(kind, {**cell, "value": value or ""}))
            assert mine.tolist() == people(only, ground, read_cell(kind, cell)).tolist()


@pytest.mark.parametrize("kind", QUESTIONS)
def test_values_behind_the_largest_are_one(ground: Ground, kind: str) -> None:
    """The question asked of everybody whose value is none of those that are told."""
    answer, people = KINDS[kind].answer, KINDS[kind].people
    few = {**QUESTIONS[kind], "segment": None, "breakdown": {"trait": "plan", "limit": 1}}
    told = answer(read(few, kind), ground)
    parts = told["series"][0]["breakdown"] if kind == "trends" else told["breakdown"]
    assert [(each["value"], each.get("other", False)) for each in parts] == [
        (None, False),
        (None, True),
    ]
    without = {**QUESTIONS[kind], "segment": {"trait": "plan", "other_than": [None]}}
    expected = answer(read(without, kind), ground)
    rest = parts[1]
    if kind == "trends":
        assert rest["values"] == expected["series"][0]["values"]
    else:
        assert {name: rest[name] for name in expected if name in rest} == {
            name: expected[name] for name in expected if name in rest
        }
    for cell in CELLS[kind]:
        mine = people(read(few, kind), ground, read_cell(kind, {**cell, "other": True}))
        assert mine.tolist() == people(read(without, kind), ground, read_cell(kind, cell)).tolist()
        assert mine.tolist() or cell != CELLS[kind][0]


def test_who_has_another_value(ground: Ground) -> None:
    def asked(*values: str | None) -> list[int]:
        whom = {"trait": "plan", "other_than": list(values)}
        question = read({**QUESTIONS["funnel"], "segment": whom}, "funnel")
        return KINDS["funnel"].people(question, ground, read_cell("funnel", {"step": 1})).tolist()

    assert asked("pro") == [2, 3]  # also who has none
    assert asked("pro", None) == [2]
    assert asked("nothing like it", None) == [1, 2]


def test_a_trait_has_a_value_or_others(ground: Ground) -> None:
    for whom in ({"trait": "plan"}, {"trait": "plan", "value": "pro", "other_than": ["pro"]}):
        with pytest.raises(Malformed, match="other_than"):
            read({**QUESTIONS["funnel"], "segment": whom}, "funnel")


def test_a_computed_trait_comes_before_a_described_one(ground: Ground, world: World) -> None:
    said = [{"trait": "plan", "profile": 3, "value": '"gold"', "at": NOW}]
    world.warehouse.load(Load(2, traits=pa.Table.from_pylist(said, schema=TRAIT_CHANGES)))
    question = read({**QUESTIONS["funnel"], "breakdown": {"trait": "plan", "limit": 1}}, "funnel")
    most, others = KINDS["funnel"].answer(question, ground)["breakdown"]
    assert (most["value"], most["steps"][0]["count"]) == (None, 2)
    assert (others["other"], others["steps"][0]["count"]) == (True, 1)
    cell = read_cell("funnel", {"step": 1, "value": "gold"})
    assert KINDS["funnel"].people(question, ground, cell).tolist() == [3]
    cell = read_cell("funnel", {"step": 1, "value": "nothing like it"})
    assert KINDS["funnel"].people(question, ground, cell).tolist() == []


def test_a_trait_that_may_have_several_values_is_refused(ground: Ground) -> None:
    several = {**QUESTIONS["trends"], "segment": {"trait": "tags[]", "value": "a"}}
    with pytest.raises(Malformed, match="no \\[\\]"):
        KINDS["trends"].answer(read(several, "trends"), ground)


def test_members_of_all_of_several_segments(ground: Ground) -> None:
    question = read({"event": {"event": "A"}, "segment": ["vip", "new"]}, "active")
    assert KINDS["active"].answer(question, ground)["periods"][-1]["people"] == 1


@pytest.mark.parametrize(
    ("kind", "breakdown", "named"),
    [
        ("trends", {"segments": []}, "segments"),
        ("retention", {"segments": ["vip", "vip"]}, "twice"),
        ("funnel", {"segments": ["vip"], "by": "source"}, "breakdown"),
        ("funnel", {}, "breakdown"),
        ("trends", {}, "breakdown"),
        ("trends", {"trait": "tags[]"}, "breakdown.trait"),
        ("trends", {"trait": "plan", "segments": ["vip"]}, "breakdown"),
        ("funnel", {"trait": "plan", "limit": 201}, "breakdown.limit"),
        ("retention", {"trait": "plan", "limit": 0}, "breakdown.limit"),
        ("retention", {"segments": ["vip"], "by": "source"}, "by"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    ground: Ground, kind: str, breakdown: dict[str, Any], named: str
) -> None:
    def ask() -> None:
        KINDS[kind].answer(read({**QUESTIONS[kind], "breakdown": breakdown}, kind), ground)

    with pytest.raises(Malformed, match=named):
        ask()


def test_a_segment_that_there_is_not(ground: Ground) -> None:
    question = read({**QUESTIONS["funnel"], "breakdown": {"segments": ["gone"]}}, "funnel")
    with pytest.raises(NotFound, match="gone"):
        KINDS["funnel"].answer(question, ground)
    cell = read_cell("funnel", {"step": 1, "value": "vip"})
    with pytest.raises(Malformed, match=r"cell\.value"):
        KINDS["funnel"].people(question, ground, cell)
