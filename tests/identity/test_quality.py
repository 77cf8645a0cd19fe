"""How well people are recognised on a stream whose truth is known. Large version: bench/."""

from __future__ import annotations

import random

import pytest

from tests.identity.stream import Seen, Stream, events, make, score
from tests.identity.world import World


@pytest.fixture(scope="module")
def stream() -> Stream:
    return make(2_000)


def profiles(seen: list[Seen], batch: int) -> dict[str, int]:
    world = World()
    for start in range(0, len(seen), batch):
        world.send(*events(seen[start : start + batch], start))
    return dict(world.sql.execute("SELECT type || ':' || value, profile FROM identifiers"))


def test_hardly_anybody_is_taken_for_another_and_hardly_anybody_missed(stream):
    result = score(profiles(stream.events, 1_000), stream.owner)
    assert result.precision >= 0.99
    assert result.recall >= 0.97 * stream.ceiling
    assert result.largest <= 12


def test_what_no_evidence_can_tell_stays_bounded():
    hidden = make(2_000, hidden=True)
    result = score(profiles(hidden.events, 1_000), hidden.owner)
    assert result.precision >= 0.97


def test_any_order_of_arrival_gives_the_same_people(stream):
    shuffled = list(stream.events)
    random.Random(1).shuffle(shuffled)

    def groups(profile: dict[str, int]) -> set[frozenset[str]]:
        found: dict[int, set[str]] = {}
        for label, number in profile.items():
            found.setdefault(number, set()).add(label)
        return {frozenset(group) for group in found.values()}

    assert groups(profiles(stream.events, 700)) == groups(profiles(shuffled, 333))
