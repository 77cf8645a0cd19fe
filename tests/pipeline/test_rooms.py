"""The real rooms in the line: an event ends on the profile of the right person."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from .world import World, track


@pytest.mark.parametrize("restart", [False, True])
def test_from_log_to_profile(tmp_path: Path, restart: bool) -> None:
    world = World(tmp_path, real=True)
    world.send(track(1, userId=None, anonymousId="a1"))
    world.drain()
    if restart:
        world.restart()
    world.send(track(2, type="identify", userId="u1", anonymousId="a1", traits={"name": "Neha"}))
    world.send(track(1, userId=None, anonymousId="a1"))
    world.drain()
    rows = world.rows("SELECT type, value, profile FROM identifiers ORDER BY type")
    assert rows == [("anonymous_id", "a1", 1), ("user_id", "u1", 1)]
    blobs = world.rows("SELECT payload FROM outbox WHERE kind = 'profiles'")
    tables = [pa.ipc.open_stream(blob).read_all() for (blob,) in blobs]
    assert 1 in {profile for table in tables for profile in table["profile"].to_pylist()}
    world.reads.close()
    world.state.close()
