"""The whole server on a disk that fills up or fails, and told to stop under load.

Nothing acknowledged may be lost or counted twice, and it comes back by itself.
"""

from __future__ import annotations

import http.client
import shutil
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.stream import Stream
from tests.conftest import WRITE_KEY, RunningServer, served
from tests.disks import small_disk

pytestmark = pytest.mark.torture

MB = 2**20
BATCH = 50


class Sender(threading.Thread):
    """Sends batch after batch; one that got no 200 is sent again, as SDKs do."""

    def __init__(self, server: RunningServer, seed: int = 1) -> None:
        super().__init__(daemon=True)
        self.stream = Stream(seed=seed, people=500, visits=100)
        self.port = server.port
        self.acknowledged = 0  # events
        self.refused: list[tuple[int, str | None]] = []  # status, Retry-After; 0: no answer
        self._ending = threading.Event()
        self._open: bytes | None = None

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self._ending.is_set():
            self._send(connection)
            time.sleep(0.002)
        connection.close()

    def end(self) -> None:
        self._ending.set()
        self.join()

    def deliver_rest(self, server: RunningServer) -> None:
        """Send what is still open until it is acknowledged."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        until = time.monotonic() + 20
        while self._open is not None and time.monotonic() < until:
            self._send(connection)
        connection.close()
        assert self._open is None, self.refused[-3:]

    def _send(self, connection: http.client.HTTPConnection) -> None:
        if self._open is None:
            self._open = self.stream.batch(BATCH)
        key = b64encode(f"{WRITE_KEY}:".encode()).decode()
        try:
            connection.request("POST", "/v1/batch", self._open, {"Authorization": f"Basic {key}"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.refused.append((0, None))
            time.sleep(0.05)
            return
        if answer.status == 200:
            self.acknowledged += BATCH
            self._open = None
        else:
            self.refused.append((answer.status, answer.getheader("retry-after")))
            time.sleep(0.05)


@contextmanager
def load(server: RunningServer) -> Iterator[Sender]:
    sender = Sender(server)
    sender.start()
    try:
        yield sender
    finally:
        sender.end()


def wait_for(happened: Callable[[], bool], what: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def assert_all_there(server: RunningServer, sender: Sender) -> None:
    """Every event of the stream is stored once, and the server's own books say the same."""
    sender.deliver_rest(server)
    server.wait_ready()
    server.settle(timeout=40)
    query = "SELECT count(*), count(DISTINCT message_id) FROM events"
    with server.api() as api:
        rows = api.post("/api/v1/sql", json={"query": query}).json()["rows"]
        balance = api.get("/api/v1/balance").json()
        checks = api.get("/api/v1/doctor", params={"full": "true"}).json()["checks"]
    assert sender.acknowledged == sender.stream.made > 0
    assert rows == [[sender.stream.made, sender.stream.made]]
    assert balance["balanced"], balance["totals"]
    # The disks of tests are small.
    assert [c for c in checks if c["status"] == "fail" and c["name"] != "disk"] == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=96) as folder:
        yield folder


@pytest.fixture
def on_small_disk(tmp_path: Path, disk: Path) -> Iterator[RunningServer]:
    (tmp_path / "data").symlink_to(disk)  # the server's log stays outside
    with served(tmp_path / "data") as server:
        yield server


def test_a_full_disk(on_small_disk: RunningServer, disk: Path) -> None:
    server, ballast = on_small_disk, disk / "ballast"
    worker = server.worker()
    with load(server) as sender:
        wait_for(lambda: sender.acknowledged >= 500, "nothing was accepted")
        free = shutil.disk_usage(disk).free
        ballast.write_bytes(b"x" * (free - 6 * MB))
        wait_for(lambda: len(sender.refused) > 20, "the disk did not fill up")
        with server.api() as api:
            assert api.get("/ready").status_code == 503
            assert api.get("/health").status_code == 200
            assert api.get("/api/v1/profiles").status_code == 200
        ballast.unlink()
        kept = sender.acknowledged
        wait_for(lambda: sender.acknowledged > kept + 500, "it did not recover")
    assert {status for status, _ in sender.refused} == {503}
    assert all(after and int(after) >= 1 for _, after in sender.refused)
    assert_all_there(server, sender)
    assert server.worker() == worker, "the worker was replaced"
    assert server.stop() == 0


needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed: apt-get install strace"
)


@contextmanager
def failing_fsync(pid: int, calls: str) -> Iterator[None]:
    """fsync and fdatasync of the process answer EIO now and then: `calls` of each thread."""
    command = ["strace", "-f", "-o", "/dev/null", "-p", str(pid), "-e", "trace=fsync,fdatasync"]
    inject = ["-e", f"inject=fsync,fdatasync:error=EIO:{calls}"]
    with subprocess.Popen([*command, *inject], stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        attached = strace.stderr.readline()
        if "attached" not in attached:
            strace.wait()
            pytest.skip(f"strace may not attach here: {attached.strip()}")
        try:
            yield
        finally:
            strace.terminate()
            strace.communicate()


def pipeline_failures(server: RunningServer) -> float:
    """How often the pipeline had to open its stores again."""
    with server.api() as api:
        lines = api.get("/metrics").text.splitlines()
    name = "rapport_pipeline_failures_total "
    return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))


@needs_strace
@pytest.mark.parametrize("calls", ["when=3", "when=2+3"])
def test_failed_fsync_in_the_http_process(own_server: RunningServer, calls: str) -> None:
    """log.db, control.db and the warehouse."""
    server = own_server
    with load(server) as sender:
        wait_for(lambda: sender.acknowledged >= 500, "nothing was accepted")
        with failing_fsync(server.worker(), calls):
            wait_for(lambda: bool(sender.refused), "the failure was not noticed")
            time.sleep(1.5)
        kept = sender.acknowledged
        wait_for(lambda: sender.acknowledged > kept + 500, "it did not recover")
    assert {status for status, _ in sender.refused} <= {503, 0}
    assert_all_there(server, sender)
    assert server.stop() == 0


@needs_strace
@pytest.mark.parametrize("calls", ["when=3", "when=2+3"])
def test_failed_fsync_in_the_pipeline(own_server: RunningServer, calls: str) -> None:
    """state.db. Accepting goes on meanwhile."""
    server = own_server
    with load(server) as sender:
        wait_for(lambda: sender.acknowledged >= 500, "nothing was accepted")
        with failing_fsync(server.process.pid, calls):
            wait_for(lambda: pipeline_failures(server) > 0, "no failure was seen")
        kept = sender.acknowledged
        wait_for(lambda: sender.acknowledged > kept + 200, "it did not go on")
    assert sender.refused == []
    assert_all_there(server, sender)
    assert server.stop() == 0


def test_stopping_under_load(own_server: RunningServer) -> None:
    with load(own_server) as sender:
        wait_for(lambda: sender.acknowledged >= 2_000, "nothing was accepted")
        assert own_server.stop() == 0
    assert "Traceback" not in own_server.log.read_text()
    with served(own_server.data, port=own_server.port) as again:
        assert_all_there(again, sender)
        assert again.stop() == 0
