from __future__ import annotations

import pytest

from rapport.errors import NotFound

from .profile_world import World, event, identify


@pytest.fixture
def world() -> World:
    world = World()
    for node, profile in ((1, 1), (2, 1), (3, 3)):
        world.identity.put(node, f"user_id:u{node}", profile)
    world.absorb(
        event(1, type="group", group="acme", traits={"name": "Acme", "seats": 5}, message="1"),
        event(2, type="group", group="acme", traits={"seats": 9}, at=5, message="2"),
        event(3, name="Class Booked", group="acme", at=7, message="3"),
        event(3, type="group", group="bolt", message="4"),
        event(0, type="group", group="lone", traits={"name": "Nobody's"}, message="5"),
        identify(3, {"name": "Asha"}, message="6"),
    )
    return world


def test_an_account_with_its_people(world: World) -> None:
    shown = world.reads.account("acme")
    assert (shown["name"], shown["traits"]) == ("Acme", {"name": "Acme", "seats": 9})
    assert shown["members_count"] == 2
    assert [member["name"] for member in shown["members"]] == ["Asha", "u1"]
    with pytest.raises(NotFound):
        world.reads.account("none")


def test_accounts_page_by_page(world: World) -> None:
    first, cursor = world.reads.accounts(limit=2)
    assert [(one["id"], one["members_count"]) for one in first] == [("acme", 2), ("bolt", 1)]
    second, end = world.reads.accounts(limit=2, cursor=cursor)
    assert [(one["id"], one["members_count"]) for one in second] == [("lone", 0)]
    assert end is None


def test_accounts_by_part_of_id_or_name(world: World) -> None:
    assert [one["id"] for one in world.reads.accounts(q="NOBODY")[0]] == ["lone"]
    assert [one["id"] for one in world.reads.accounts(q="ol")[0]] == ["bolt"]


def test_a_split_takes_the_membership_along(world: World) -> None:
    world.identity.assign({2: 2})
    assert world.reads.account("acme")["members_count"] == 3
