"""What the http process refuses to start with."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.clock import SystemClock
from rapport.config import Settings
from rapport.database import connect
from rapport.errors import Conflict
from rapport.log.base import EVENT, Draft
from rapport.log.sqlite import SqliteLog
from rapport.pipeline.store import PipelineStore
from rapport.server.composition import compose
from rapport.server.folder import Folder


def _processed(folder: Path, offset: int) -> None:
    state = connect(folder / "state.db")
    PipelineStore(state).advance(offset)
    state.close()


def test_a_log_that_lost_what_was_processed_takes_no_event(tmp_path: Path) -> None:
    """Whatever it accepted would count as processed already."""
    log = SqliteLog(tmp_path / "log.db", clock=SystemClock())
    log.append_all([Draft(1, EVENT, 1, 0, b"{}")])
    log.close()
    _processed(tmp_path, 2)
    with pytest.raises(Conflict) as refused:
        compose(Settings(data=str(tmp_path)), "token")
    assert refused.value.error_code == "older_log"
    assert not Folder(tmp_path).warehouse.exists()


def test_a_log_whose_records_were_all_forgotten_is_not_older(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    log.append_all([Draft(1, EVENT, 1, 0, b"{}")])
    log.truncate(1, older_than=1)
    log.close()
    _processed(tmp_path, 1)
    composition = compose(Settings(data=str(tmp_path)), "token")
    composition._context.rooms.log.close()
    composition._context.rooms.warehouse.close()
    composition._context.rooms.close()
