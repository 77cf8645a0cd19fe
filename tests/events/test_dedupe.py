"""Exact de-duplication against a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.database import connect
from rapport.events import dedupe
from rapport.events.dedupe import Dedupe
from rapport.events.model import Event
from rapport.events.runs import U32, U64, Filter, Run, find

from .samples import event


def made(source: int, message: int, content: int) -> Event:
    found = event(
        {"event": "x", "userId": "u", "messageId": f"m{message}", "properties": {"c": content}}
    )
    found.source = source
    found.index = message
    return found


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[apsw.Connection]:
    opened = connect(tmp_path / "state.db")
    opened.pragma("synchronous", "off")
    yield opened
    opened.close()


triples = st.tuples(st.integers(1, 2), st.integers(0, 12), st.integers(0, 2))


@given(st.lists(st.tuples(st.lists(triples, max_size=12), st.booleans()), max_size=25))
@settings(max_examples=40, deadline=None)
def test_same_as_a_dictionary(steps: list[tuple[list[tuple[int, int, int]], bool]]) -> None:
    """Whatever the batches, rollbacks and restarts."""
    state = connect(Path(":memory:"))
    tested = Dedupe(state)
    known: dict[tuple[int, int], int] = {}
    for number, (batch, commit) in enumerate(steps):
        expected = {"fresh": [], "again": [], "clashing": []}  # type: dict[str, list[int]]
        now = dict(known)
        for place, (source, message, content) in enumerate(batch):
            original = now.setdefault((source, message), -1)
            if original == -1:
                now[source, message] = content
                expected["fresh"].append(place)
            else:
                expected["again" if original == content else "clashing"].append(place)
        events = [made(*triple) for triple in batch]
        for place, one in enumerate(events):
            one.offset, one.index = number, place
        state.execute("BEGIN")
        found = tested.sift(events)
        assert {name: [e.index for e in getattr(found, name)] for name in expected} == expected
        if commit:
            state.execute("COMMIT")
            tested.committed()
            known = now
        else:
            state.execute("ROLLBACK")
            tested.reset()
        if number % 5 == 4:
            tested = Dedupe(state)
        assert tested.held() == len(known)
    state.close()


def test_runs_are_merged_and_survive_a_restart(
    connection: apsw.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dedupe, "LARGEST", 512)
    tested = Dedupe(connection)
    for start in range(0, 1200, 3):
        connection.execute("BEGIN")
        assert len(tested.sift([made(1, start + n, 0) for n in range(3)]).fresh) == 3
        connection.execute("COMMIT")
        tested.committed()
    counts = [count for (count,) in connection.execute("SELECT count FROM dedupe_runs")]
    assert sum(counts) == 1200
    assert len(counts) < 50
    assert 64 < max(counts) <= 512
    again = Dedupe(connection)
    assert again.held() == 1200
    assert len(again.sift([made(1, n, 0) for n in range(1200)]).again) == 1200


def test_equal_search_keys_of_different_ids_are_told_apart() -> None:
    run = Run(
        1,
        np.array([5, 7, 7, 7, 9], U64),
        np.array([1, 1, 2, 3, 1], U32),
        np.array([50, 71, 72, 73, 90], U64),
    )
    keys, marks = np.array([7, 7, 7, 9, 10, 5], U64), np.array([3, 4, 1, 2, 1, 1], U32)
    found, contents = np.zeros(6, bool), np.zeros(6, U64)
    find(run, keys, marks, found, contents)
    assert found.tolist() == [True, False, True, False, False, True]
    assert contents[found].tolist() == [73, 71, 50]


@given(st.lists(st.integers(0, 2**64 - 1), max_size=300), st.integers(0, 500))
def test_the_filter_never_says_too_little(keys: list[int], expected: int) -> None:
    tested = Filter(expected)
    held = np.array(keys, U64)
    tested.add(held)
    assert tested.maybe(held).all()


def test_the_filter_is_right_about_most_new_keys() -> None:
    random = np.random.default_rng(1)
    tested = Filter(10_000)
    tested.add(random.integers(0, 2**64, 10_000, dtype=U64))
    assert tested.maybe(random.integers(0, 2**64, 10_000, dtype=U64)).mean() < 0.15
