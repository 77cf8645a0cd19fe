"""Laws of the stored tables: a function of the set of events, and of nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.events.model import Event
from rapport.profiles.fragments import canonical

from .profile_world import World, event, identify

values = st.sampled_from([None, "", "a", "b", 1, 1.5, True, {"x": 1, "y": [2]}, ["q"]])


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of a few nodes, sources and accounts, with many ties in time."""
    made: list[Event] = []
    for number in range(draw(st.integers(1, 12))):
        plain: dict[str, Any] = {
            "node": draw(st.integers(0, 3)),
            "source": draw(st.integers(1, 2)),
            "at": draw(st.integers(-2, 2)),
            "message": f"m{number}",
        }
        kind = draw(st.sampled_from(["identify", "track", "page", "group"]))
        if kind in ("identify", "group"):
            plain["traits"] = draw(st.dictionaries(st.sampled_from("pqr"), values, max_size=3))
        if kind == "group":
            plain["group"] = draw(st.sampled_from(["g1", "g2"]))
        name = draw(st.sampled_from(["A", "B"])) if kind in ("track", "page") else ""
        made.append(event(type=kind, name=name, **plain))
    return made


@given(history=histories(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_order_and_batches_do_not_matter(history: list[Event], data: st.DataObject) -> None:
    once = World()
    once.absorb(*history)
    shuffled = data.draw(st.permutations(history))
    other = World()
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        other.absorb(*shuffled[:size])
        shuffled = shuffled[size:]
    assert other.dump() == once.dump()


@given(history=histories())
@settings(max_examples=40, deadline=None)
def test_merge_and_split_give_back_the_parts(history: list[Event]) -> None:
    world = World()
    for node in (1, 2, 3):
        world.identity.put(node, f"user_id:u{node}", profile=node)
    world.absorb(*history)
    apart = [world.reads.get(node, explain=True) for node in (1, 2, 3)]
    world.identity.assign({1: 1, 2: 1, 3: 1})
    merged = world.reads.get(1)
    assert merged["counters"]["total"] == sum(one["counters"]["total"] for one in apart)
    world.identity.assign({1: 1, 2: 2, 3: 3})
    assert [world.reads.get(node, explain=True) for node in (1, 2, 3)] == apart


def test_counts_first_and_last() -> None:
    world = World()
    world.absorb(
        identify(1, {"city": "Pune"}, at=5, message="b"),
        identify(1, {"city": "Pune"}, at=1, message="z"),
        identify(1, {"city": "Pune"}, at=5, message="a"),
    )
    world.absorb(identify(1, {"city": "Pune"}, at=9, message="c"))
    [(_, _, trait, _, value, first, first_message, last, last_message, count, search)] = (
        world.dump()["fragments"]
    )
    assert (trait, value, count, search) == ("city", '"Pune"', 4, "pune")
    assert (last - first, first_message, last_message) == (8, "z", "c")


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("messages", ["abc", "cab", "bca"])
def test_events_of_one_instant_are_told_apart_by_their_ids(messages: str, apart: bool) -> None:
    """In one batch and over several: the smallest id was first, the greatest last."""
    world = World()
    events = [identify(1, {"city": "Pune"}, message=message) for message in messages]
    for batch in [[one] for one in events] if apart else [events]:
        world.absorb(*batch)
    [row] = world.dump()["fragments"]
    assert (row[6], row[8], row[9]) == ("a", "c", 3)


def test_the_same_value_written_differently_is_one_value() -> None:
    world = World()
    world.absorb(
        identify(1, b'{"name":"caf\\u00e9","box":{"b":1,"a":[1, 2]}}', message="1"),
        identify(1, '{ "name" : "café", "box": {"a":[1,2], "b":1} }'.encode(), message="2"),
    )
    assert [(row[4], row[-2]) for row in world.dump()["fragments"]] == [
        ('{"a":[1,2],"b":1}', 2),
        ('"café"', 2),
    ]


def test_a_number_too_long_for_python_is_kept_as_sent() -> None:
    digits = b"1" * 5000
    world = World()
    world.absorb(identify(1, b'{"n":[' + digits + b'],"ok":1}'))
    assert {row[2] for row in world.dump()["fragments"]} == {"n", "ok"}


def test_traits_that_are_no_object_touch_nobody() -> None:
    world = World()
    assert world.absorb(identify(1, b'["no"]'), identify(2, b'{"a":')) == set()
    assert world.dump()["fragments"] == []


def test_touched_names_those_whose_traits_or_accounts_were_spoken_of() -> None:
    world = World()
    touched = world.absorb(
        event(1, name="Bought"),
        identify(2, {"a": 1}),
        event(3, type="group", group="g", traits={"name": "Gym"}),
        event(4, name="Bought", group="g"),
        event(0, type="group", group="g"),
    )
    assert touched == {2, 3, 4}


def test_a_rollback_leaves_no_number_behind() -> None:
    world = World()
    world.connection.execute("BEGIN")
    world.profiles.absorb([event(1, name="Lost")])
    world.connection.execute("ROLLBACK")
    world.profiles.reset()
    world.absorb(event(1, name="Kept"), event(1, name="Lost"))
    assert [row[2:4] for row in world.dump()["counters"]] == [
        (("track", "Kept"), 1),
        (("track", "Lost"), 1),
    ]


def test_canonical_keeps_numbers_as_written() -> None:
    assert [canonical(raw) for raw in map(msgspec.Raw, (b"1", b"1.0", b"true", b"null"))] == [
        "1",
        "1.0",
        "true",
        "null",
    ]
