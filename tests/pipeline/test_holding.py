"""What a transaction holds until its end changes nothing that comes out."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.pipeline import run as running

from .world import World, track

TABLES = (
    *("identifiers", "evidence", "sightings", "fragments", "counters", "event_names"),
    *("accounts", "account_traits", "memberships", "ledger", "outbox"),
)
AT_ONCE = 30


def sent(seed: int) -> list[list[dict[str, Any]]]:
    """People come again and again, share devices, say who they are, and some of it late."""
    chance, batches = random.Random(seed), []
    for number in range(24):
        events = []
        for place in range(10):
            person = chance.randrange(9)
            at = f"2026-11-21T{chance.randrange(24):02}:00:00Z"
            said: dict[str, Any] = {"timestamp": at, "anonymousId": f"a{chance.randrange(7)}"}
            said["userId"] = chance.choice([None, f"u{person}"])
            if chance.random() < 0.3:
                said |= {"type": "identify", "traits": {"plan": chance.choice("ab")}}
            if chance.random() < 0.2:
                said["context"] = {"groupId": f"g{person % 2}"}
            events.append(track(number * 10 + place, **said))
        batches.append(events)
    return batches


def outcome(seed: int, step_events: int, fail_at: int, patch: pytest.MonkeyPatch) -> Any:
    with tempfile.TemporaryDirectory() as folder, patch.context() as patched:
        patched.setattr(running, "MOST_EVENTS", AT_ONCE)
        patched.setattr(running, "STEP_EVENTS", step_events)
        patched.setattr("rapport.identity.service._KEEP", 4)  # what is forgotten is read again
        world = World(Path(folder), real=True)
        world.pipeline._limit = AT_ONCE
        for events in sent(seed):
            world.send(*events)
        if fail_at:
            fail_once(world, fail_at)
        world.drain()
        found = {name: sorted(world.rows(f"SELECT * FROM {name}"), key=str) for name in TABLES}
        world.state.close()
    return found


def fail_once(world: World, at: int) -> None:
    """The write of this number, of a portion, fails the first time."""
    line, left = world.pipeline._line, [at]
    process = line.process

    def failing(*args: Any) -> None:
        process(*args)
        left[0] -= 1
        if left[0] == 0:
            raise ZeroDivisionError

    vars(line)["process"] = failing


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), portions=st.integers(2, 9), fail_at=st.integers(0, 8))
def test_portions_together_give_what_each_gives_alone(
    monkeypatch: pytest.MonkeyPatch, seed: int, portions: int, fail_at: int
) -> None:
    alone = outcome(seed, 1, 0, monkeypatch)
    assert outcome(seed, portions * AT_ONCE, fail_at, monkeypatch) == alone
