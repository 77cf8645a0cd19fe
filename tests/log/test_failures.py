"""A disk that fails or fills up, a process that is killed: nothing acknowledged is lost."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.errors import Unavailable
from rapport.log.base import EVENT, Draft
from rapport.log.sqlite import SqliteLog
from tests.disks import small_disk

APPENDING = Path(__file__).with_name("appending.py")
BODY = 100

pytestmark = pytest.mark.torture


def run_appending(path: Path, seconds: float, *, under: list[str] | None = None) -> list[str]:
    """The lines that the program printed until it ended by itself."""
    command = [*(under or []), sys.executable, str(APPENDING), str(path), str(seconds), str(BODY)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def acknowledged(lines: list[str]) -> dict[int, int]:
    """Offset → number of every complete `ack` line."""
    words = [line.split() for line in lines]
    return {int(w[1]): int(w[2]) for w in words if len(w) == 3 and w[0] == "ack"}


def stored(path: Path) -> dict[int, int]:
    log = SqliteLog(path, readonly=True)
    try:
        records = log.read(0, max_records=10_000_000, max_bytes=10**10)
        assert sum(t.records for t in log.totals().values()) == len(records)
        return {record.offset: int(record.body) for record in records}
    finally:
        log.close()


def assert_kept(path: Path, lines: list[str]) -> None:
    acks, found = acknowledged(lines), stored(path)
    assert acks
    assert {offset: found.get(offset) for offset in acks} == acks


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Five lives of one log, each ended by SIGKILL."""
    path = tmp_path / "log.db"
    chance = random.Random(20261122)
    lines: list[str] = []
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, str(APPENDING), str(path), "60", str(BODY)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            lines += [process.stdout.readline().strip() for _ in range(chance.randrange(50, 400))]
            process.send_signal(signal.SIGKILL)
            # The last line may be cut off in the pipe; one that is whole was acknowledged.
            rest = process.stdout.read()
            lines += rest[: rest.rfind("\n") + 1].splitlines()
        assert_kept(path, lines)
    assert len(acknowledged(lines)) > 200


needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed: apt-get install strace"
)


@needs_strace
@pytest.mark.parametrize("calls", ["when=6", "when=20..22", "when=15+7"])
def test_failed_fsync(tmp_path: Path, calls: str) -> None:
    """The group gets refused, the log says so, and works again after a re-open; it never lies."""
    path = tmp_path / "log.db"
    SqliteLog(path).close()
    strace = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]
    inject = ["-e", f"inject=fsync,fdatasync:error=EIO:{calls}"]
    lines = run_appending(path, 2.5 if "+" in calls else 30, under=[*strace, *inject])
    assert any(line.startswith("refused") for line in lines), "the failure was not noticed"
    assert "ready False" in lines
    if "+" not in calls:
        assert lines[-1].startswith("ack"), "the log did not recover"
        assert "ready True" in lines
    assert_kept(path, lines)


@needs_strace
def test_failed_write(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    SqliteLog(path).close()
    strace = ["strace", "-f", "-o", "/dev/null", "-e", "trace=pwrite64"]
    inject = ["-e", "inject=pwrite64:error=ENOSPC:when=40..45"]
    lines = run_appending(path, 30, under=[*strace, *inject])
    assert any(line.startswith("refused") for line in lines)
    assert lines[-1].startswith("ack")
    assert_kept(path, lines)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=4) as folder:
        yield folder


def try_append(log: SqliteLog, number: int) -> int | None:
    try:
        return log.append(Draft(1, EVENT, 1, 0, b"%d" % number + b" " * 5_000)).result()
    except Unavailable:
        return None


def test_full_disk(disk: Path) -> None:
    filler = disk / "filler"
    filler.write_bytes(b"x" * 2_000_000)
    log = SqliteLog(disk / "log.db")
    kept: dict[int, int] = {}
    number = 0
    while (offset := try_append(log, number)) is not None and number < 10_000:
        kept[offset] = number
        number += 1
    assert 10 < number < 10_000
    assert not log.ready()
    assert try_append(log, number) is None
    assert set(kept) <= {r.offset for r in log.read(0, max_records=10_000, max_bytes=10**9)}

    with pytest.raises(Unavailable):
        log.truncate(10, older_than=1)
    stuck = SqliteLog(disk / "log.db")
    assert not stuck.ready(), "a start on a full disk does not accept either"
    stuck.close()

    filler.unlink()
    deadline = time.monotonic() + 10
    while not log.ready() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert log.ready(), "the log did not recover when space came back"
    again = try_append(log, number)
    assert again is not None
    kept[again] = number
    log.close()
    found = stored(disk / "log.db")
    assert {offset: found.get(offset) for offset in kept} == kept
