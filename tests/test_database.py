"""Opening files, and bringing tables to the present version."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from rapport.database import ChangeSignal, connect, migrate, writing
from rapport.errors import Unavailable

FIRST = "CREATE TABLE a (x)"


def test_a_commit_is_durable(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a.db")
    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("synchronous") == 2  # FULL
    connection.close()


@pytest.mark.parametrize(("platform", "full"), [("darwin", 1), ("linux", 0)])
def test_on_macos_the_drive_is_told_to_write_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, full: int
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    connection = connect(tmp_path / "a.db")
    assert connection.pragma("fullfsync") == full
    assert connection.pragma("checkpoint_fullfsync") == full
    connection.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" * 100])
def test_a_file_that_is_no_store_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(Unavailable, match=r"a\.db"):
        connect(path)
    assert path.read_bytes() == content


def test_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        connect(tmp_path / "a.db", readonly=True)


def test_each_step_runs_once_and_whole(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a.db")
    migrate(connection, "one", [FIRST])
    migrate(connection, "one", [FIRST, "CREATE TABLE b (x)"])
    migrate(connection, "two", ["CREATE TABLE c (x)"])
    with pytest.raises(apsw.SQLError):
        migrate(connection, "two", ["CREATE TABLE c (x)", "CREATE TABLE d (x); CREATE TABLE a (x)"])
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert {"a", "b", "c"} < tables
    assert "d" not in tables, "half of a step is left"
    assert dict(connection.execute("SELECT room, done FROM migrations")) == {"one": 2, "two": 1}
    connection.close()


def test_what_a_writer_looks_up_is_not_overtaken(tmp_path: Path) -> None:
    one, other = connect(tmp_path / "a.db"), connect(tmp_path / "a.db")
    one.execute("CREATE TABLE numbers (value INTEGER)")
    other.set_busy_timeout(0)
    with writing(one):
        largest = one.execute("SELECT coalesce(max(value), 0) FROM numbers").get
        with pytest.raises(apsw.BusyError):
            other.execute("INSERT INTO numbers VALUES (1)")
        one.execute("INSERT INTO numbers VALUES (?)", (largest + 1,))
    assert other.execute("SELECT value FROM numbers").fetchall() == [(1,)]
    one.close()
    other.close()


def test_an_error_leaves_nothing_written(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE numbers (value INTEGER)")
    insert = "INSERT INTO numbers VALUES (?)"
    with pytest.raises(apsw.BindingsError), writing(connection):
        connection.executemany(insert, [(1,), ()])
    assert connection.execute("SELECT * FROM numbers").fetchall() == []
    connection.close()


def test_other_threads_run_while_one_waits_for_its_turn(tmp_path: Path) -> None:
    first, second = connect(tmp_path / "a.db"), connect(tmp_path / "a.db")
    first.execute("BEGIN IMMEDIATE")
    waiting = threading.Event()

    def wait() -> None:
        waiting.set()
        with writing(second):
            pass

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait()
    time.sleep(0.05)  # by now it waits
    # Were the GIL held, this would come after the busy timeout, too late for the other.
    first.execute("COMMIT")
    thread.join()
    for each in (first, second):
        each.close()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    steps = [FIRST, "CREATE TABLE b (x)", "INSERT INTO b VALUES (1)"]

    def start(_: int) -> None:
        connection = connect(tmp_path / "a.db")
        migrate(connection, "one", steps)
        connection.close()

    connect(tmp_path / "a.db").close()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(32)))
    connection = connect(tmp_path / "a.db", readonly=True)
    assert connection.execute("SELECT * FROM b").fetchall() == [(1,)]
    assert connection.execute("SELECT * FROM migrations").fetchall() == [("one", 3)]
    connection.close()


def test_commits_of_others_are_noticed_once_and_own_ones_not(tmp_path: Path) -> None:
    writing, reading = connect(tmp_path / "a.db"), connect(tmp_path / "a.db")
    signal = ChangeSignal(reading)
    assert [signal.changed(), signal.changed()] == [True, False]
    writing.execute(FIRST)
    assert [signal.changed(), signal.changed()] == [True, False]
    reading.execute("INSERT INTO a VALUES (1)")
    assert not signal.changed()
    writing.close()
    reading.close()
