"""One profile is answered without the framework, yet like everything else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from rapport.clock import SystemClock
from rapport.config import Settings
from rapport.database import connect
from rapport.errors import Forbidden, NotFound
from rapport.events.decode import Decoder
from rapport.events.model import Event
from rapport.identity.service import Identity
from rapport.log.base import EVENT, Record
from rapport.log.sqlite import SqliteLog
from rapport.profiles.service import Profiles
from rapport.server.access.auth import Principal
from rapport.server.rooms import Reads, Rooms
from rapport.server.web import glance
from rapport.server.web.glance import Glance
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.conftest import RunningServer

ASKER = Principal("key", "test", ("read",))
PATH = "/api/v1/profiles/user_id:neha"


def test_the_same_answer_as_through_the_framework(running_server: RunningServer) -> None:
    user = f"u-{uuid.uuid4()}"
    with running_server.tracking() as send:
        event = {"type": "identify", "userId": user, "traits": {"city": "Pune", "n": 1.0}}
        send.post("/v1/batch", json={"batch": [event]}, headers={"prefer": "return=representation"})
    with running_server.api() as api:
        quick = api.get(f"/api/v1/profiles/user_id:{user}")
        slow = api.get(f"/api/v1/profiles/user_id:{user}?explain=false")
        nobody = [api.get(f"/api/v1/profiles/user_id:x{user}{tail}") for tail in ("", "?explain=0")]
    assert quick.status_code == slow.status_code == 200
    assert quick.content == slow.content
    assert quick.json()["traits"] == {"city": "Pune", "n": 1.0}
    assert {*quick.headers} == {*slow.headers}
    assert nobody[0].status_code == nobody[1].status_code == 404
    assert nobody[0].content == nobody[1].content
    assert {*nobody[0].headers} == {*nobody[1].headers}


class Answered:
    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert status == 200
        self.bodies.append(msgspec.json.decode(body))


class CountedRooms(Rooms):
    """Counts the reads that went to a thread."""

    threads = 0

    async def reading(self, ask: Callable[[Reads], Any]) -> Any:
        self.threads += 1
        return await super().reading(ask)


def _rooms(folder: Path) -> CountedRooms:
    settings = Settings(data=str(folder))
    state = connect(folder / "state.db")
    identity, profiles = Identity(state), Profiles(state)
    body = b'{"type":"identify","userId":"neha","traits":{"city":"Pune"}}'
    [event] = Decoder(settings).decode(Record(1, 1, EVENT, 1, 1_790_000_000_000_000, body, b""))
    assert isinstance(event, Event)
    with state:
        identity.assign([event])
        profiles.absorb([event])
    state.close()
    log, warehouse = SqliteLog(folder / "log.db"), DuckdbWarehouse(folder / "w.duckdb")
    return CountedRooms(settings, SystemClock(), log=log, warehouse=warehouse)


def _close(rooms: Rooms) -> None:
    rooms.close()
    rooms.warehouse.close()
    rooms.log.close()


async def test_what_takes_long_goes_to_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms, proto = _rooms(tmp_path), Answered()
    quick, to = Glance(rooms), cast("Any", proto)
    try:
        for _ in range(20):
            assert await quick.answer(to, PATH, ASKER) == 200
        assert rooms.threads == 0
        monkeypatch.setattr(glance, "_PORTION", 10)
        monkeypatch.setattr(glance, "_PORTIONS", 5)
        assert await Glance(rooms).answer(to, PATH, ASKER) == 200
        assert rooms.threads == 1
        assert await quick.answer(to, PATH, ASKER) == 200
    finally:
        _close(rooms)
    assert all(body == proto.bodies[0] for body in proto.bodies)
    assert proto.bodies[0]["traits"] == {"city": "Pune"}


async def test_scope_and_absence_are_told_as_everywhere(tmp_path: Path) -> None:
    rooms, to = _rooms(tmp_path), cast("Any", Answered())
    try:
        with pytest.raises(Forbidden):
            await Glance(rooms).answer(to, PATH, Principal("key", "test", ()))
        with pytest.raises(NotFound):
            await Glance(rooms).answer(to, f"{PATH}x", ASKER)
    finally:
        _close(rooms)
