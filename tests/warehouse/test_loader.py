"""The outbox reaches the warehouse once and in order, whatever dies in between."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import duckdb
import pytest

from rapport.errors import Unavailable
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.loader import Loader
from rapport.warehouse.outbox import mismatch
from tests.warehouse.outbox import Folder, Profiles, drain, loader_for
from tests.warehouse.rows import dirty, event_row, events, identities


def test_everything_arrives_and_is_recorded(folder: Folder, warehouse: DuckdbWarehouse) -> None:
    folder.put("events", events(event_row(1), event_row(2)))
    folder.put("identities", identities((1, 1), (2, 2)))
    folder.put("profiles", dirty([1, 500]))
    folder.put("events", events(event_row(3)))
    profiles = Profiles()
    loader = loader_for(folder, warehouse, profiles)
    drain(loader)
    assert warehouse.count_by_source() == {1: 3}
    assert warehouse.loaded() == folder.applied() == 4
    assert sorted(profiles.asked) == [1, 2, 500]
    assert warehouse.read("SELECT profile_id FROM profiles ORDER BY 1") == [
        {"profile_id": "p_1"},
        {"profile_id": "p_2"},
    ]
    assert warehouse.read("SELECT DISTINCT source, brand FROM events") == [
        {"source": "web", "brand": "FF"}
    ]
    loader.close()


def test_it_waits_for_a_pipeline_that_never_ran(tmp_path: Path) -> None:
    warehouse = DuckdbWarehouse(tmp_path / "w.duckdb")
    loader = Loader(warehouse, tmp_path / "state.db", tmp_path / "control.db", Profiles)
    assert loader.step() is None
    loader.close()
    warehouse.close()


def test_a_source_made_later_is_known(folder: Folder, warehouse: DuckdbWarehouse) -> None:
    loader = loader_for(folder, warehouse)
    folder.put("events", events(event_row(1)))
    drain(loader)
    folder.controls.execute(
        "INSERT INTO sources VALUES (2, 'crm', 'CRM', 'crm', 'BB', '', 'first')"
    )
    folder.put("events", events(event_row(2, source=2)))
    drain(loader)
    rows = warehouse.read("SELECT source FROM events ORDER BY node")
    assert [row["source"] for row in rows] == ["web", "crm"]
    loader.close()


def test_a_failing_warehouse_is_tried_again(
    folder: Folder, warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("events", events(event_row(1)))
    loader = loader_for(folder, warehouse)
    with monkeypatch.context() as patched:

        def fail(*_: Any, **__: Any) -> bool:
            raise Unavailable("disk full")

        patched.setattr(warehouse, "load", fail)
        with pytest.raises(Unavailable):
            loader.step()
    drain(loader)
    assert warehouse.count_by_source() == {1: 1}
    loader.close()


@pytest.mark.parametrize("where", ["load", "record"])
def test_dying_between_two_statements_repeats_nothing(
    folder: Folder, warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """After the warehouse committed and before control.db heard of it, or before either."""
    folder.put("events", events(event_row(1)))
    first = loader_for(folder, warehouse)
    assert first.step() == 1
    folder.put("events", events(event_row(2)))

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        if where == "record":
            patched.setattr(first, "_record", die)
        else:
            patched.setattr(warehouse, "load", die)
        with pytest.raises(Killed):
            first.step()
    first.close()
    assert folder.applied() == 1
    second = loader_for(folder, warehouse)
    drain(second)
    assert warehouse.count_by_source() == {1: 2}
    assert folder.applied() == 2
    second.close()


def test_new_rows_are_seen_soon_and_waiting_is_cheap(
    folder: Folder, warehouse: DuckdbWarehouse
) -> None:
    loader, stop = loader_for(folder, warehouse), threading.Event()
    thread = threading.Thread(target=loader.run, args=(stop,))
    thread.start()
    try:
        time.sleep(0.5)
        folder.put("events", events(event_row(1)))
        deadline = time.monotonic() + 2.0
        while time.monotonic() < deadline and not warehouse.count_by_source():
            time.sleep(0.01)
        assert warehouse.count_by_source() == {1: 1}
    finally:
        stop.set()
        thread.join()


CHILD = """
import sys, threading, time
from pathlib import Path
from tests.warehouse.test_loader import Profiles
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.loader import Loader
root = Path(sys.argv[1])
warehouse = DuckdbWarehouse(root / "warehouse.duckdb", memory_mb=128)
loader = Loader(warehouse, root / "state.db", root / "control.db", Profiles)
print("ready", flush=True)
while True:
    if loader.step() is None:
        time.sleep(0.005)
