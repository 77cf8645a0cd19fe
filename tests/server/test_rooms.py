"""What requests read through knows the same settings as what the pipeline writes with."""

from __future__ import annotations

from pathlib import Path

from rapport.clock import SystemClock
from rapport.config import Settings
from rapport.database import connect
from rapport.events.decode import Decoder
from rapport.events.model import Event
from rapport.identity.service import Identity
from rapport.log.base import EVENT, Record
from rapport.log.sqlite import SqliteLog
from rapport.profiles.service import Profiles
from rapport.server.rooms import Rooms
from rapport.warehouse.engines.duckdb import DuckdbWarehouse


def test_a_phone_number_is_looked_up_as_it_was_written_down(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), region="IN")
    body = b'{"type":"identify","userId":"neha","traits":{"phone":"098200 12345"}}'
    [event] = Decoder(settings).decode(Record(1, 1, EVENT, 1, 1_790_000_000_000_000, body, b""))
    assert isinstance(event, Event)
    state = connect(tmp_path / "state.db")
    identity, _ = Identity(state, region=settings.region), Profiles(state)
    with state:
        identity.assign([event])
    state.close()

    log, warehouse = SqliteLog(tmp_path / "log.db"), DuckdbWarehouse(tmp_path / "w.duckdb")
    rooms = Rooms(settings, SystemClock(), log=log, warehouse=warehouse)
    try:
        found = rooms.new_reads()
        assert found.identity.resolve("phone:098200 12345") is not None
    finally:
        rooms.close()
        warehouse.close()
        log.close()
