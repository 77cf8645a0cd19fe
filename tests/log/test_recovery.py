"""After a failed commit: the order of the way back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import apsw
import pytest

from rapport.database import connect
from rapport.errors import Unavailable
from rapport.log import group_commit
from rapport.log.base import EVENT, Draft
from rapport.log.sqlite import SqliteLog

MARKER = b"written before the failure"


def fail_once(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    """The next group breaks with `error`, else as if its fsync had failed."""
    insert = group_commit.insert

    def broken(connection: apsw.Connection, drafts: Sequence[Draft]) -> int:
        if not drafts:
            return insert(connection, drafts)
        monkeypatch.setattr(group_commit, "insert", insert)
        insert(connection, drafts)
        raise error or apsw.IOError("disk I/O error")

    monkeypatch.setattr(group_commit, "insert", broken)


def refused(log: SqliteLog) -> bool:
    try:
        log.append(Draft(1, EVENT, 1, 0, b"lost")).result(10)
    except Unavailable:
        return True
    return False


def await_ready(log: SqliteLog, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not log.ready():
        assert time.monotonic() < deadline, "the log did not recover"
        time.sleep(0.02)


def test_the_old_write_ahead_log_is_emptied_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages may look written to the operating system without being on the disk."""
    wal = tmp_path / "log.db-wal"
    log = SqliteLog(tmp_path / "log.db")
    log.append(Draft(1, EVENT, 1, 0, MARKER)).result()
    assert MARKER in wal.read_bytes()
    fail_once(monkeypatch)
    assert refused(log)
    assert not log.ready()
    assert refused(log), "accepted before the recovery"
    await_ready(log)
    assert MARKER not in wal.read_bytes()
    assert MARKER in (tmp_path / "log.db").read_bytes()
    assert not refused(log)
    bodies = [record.body for record in log.read(0, max_records=9, max_bytes=999)]
    assert bodies == [MARKER, b"lost"]
    log.close()


def test_nothing_is_accepted_until_it_could_be_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here a reader that sits on an old snapshot is in the way."""
    path = tmp_path / "log.db"
    log = SqliteLog(path)
    log.append(Draft(1, EVENT, 1, 0, MARKER)).result()
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM records").fetchone() == (1,)
    log.append(Draft(1, EVENT, 1, 0, b"behind the snapshot")).result()
    fail_once(monkeypatch)
    assert refused(log)
    time.sleep(1.2)
    assert not log.ready()
    assert refused(log)
    reader.execute("COMMIT")
    reader.close()
    await_ready(log)
    assert not refused(log)
    log.close()


def test_a_damaged_file_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = SqliteLog(path)
    log.append_all([Draft(1, EVENT, 1, n, b"x" * 3000) for n in range(200)])
    log.close()
    connect(path).close()  # what is still in the write-ahead log goes into the file
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 16384] = b"\xff" * 16384
    path.write_bytes(content)
    log = SqliteLog(path, readonly=True)
    with pytest.raises(Unavailable) as damaged:
        log.read(0, max_records=1000, max_bytes=10**9)
    assert "rapport doctor" in damaged.value.hint
    log.close()


@pytest.mark.parametrize("error", [RuntimeError("nobody foresaw this"), KeyError(1)])
def test_no_exception_ends_the_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    log = SqliteLog(tmp_path / "log.db")
    fail_once(monkeypatch, error)
    assert refused(log)
    await_ready(log)
    assert not refused(log)
    log.close()


def test_a_draft_that_is_none_ends_nothing(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    with pytest.raises(Unavailable):
        log.append(Draft(1, EVENT, 1, 0, None)).result(5)  # type: ignore[arg-type]
    await_ready(log)
    assert not refused(log)
    log.close()


class Deaf:
    """Takes no answer."""

    def settled(self, *_: object) -> None:
        raise RuntimeError

    refused = settled


def test_one_who_takes_no_answer_ends_nothing(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    log.append_into(Draft(1, EVENT, 1, 0, MARKER), Deaf(), None)
    assert not refused(log)
    assert log.ready()
    assert [record.body for record in log.read(0, max_records=9, max_bytes=999)] == [
        MARKER,
        b"lost",
    ]
    log.close()
