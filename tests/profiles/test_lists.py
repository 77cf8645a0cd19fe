from __future__ import annotations

import pytest

from rapport.profiles import search

from .profile_world import World, event, identify


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


def ids(rows: list[dict[str, object]]) -> list[str]:
    return [str(row["id"]) for row in rows]


def test_pages_go_from_new_to_old_and_end(world: World) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        rows, cursor = world.reads.list(limit=3, cursor=cursor)
        seen += ids(rows)
    assert seen == [f"p_{n}" for n in range(7, 0, -1)]
    assert cursor is None


def test_filters(world: World) -> None:
    assert ids(world.reads.list(known=True)[0]) == ["p_7", "p_5", "p_3", "p_1"]
    assert ids(world.reads.list(known=False)[0]) == ["p_6", "p_4", "p_2"]
    assert ids(world.reads.list(brand="Brands Bazaar")[0]) == ["p_7", "p_3"]
    assert ids(world.reads.list(source="web", known=True)[0]) == ["p_7", "p_5", "p_3", "p_1"]
    assert world.reads.list(source="nowhere")[0] == []


def test_filters_hold_for_a_search_too(world: World) -> None:
    assert ids(world.reads.list(q="neha", brand="Brands Bazaar")[0]) == ["p_3"]
    assert world.reads.list(q="neha", known=False)[0] == []


def test_a_bounded_scan_says_where_to_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_WINDOW", 2)
    monkeypatch.setattr(search, "_WINDOWS", 1)
    rows, cursor = world.reads.list(brand="Brands Bazaar", limit=5)
    seen = ids(rows)
    while cursor is not None:
        rows, cursor = world.reads.list(brand="Brands Bazaar", limit=5, cursor=cursor)
        assert len(rows) <= 2
        seen += ids(rows)
    assert seen == ["p_7", "p_3"]


@pytest.mark.parametrize(
    ("q", "found"),
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
def test_search(world: World, q: str, found: set[str]) -> None:
    assert set(ids(world.reads.list(q=q)[0])) == found


def test_search_by_trait_uses_the_index(world: World) -> None:
    plan = world.connection.execute(
        f"EXPLAIN QUERY PLAN {search._BY_TRAIT}", ("a", "b", None, 5)
    ).fetchall()
    assert "fragments_search" in str(plan)
    assert "SCAN f " not in str(plan)
