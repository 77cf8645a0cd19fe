"""What fails once, for whatever reason, is done later: nothing is forgotten, no thread ends."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from rapport.errors import Unavailable
from rapport.warehouse import views
from rapport.warehouse.base import Load
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.loader import Loader
from tests.warehouse.rows import event_row, events


def test_a_view_that_could_not_be_made_is_made_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    warehouse.load(
        Load(1, events=events(event_row(1, event="Order Completed", properties={"a": 1})))
    )

    def fail(*_: Any) -> None:
        raise duckdb.IOException("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(views, "refresh", fail)
        with pytest.raises(Unavailable):
            warehouse.refresh_views()
    assert warehouse.refresh_views()
    assert warehouse.query("SELECT a FROM order_completed").rows == [[1]]
    warehouse.close()


def test_the_thread_that_loads_survives_what_nobody_foresaw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []

    def step(_: Loader) -> None:
        steps.append(None)
        if len(steps) == 1:
            raise MemoryError

    monkeypatch.setattr(Loader, "step", step)
    stop = threading.Event()
    loader = Loader(None, tmp_path, tmp_path, lambda: None)  # type: ignore[arg-type, return-value]
    thread = threading.Thread(target=loader.run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + 10
    while len(steps) < 2 and thread.is_alive():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stop.set()
    thread.join(10)
    assert len(steps) >= 2
