from __future__ import annotations

import json
from typing import Any

import pytest

from rapport.clock import to_iso
from rapport.errors import NotFound
from rapport.profiles.rules import Rule, SurvivorshipRules

from .profile_world import NOW, World, event, identify


@pytest.fixture
def world() -> World:
    """Sarah: a browser and an account at the gym, known by her address at the desk."""
    world = World(SurvivorshipRules(traits={"city": Rule(by="source_priority", sources=("crm",))}))
    world.identity.put(1, "anonymous_id:a-1", profile=1)
    world.identity.put(2, "user_id:u-1", profile=1)
    world.identity.put(3, "email:sarah@mail.example", profile=1)
    world.identity.put(4, "anonymous_id:a-2", profile=4)
    world.absorb(
        event(1, name="Product Viewed", at=1, message="m1"),
        event(1, type="page", name="Home", at=2, message="m2"),
        identify(2, {"first_name": "Sarah", "city": "Mumbai"}, at=3, message="m3"),
        identify(3, {"city": "Thane"}, source=2, at=-5, message="m4"),
        event(2, type="group", group="gym-7", traits={"name": "Acme"}, at=4, message="m5"),
        event(4, name="Product Viewed", source=3, at=9, message="m6"),
    )
    return world


def test_a_profile_in_full(world: World) -> None:
    shown = world.reads.get(1)
    identifiers = shown.pop("identifiers")
    assert {one["type"]: one["sources"] for one in identifiers} == {
        "user_id": ["web"],
        "email": ["crm"],
        "anonymous_id": ["web"],
    }
    assert shown == {
        "id": "p_1",
        "name": "Sarah",
        "known": True,
        "first_seen": to_iso(NOW - 5),
        "last_seen": to_iso(NOW + 4),
        "sources": ["crm", "web"],
        "brands": ["Fitness Forever"],
        "traits": {"city": "Thane", "first_name": "Sarah"},
        "accounts": [{"id": "gym-7", "traits": {"name": "Acme"}}],
        "counters": {
            "total": 5,
            "events": {
                "(identify)": {"count": 2, "first": to_iso(NOW - 5), "last": to_iso(NOW + 3)},
                "(group)": {"count": 1, "first": to_iso(NOW + 4), "last": to_iso(NOW + 4)},
                "(page)": {"count": 1, "first": to_iso(NOW + 2), "last": to_iso(NOW + 2)},
                "Product Viewed": {"count": 1, "first": to_iso(NOW + 1), "last": to_iso(NOW + 1)},
            },
        },
    }


def test_why_this_value(world: World) -> None:
    city = world.reads.get(1, explain=True)["explain"]["city"]
    assert {key: city[key] for key in ("value", "rule", "source", "message_id", "identifier")} == {
        "value": "Thane",
        "rule": "source_priority",
        "source": "crm",
        "message_id": "m4",
        "identifier": "email:sarah@mail.example",
    }
    assert [(one["value"], one["wins"], one["why"]) for one in city["candidates"]] == [
        ("Thane", True, "wins"),
        ("Mumbai", False, "lower_priority"),
    ]


def test_a_removed_trait_is_gone_but_can_still_be_explained(world: World) -> None:
    world.absorb(identify(2, {"first_name": None}, at=20, message="m7"))
    shown = world.reads.get(1, explain=True)
    assert "first_name" not in shown["traits"]
    why = shown["explain"]["first_name"]
    assert (why["value"], why["message_id"]) == (None, "m7")
    assert [one["wins"] for one in why["candidates"]] == [True, False]


def pin(world: World, action: str, trait: str, value: Any, at: int, **more: Any) -> set[int]:
    control = {
        "action": action,
        "id": f"d{9 - at}",  # ids tell nothing of the order
        "at": NOW + at,
        "by": "steward",
        "reason": "asked her",
        "identifier": "user_id:u-1",
        "trait": trait,
        "value": value,
        **more,
    }
    return getattr(world.profiles, action)(control)


def test_a_pin_wins_until_it_is_taken_back_in_whatever_order_they_come(world: World) -> None:
    assert pin(world, "unpin", "city", None, 3) == {2}
    pin(world, "pin", "city", "Pune", 2)
    assert world.reads.get(1)["traits"]["city"] == "Thane"
    pin(world, "pin", "city", "Goa", 4)
    pin(world, "pin", "city", "Goa", 4)
    shown = world.reads.get(1, explain=True)
    assert shown["traits"]["city"] == "Goa"
    assert shown["explain"]["city"]["pinned"] is True
    assert shown["explain"]["city"]["pin"]["reason"] == "asked her"
    assert {one["why"] for one in shown["explain"]["city"]["candidates"]} == {
        "pinned_over",
        "lower_priority",
    }


def test_a_pin_follows_its_identifier_through_a_split(world: World) -> None:
    pin(world, "pin", "plan", "gold", 1)
    assert next(world.reads.many([1]))["traits"].find('"plan":"gold"') > 0
    world.identity.assign({2: 2})
    assert "plan" not in world.reads.get(1)["traits"]
    assert world.reads.get(2)["traits"]["plan"] == "gold"


def test_find_follows_every_way_to_a_profile(world: World) -> None:
    assert [world.reads.find(ref) for ref in ("p_1", "p_3", "user_id:u-1")] == [1, 1, 1]
    for unknown in ("p_99", "user_id:nobody", "nonsense", "email:"):
        with pytest.raises(NotFound):
            world.reads.find(unknown)
    with pytest.raises(NotFound):
        world.reads.get(99)


def test_rows_for_the_warehouse(world: World) -> None:
    rows = {row["profile"]: row for row in world.reads.many([4, 77, 1])}
    assert list(rows) == [4, 1]
    assert (rows[4]["known"], rows[4]["user_id"], rows[4]["name"]) == (False, None, "a-2")
    sarah = rows[1]
    assert (sarah["email"], sarah["user_id"]) == ("sarah@mail.example", "u-1")
    assert (sarah["first_seen"], sarah["last_seen"], sarah["events"]) == (NOW - 5, NOW + 4, 5)
    assert json.loads(sarah["traits"]) == {"city": "Thane", "first_name": "Sarah"}
    assert json.loads(sarah["accounts"]) == ["gym-7"]
    assert sarah["sources"] == ["crm", "web"]


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ({"name": " Neha Rao "}, "Neha Rao"),
        ({"firstName": "Neha", "lastName": "Rao"}, "Neha Rao"),
        ({"last_name": "Rao", "name": ""}, "Rao"),
        ({"name": 5, "email": "n@mail.example"}, "n@mail.example"),
        ({}, "a-2"),
    ],
)
def test_names(world: World, traits: dict[str, Any], name: str) -> None:
    world.absorb(identify(4, traits, at=30))
    [seen] = world.reads.search("a-2")
    [shown] = world.reads.summaries([seen.profile])
    assert shown["name"] == name
