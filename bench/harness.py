"""What the benchmarks share: a real `rapport up` on a scratch folder, and how to ask it."""

from __future__ import annotations

import http.client
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

WRITE_KEY = "wk_bench"
API_KEY = "rk_bench"


@dataclass
class Server:
    """One running `rapport up`."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    def tree(self) -> list[int]:
        """Process ids of the server and all its descendants."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            queue += children.get(pid, [])
        return found

    def rss_mb(self) -> float:
        """Resident memory of the whole tree, in MiB."""
        return sum(self.rss_mb_each())

    def rss_mb_each(self) -> list[float]:
        """Resident memory of the main process and of its descendants, in MiB."""
        found = []
        for pid in self.tree():
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except OSError:
                continue
            found.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
        return found

    def shared_once_mb(self) -> float:
        """Resident memory of the whole tree, in MiB, pages that several processes share once.

        Linux tells it as the sum of proportional set sizes; it takes milliseconds to find out.
        """
        kib = 0
        for pid in self.tree():
            with suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                kib += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
        return kib / 1024

    def cpu_seconds(self) -> float:
        """User and system time of the whole tree so far."""
        ticks = 0
        for pid in self.tree():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self, who: str = "all") -> None:
        """SIGKILL: `all`, `main` or `worker` (the children of the main process)."""
        main, *rest = self.tree()
        for pid in {"all": [main, *rest], "main": [main], "worker": rest}[who]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def stop(self, timeout: float = 60) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int | None = None, **settings: str | int) -> Server:
    """Start `rapport up` without waiting for it."""
    port = port or free_port()
    environment = {
        **os.environ,
        "RAPPORT_DATA": str(folder),
        "RAPPORT_PORT": str(port),
        "RAPPORT_WRITE_KEY": WRITE_KEY,
        "RAPPORT_API_KEY": API_KEY,
        "RAPPORT_LOG_LEVEL": "error",
        **{f"RAPPORT_{name.upper()}": str(value) for name, value in settings.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "rapport.cli.main", "up"],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Server(process, port, folder)


def wait_ready(server: Server, timeout: float = 60) -> float:
    """Seconds until /ready answers 200. Raises TimeoutError."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < timeout:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server ended with {server.process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return time.perf_counter() - begun
        time.sleep(0.02)
    raise TimeoutError("the server did not become ready")


@contextmanager
def running(**settings: str | int) -> Iterator[Server]:
    """A ready server on a scratch folder; killed and removed afterwards."""
    with tempfile.TemporaryDirectory(
        prefix="rapport-bench-", dir=os.environ.get("BENCH_DIR")
    ) as at:
        server = start(Path(at), None, **settings)
        try:
            wait_ready(server)
            yield server
        finally:
            server.kill()
            server.process.wait()


class Client:
    """One keep-alive connection that says what was answered.

    HTTP by hand: `http.client` takes a tenth of a core at 20,000 events/s, from the server.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._key = b64encode(f"{WRITE_KEY}:".encode())

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def post(self, body: bytes, path: str = "/v1/batch") -> int:
        """HTTP status, or 0 when the connection broke."""
        head = b"Content-Type: application/json\r\nAuthorization: Basic %b\r\nContent-Length: %d"
        return self._ask(b"POST %b" % path.encode(), head % (self._key, len(body)), body)

    def get(self, path: str) -> int:
        """HTTP status of a read with the benchmark's API key, or 0 when the connection broke."""
        return self._ask(
            b"GET %b" % path.encode(), b"Authorization: Bearer %b" % API_KEY.encode(), b""
        )

    def _ask(self, line: bytes, fields: bytes, body: bytes) -> int:
        head = b"%b HTTP/1.1\r\nHost: 127.0.0.1\r\n%b\r\n\r\n" % (line, fields)
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(head + body)
            return self._answer(self._socket)
        except (OSError, ValueError):
            self.close()
            return 0

    def _answer(self, connection: socket.socket) -> int:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._some(connection)
        head, _, body = received.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        left = int(fields[b"content-length"]) - len(body)
        while left > 0:
            left -= len(self._some(connection))
        return int(head.split(b" ", 2)[1])

    @staticmethod
    def _some(connection: socket.socket) -> bytes:
        found = connection.recv(65_536)
        if not found:
            raise ConnectionResetError
        return found


def get(server: Server, path: str) -> tuple[int, bytes]:
    """One GET on the management API with the benchmark's key."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    with closing(connection):
        connection.request("GET", path, headers={"Authorization": f"Bearer {API_KEY}"})
        response = connection.getresponse()
        return response.status, response.read()


class Progress:
    """How far each stage is, read from the stores themselves."""

    def __init__(self, folder: Path) -> None:
        self._log = _readonly(folder / "log.db")
        self._state = _readonly(folder / "state.db")
        self._control = _readonly(folder / "control.db")

    def accepted(self) -> int:
        return self._one(self._log, "SELECT coalesce(sum(events), 0) FROM totals")

    def processed(self) -> int:
        return self._one(self._state, "SELECT coalesce(sum(accepted), 0) FROM ledger")

    def unloaded(self) -> int:
        """Events in the outbox that the warehouse has not applied yet."""
        applied = self._one(
            self._control,
            "SELECT coalesce((SELECT value FROM loader WHERE name = 'warehouse'), 0)",
        )
        query = "SELECT coalesce(sum(count), 0) FROM outbox WHERE kind = 'events' AND seq > ?"
        return self._one(self._state, query, applied)

    def lag(self) -> int:
        """Events accepted but not yet in the warehouse."""
        return self.accepted() - self.processed() + self.unloaded()

    @staticmethod
    def _one(connection: apsw.Connection, query: str, *values: int) -> int:
        row = connection.execute(query, values).fetchone()
        return int(row[0]) if row else 0


def _readonly(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(5_000)
    return connection


class Sampler(threading.Thread):
    """Resident memory of the server, sampled once a second; shared pages once each ten."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._ended = threading.Event()
        self.mb: list[float] = []
        self.shared_once_mb: list[float] = []

    def run(self) -> None:
        while not self._ended.wait(1):
            if len(self.mb) % 10 == 0:
                self.shared_once_mb.append(self._server.shared_once_mb())
            self.mb.append(self._server.rss_mb())

    def finish(self) -> list[float]:
        self._ended.set()
        self.join()
        return self.mb


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile; `share` in 0..1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"