"""


@pytest.mark.torture
def test_killed_at_random_it_loses_and_repeats_nothing(folder: Folder) -> None:
    chance = random.Random(7)
    number = 0
    for _ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder.state.parent)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        child.stdout.readline()
        ends = time.monotonic() + chance.uniform(0.0, 0.4)
        while time.monotonic() < ends:
            rows = [event_row(number + i) for i in range(50)]
            number += 50
            with folder.writer:
                folder.put("events", events(*rows))
                folder.put("identities", identities(*((r["node"], r["node"]) for r in rows)))
        child.kill()
        child.wait()
        child.stdout.close()
        trim(folder)
    warehouse = DuckdbWarehouse(folder.warehouse)
    loader = loader_for(folder, warehouse)
    while loader.step():
        pass
    stored = warehouse.read("SELECT count(*) AS n, count(DISTINCT message_id) AS d FROM events")
    nodes = warehouse.read("SELECT count(*) AS n, count(DISTINCT node) AS d FROM identities")
    loader.close()
    warehouse.close()
    assert number > 0
    assert stored == nodes == [{"n": number, "d": number}]


def trim(folder: Folder) -> None:
    """What the pipeline does with the number in control.db."""
    with contextlib.suppress(apsw.SQLError):
        folder.writer.execute("DELETE FROM outbox WHERE seq < ?", (folder.applied(),))


def test_profiles_wait_while_events_do_but_not_for_ever(
    folder: Folder, warehouse: DuckdbWarehouse
) -> None:
    """More dirty profiles than one reading takes are all read in the end."""
    folder.put("identities", identities(*((n, n) for n in range(1, 1201))))
    profiles = Profiles()
    loader = loader_for(folder, warehouse, profiles)
    drain(loader)
    assert sorted(profiles.asked) == list(range(1, 1201))
    assert warehouse.dirty_profiles(10) == []
    loader.close()


def test_in_a_crowd_of_events_profiles_are_read_again_now_and_then(
    folder: Folder, warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles, now = Profiles(), [1000.0]
    monkeypatch.setattr("rapport.warehouse.loader.time.monotonic", lambda: now[0])
    loader = loader_for(folder, warehouse, profiles)
    folder.put("events", events(*map(event_row, range(1, 6001))))
    folder.put("profiles", dirty([1]))
    loader.step()
    folder.put("profiles", dirty([2]))
    loader.step()
    assert loader.step() == 0, "something is left to do, but not yet"
    assert profiles.asked == [1]
    now[0] += 3.0
    drain(loader)
    assert profiles.asked == [1, 2]
    loader.close()


def test_other_rules_make_every_row_be_read_again(
    folder: Folder, warehouse: DuckdbWarehouse
) -> None:
    folder.put("profiles", dirty([1, 2]))
    profiles = Profiles()
    drain(loader_for(folder, warehouse, profiles))
    profiles.asked.clear()
    drain(loader_for(folder, warehouse, profiles))
    assert profiles.asked == []
    profiles.rules = "2"
    drain(loader_for(folder, warehouse, profiles))
    assert sorted(profiles.asked) == [1, 2]


def _forget_all(folder: Folder) -> None:
    folder.writer.execute("DELETE FROM outbox")
    folder.writer.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'outbox'")


def _number_again(folder: Folder) -> None:
    """As after restoring an older state.db, once it has made as many batches as before."""
    _forget_all(folder)
    folder.put("events", events(event_row(8)))
    folder.put("events", events(event_row(9)))


def _lose_the_oldest(folder: Folder) -> None:
    folder.put("events", events(event_row(8)))
    folder.put("events", events(event_row(9)))
    folder.writer.execute("DELETE FROM outbox WHERE seq <= 3")


@pytest.mark.parametrize("restore", [_forget_all, _number_again, _lose_the_oldest])
def test_a_warehouse_of_another_history_gets_nothing(
    folder: Folder, warehouse: DuckdbWarehouse, restore: Callable[[Folder], None]
) -> None:
    folder.put("events", events(event_row(1)))
    folder.put("events", events(event_row(2)))
    first = loader_for(folder, warehouse)
    drain(first)
    assert first.problem == mismatch(folder.state, warehouse) == ""
    first.close()
    restore(folder)
    folder.put("events", events(event_row(10)))
    loader = loader_for(folder, warehouse)
    assert loader.step() is None
    assert loader.problem == mismatch(folder.state, warehouse) != ""
    assert warehouse.count_by_source() == {1: 2}
    assert folder.applied() == 0  # so that the pipeline forgets nothing either
    loader.close()


def test_an_invalidated_warehouse_is_opened_again_as_soon_as_it_can_be(
    folder: Folder, warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("events", events(event_row(1)))
    loader = loader_for(folder, warehouse)
    drain(loader)
    open_again = warehouse._open

    def full_disk() -> Any:
        raise duckdb.IOException("no space left")

    monkeypatch.setattr(warehouse, "_open", full_disk)
    warehouse._after(duckdb.FatalException("could not write"))
    folder.put("events", events(event_row(2)))
    for ask in (warehouse.loaded, loader.step, warehouse.count_by_source):
        with pytest.raises(Unavailable):
            ask()
    monkeypatch.setattr(warehouse, "_open", open_again)
    drain(loader)
    assert warehouse.count_by_source() == {1: 2}
    assert warehouse.loaded() == folder.applied() == 2
    loader.close()
