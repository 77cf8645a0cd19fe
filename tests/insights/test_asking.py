"""Questions as they are sent, to a real warehouse: answers, the people behind them, and why."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.errors import Malformed, NotFound
from rapport.insights.ground import Ground
from rapport.insights.kinds import KINDS, read, read_cell
from tests.insights.planting import HOUR, NOW, World

BODIES: dict[str, dict[str, Any]] = {
    "trends": {"series": [{"event": "A"}]},
    "funnel": {"steps": [{"event": "A"}, {"event": "B"}], "window": "3h"},
    "retention": {"start": {"event": "A"}, "return": {"event": "B"}, "period": "day", "periods": 2},
    "lifecycle": {"event": {"event": "A"}, "period": "day"},
    "stickiness": {"event": {"event": "A"}},
    "active": {"period": "day", "trailing": 7},
    "paths": {"start": "A"},
    "revenue": {"order": {"event": "A"}, "amount": ["properties.price"], "period": "day"},
    "attribution": {"conversion": {"event": "B"}, "touches": [{"event": "A"}]},
    "north_star": {"metric": {"name": "a", "series": [{"event": "A"}]}, "period": "day"},
}
CELLS: dict[str, dict[str, Any]] = {
    "trends": {"period": "2025-10-09"},
    "funnel": {"step": 2},
    "retention": {"cohort": "2025-10-09", "period": 0},
    "lifecycle": {"period": "2025-10-09", "state": "new"},
    "stickiness": {"periods": 1},
    "active": {"period": "2025-10-09"},
    "paths": {"step": 1, "item": "A", "next": "B"},
    "revenue": {"period": "2025-10-09", "of": "new"},
    "attribution": {"of": "credited", "value": "A"},
    "north_star": {"metric": "a", "period": "2025-10-09"},
}


def plant(world: World) -> None:
    """1 and 2 (who is 1's other node) did A then B in three hours; 3 did B only."""
    done = [(1, "A", 4), (2, "B", 2), (3, "B", 3)]
    world.load(
        [
            {
                "node": node,
                "message_id": f"{name}{node}",
                "event": name,
                "timestamp": NOW - ago * HOUR,
                "properties": {"price": 2 * ago, "brand": "x" if node == 1 else None},
            }
            for node, name, ago in done
        ],
        {2: 1},
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_answers_names_its_people_and_says_why(world: World, kind: str) -> None:
    plant(world)
    question = read(BODIES[kind], kind)
    ground = world.ground()
    assert KINDS[kind].answer(question, ground)["kind"] == kind
    who = KINDS[kind].people(question, ground, read_cell(kind, CELLS[kind]))
    expected = [1, 3] if kind == "active" else [] if kind == "paths" else [1]
    assert who.tolist() == expected
    told = KINDS[kind].why(question, ground, 1)
    assert told["profile"] == "p_1"
    assert "A1" in str(told) or kind in ("paths", "retention")


def test_why_says_what_became_of_each_event(world: World) -> None:
    plant(world)
    question = read({**BODIES["funnel"], "window": "1h"}, "funnel")
    told = KINDS["funnel"].why(question, world.ground(), 1)
    assert told["reached"] == 1
    assert [(e["event"], e["steps"][0]["result"]) for e in told["events"]] == [
        ("A", "begins a chain"),
        ("B", "comes after the window has ended"),
    ]


def test_filters_and_breakdowns_read_the_json(world: World) -> None:
    plant(world)
    body = {
        "steps": [
            {"event": "A", "where": [{"path": "properties.price", "op": "gte", "value": 8}]},
            {"event": "B"},
        ],
        "breakdown": {"by": "properties.brand"},
    }
    told = KINDS["funnel"].answer(read(body, "funnel"), world.ground())
    assert [(row["value"], row["steps"][1]["count"]) for row in told["breakdown"]] == [("x", 1)]
    body["steps"][0]["where"][0]["value"] = 8.5
    told = KINDS["funnel"].answer(read(body, "funnel"), world.ground())
    assert [step["count"] for step in told["steps"]] == [0, 0]


def test_a_separation_is_seen_at_once(world: World) -> None:
    plant(world)
    question = read(BODIES["funnel"], "funnel")
    counts = [s["count"] for s in KINDS["funnel"].answer(question, world.ground())["steps"]]
    assert counts == [1, 1]
    world.load([], {2: 2})
    counts = [s["count"] for s in KINDS["funnel"].answer(question, world.ground())["steps"]]
    assert counts == [1, 0]


def test_erased_rows_are_gone_from_the_timeline(world: World) -> None:
    plant(world)
    question = read(BODIES["active"], "active")
    KINDS["active"].answer(question, world.ground())
    world.warehouse._transaction(lambda c: c.execute("DELETE FROM events WHERE node = 3"))
    world.load([], {})
    told = KINDS["active"].answer(question, world.ground())
    assert told["periods"][-1]["people"] == 1


def test_a_segment_keeps_its_members(world: World) -> None:
    plant(world)
    question = read({**BODIES["active"], "segment": "vip"}, "active")
    members = {"vip": [3, 9]}
    ground = Ground(world.warehouse, world.timeline, NOW, members=members.__getitem__)
    assert KINDS["active"].answer(question, ground)["periods"][-1]["people"] == 1
    with pytest.raises(NotFound, match="vip"):
        KINDS["active"].answer(question, world.ground())


@pytest.mark.parametrize(
    ("kind", "body", "node"),
    [
        ("funnel", {"steps": []}, "steps"),
        ("funnel", {"steps": [{"event": "A"}], "windw": "7d"}, "windw"),
        ("funnel", {"steps": [{"event": "A"}], "window": "7 days"}, "window"),
        ("funnel", {"steps": [{"event": "A", "where": [{"path": "x", "op": "eq"}]}]}, "steps"),
        ("funnel", {"steps": [{"event": "A"}], "timezone": "Mars/Olympus"}, "timezone"),
        ("funnel", {"steps": [{"event": "A"}], "from": "soon"}, "from"),
        ("active", {"period": "hour", "from": "2020-01-01"}, "period"),
    ],
)
def test_what_cannot_be_asked_is_named(
    world: World, kind: str, body: dict[str, Any], node: str
) -> None:
    def ask() -> None:
        KINDS[kind].answer(read(body, kind), world.ground())

    with pytest.raises(Malformed, match=node):
        ask()


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(Malformed, match="kind"):
        read({}, "nothing")
