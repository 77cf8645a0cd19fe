from __future__ import annotations

from typing import Any

import pytest

from rapport.ids import profile_id
from rapport.profiles import search

from .profile_world import NOW, World, event, identify


@pytest.fixture
def world() -> World:
    """Seven profiles: odd ones known (Brands Bazaar when 3 or 7), even ones anonymous."""
    world = World()
    for node in range(1, 8):
        known = node % 2
        world.identity.put(node, f"user_id:u{node}" if known else f"anonymous_id:a{node}", node)
        source = 3 if node in (3, 7) else 1
        world.absorb(event(node, name="Seen", source=source, message=f"s{node}"))
    world.absorb(
        identify(3, {"name": "Neha Rao", "city": "Bangalore", "nick": "ÉLODIE"}, message="x"),
        identify(5, {"name": "Nehal Shah", "city": "bangalore", "age": 20}, message="y"),
        identify(7, {"name": 'N "Q" R', "mail": "neha@mail.example"}, message="z"),
    )
    return world


def found(world: World, q: str, **narrowed: Any) -> set[str]:
    return {profile_id(one.profile) for one in world.reads.search(q, **narrowed)}


def test_summaries_keep_the_order_and_leave_out_who_is_gone(world: World) -> None:
    world.identity.put(9, "user_id:silent", 9)
    assert [row["id"] for row in world.reads.summaries([3, 99, 1, 9])] == ["p_3", "p_1"]


def test_a_search_knows_when_each_was_seen(world: World) -> None:
    world.absorb(event(1, name="Later", at=5, message="late"))
    [seen] = world.reads.search("user_id:u1")
    assert (seen.profile, seen.last_seen) == (1, NOW + 5)
    assert seen.first_seen == NOW


def test_filters(world: World) -> None:
    assert found(world, "u") == {"p_1", "p_3", "p_5", "p_7"}
    assert found(world, "u", source="bazaar") == {"p_3", "p_7"}
    assert found(world, "a", known=False) == {"p_2", "p_4", "p_6"}
    assert found(world, "neha", brand="Brands Bazaar") == {"p_3"}
    assert found(world, "neha", known=False) == set()
    assert found(world, "u", source="nowhere") == set()


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("neha", {"p_3", "p_5"}),
        ("NEHA R", {"p_3"}),
        ("city:bang", {"p_3", "p_5"}),
        ("nick:bang", set()),
        ("élo", {"p_3"}),
        ('N "q"', {"p_7"}),
        ("user_id:u5", {"p_5"}),
        ("u", {"p_1", "p_3", "p_5", "p_7"}),
        ("p_4", {"p_4"}),
        ("eha", set()),
        ("20", set()),
        ("%", set()),
    ],
)
def test_search(world: World, q: str, wanted: set[str]) -> None:
    assert found(world, q) == wanted


def test_search_by_trait_uses_the_index(world: World) -> None:
    plan = world.connection.execute(
        f"EXPLAIN QUERY PLAN {search._BY_TRAIT}", ("a", "b", None, 5)
    ).fetchall()
    assert "fragments_search" in str(plan)
    assert "SCAN f " not in str(plan)
