"""What the benchmarks share: a real `rapport up` on a scratch folder, and a stream of batches."""

from __future__ import annotations

import http.client
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
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


class Visit:
    """One person on one device for some events; may log in on the way.

    `said` is the part that all her events share, written once, so that making events costs little
    beside the server that is measured.
    """

    def __init__(self, person: int, device: int, left: int) -> None:
        self.person = person
        self.device = device
        self.left = left
        self.logged_in = False
        self.said = self._said(b"null")

    def log_in(self) -> None:
        self.logged_in = True
        self.said = self._said(b'"u%d"' % self.person)

    @property
    def identify(self) -> bytes:
        """The event of logging in; still to be filled in: seed, number, timestamp."""
        person = self.person
        return (
            b'{"type":"identify","traits":{"email":"u%d@shop.example","name":"Person %d",'
            b'"plan":"%b","city":"Mumbai"},"messageId":"m-%%d-%%d","timestamp":"%%b"%b}'
        ) % (person, person, b"gold" if person % 7 else b"free", self.said)

    def _said(self, user: bytes) -> bytes:
        page = self.person % 500
        return (
            b',"anonymousId":"a-%d","userId":%b,'
            b'"context":{"library":{"name":"analytics.js","version":"1"},"locale":"en-IN",'
            b'"userAgent":"Mozilla/5.0 (X11; Linux x86_64)","page":{"path":"/p/%d",'
            b'"url":"https://shop.example/p/%d","title":"Product","referrer":""}}'
        ) % (self.device, user, page, page)


@dataclass
class Stream:
    """A repeatable stream of events as a browser or server SDK sends them.

    `visits` people are there at once, each for twelve events on average; then others come, out of
    `people`, who have one or two devices. A third never logs in. About 5 % of the events are
    identifies, 60 % pages, 35 % tracks.
    """

    seed: int = 1
    people: int = 100_000
    visits: int = 2_000
    made: int = 0
    _random: random.Random = field(init=False)
    _present: list[Visit] = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._present = [self._arrive() for _ in range(self.visits)]

    def batch(self, size: int, now: bytes = b"") -> bytes:
        """The body of one /v1/batch request of `size` events, each with its own messageId.

        They happened and were sent at `now`, which is the present unless given.
        """
        now = now or _now()
        events = b",".join([self._event(now) for _ in range(size)])
        return b'{"batch":[%b],"sentAt":"%b"}' % (events, now)

    def _arrive(self) -> Visit:
        person = int(self._random.random() * self.people)
        device = person * 2 + (self._random.random() < 0.3)
        return Visit(person, device, 1 + int(self._random.random() * 23))

    def _event(self, now: bytes) -> bytes:
        pick = self._random.random
        self.made += 1
        slot = int(pick() * self.visits)
        visit = self._present[slot]
        if not visit.left:
            visit = self._present[slot] = self._arrive()
        visit.left -= 1
        kind = pick()
        head = b'"messageId":"m-%d-%d","timestamp":"%b"%b' % (
            self.seed,
            self.made,
            now,
            visit.said,
        )
        if kind < 0.2 and not visit.logged_in and visit.person % 3 != 0:
            visit.log_in()
            return visit.identify % (self.seed, self.made, now)
        if kind < 0.65:
            return b'{"type":"page","name":"Product","properties":{"path":"/p/%d"},%b}' % (
                visit.person % 500,
                head,
            )
        return (
            b'{"type":"track","event":"%b","properties":{"product_id":"%d","price":%d.5,'
            b'"currency":"INR"},%b}'
        ) % (
            (b"Product Viewed", b"Product Added", b"Order Completed")[self.made % 3],
            visit.person % 500,
            visit.person % 900,
            head,
        )


class Prepared:
    """Batches made beforehand and kept in a file, so that sending them costs next to nothing.

    When they are used up, further ones are made as they are asked for. For one thread.
    """

    _UNSET = b"2000-01-01T00:00:00.000Z"  # where the present is put in when a batch is sent

    def __init__(self, folder: Path, seed: int, batches: int, size: int) -> None:
        self._stream, self._size = Stream(seed=seed), size
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as this
        self._lengths: deque[int] = deque()
        for _ in range(batches):
            self._lengths.append(self._file.write(self._stream.batch(size, self._UNSET)))
        self._file.seek(0)

    def next(self) -> bytes:
        if not self._lengths:
            return self._stream.batch(self._size)
        return self._file.read(self._lengths.popleft()).replace(self._UNSET, _now())


def _now() -> bytes:
    at = time.time()
    return b"%b.%03dZ" % (
        time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)).encode(),
        int(at * 1000) % 1000,
    )


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
    """Resident memory of the server, sampled once a second."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._ended = threading.Event()
        self.mb: list[float] = []

    def run(self) -> None:
        while not self._ended.wait(1):
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
