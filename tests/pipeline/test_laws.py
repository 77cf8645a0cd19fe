"""What must hold however the log is cut, and wherever the process dies."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.log.base import BATCH, Draft
from rapport.pipeline.balance import balance

from .world import RECEIVED, World, track

sent = st.one_of(
    st.integers(0, 30).map(track),
    st.integers(0, 30).map(lambda n: track(n, sentAt="2026-11-21T23:00:00Z")),
    st.integers(0, 30).map(lambda n: track(n, properties={"total": -n})),
    st.integers(0, 30).map(lambda n: track(n, userId=None)),
    st.integers(0, 5).map(
        lambda n: {**track(n), "type": "identify", "anonymousId": f"a{n % 3}", "traits": {"n": n}}
    ),
    st.just("junk"),
)


@contextmanager
def scratch(*, real: bool = False) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), real=real)
        try:
            yield world
        finally:
            world.reads.close()
            world.state.close()


def tables(world: World) -> dict[str, list[tuple[Any, ...]]]:
    names = world.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {name: world.rows(f"SELECT * FROM {name}") for (name,) in names}


def stored(world: World) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for (payload,) in world.rows("SELECT payload FROM outbox WHERE kind = 'events'"):
        table = pa.ipc.open_stream(payload).read_all()
        found.update(
            zip(table["message_id"].to_pylist(), table["properties"].to_pylist(), strict=True)
        )
    return found  # fmt: skip


def fates(world: World) -> tuple[Any, ...]:
    """What became of the events, apart from where they stood in the log."""
    refused = world.rows("SELECT source, message_id, reason, body FROM quarantine ORDER BY id")
    counters = world.rows("SELECT * FROM counters ORDER BY node")
    users = world.rows("SELECT node, value FROM identifiers ORDER BY node")
    return stored(world), Counter(refused), world.reads.ledger(), counters, users


def feed(world: World, events: list[Any], cuts: list[int]) -> None:
    """Append `events` as records of the sizes in `cuts`, the rest as one."""
    at = 0
    for size in [*cuts, len(events)]:
        part = events[at : at + size]
        at += size
        if part:
            body = json.dumps({"batch": part}).encode()
            world.log.append_all([Draft(1, BATCH, len(part), RECEIVED, body)])


@given(
    st.lists(sent, max_size=40),
    st.lists(st.integers(1, 9), max_size=10),
    st.lists(st.integers(1, 9), max_size=10),
    st.integers(1, 20),
)
@settings(max_examples=25, deadline=None)
def test_any_cut_into_records_and_steps_gives_the_same(
    events: list[Any], one: list[int], other: list[int], limit: int
) -> None:
    with scratch() as first, scratch() as second:
        feed(first, events, one)
        feed(second, events, other)
        first.drain()
        while second.reads.committed() < second.log.end():
            second.pipeline._limit = limit
            second.pipeline.step()
        assert fates(first) == fates(second)
        for world in (first, second):
            found = balance(world.log, world.reads, lambda: (0, {}))
            assert found.balanced
            assert found.totals.accepted == len(events)


class Crash(BaseException):
    """The process is gone."""


@given(
    st.lists(sent, min_size=1, max_size=30),
    st.lists(st.integers(1, 9), max_size=6),
    st.lists(st.integers(1, 120), min_size=1, max_size=6),
    st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_dying_before_any_statement_changes_nothing(
    events: list[Any], cuts: list[int], moments: list[int], real: bool
) -> None:
    with scratch(real=real) as calm, scratch(real=real) as dying:
        for world in (calm, dying):
            feed(world, events, cuts)
            world.control(id="d", action="discard_quarantined", ids=[1], reason="x")
            feed(world, events[::2], cuts)
        calm.drain()
        for moment in moments:
            try:
                die_at(dying, moment)
                dying.drain()
            except Crash:
                dying.restart()
        dying.state.exec_trace = None
        dying.drain()
        assert tables(calm) == tables(dying)


def die_at(world: World, statement: int) -> None:
    """Make the state store fail with the n-th statement from now and ever after."""
    left = statement

    def count(*_: Any) -> bool:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Crash
        return True

    world.state.exec_trace = count
