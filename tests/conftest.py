"""What all rooms share: one real server per test process, on a scratch folder and a free port."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import settings

# CI decides by examples that are the same each time; every other run draws new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

WRITE_KEY = "wk_0123456789abcdef0123456789abcdef"
API_KEY = "rk_0123456789abcdef0123456789abcdef01234567"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class RunningServer:
    """A real `rapport up`. `api` carries the API key and `tracking` the write key of `default`."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    log: Path
    write_key: str = WRITE_KEY
    api_key: str = API_KEY
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def api(self, **options: Any) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.api_key}"}
        hooks = {"response": [_is_described]}
        return httpx.Client(
            base_url=self.base_url, headers=headers, timeout=30, event_hooks=hooks, **options
        )

    def tracking(self) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, auth=(self.write_key, ""), timeout=30)

    def worker(self) -> int:
        """Process id of the http worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])

    def wait_ready(self, timeout: float = 30) -> float:
        """Seconds until /ready says yes. Raises AssertionError with the server's log."""
        begun = time.perf_counter()
        while time.perf_counter() - begun < timeout:
            if self.process.poll() is not None:
                break
            if _ready(self.port):
                return time.perf_counter() - begun
            time.sleep(0.02)
        raise AssertionError(f"not ready; its log:\n{self.log.read_text()[-4000:]}")

    def settle(self, timeout: float = 20) -> None:
        """Wait until everything that was accepted has reached the warehouse."""
        with self.api() as api:
            end = time.perf_counter() + timeout
            while time.perf_counter() < end:
                seen = api.get("/api/v1/overview?minutes=1").json()["freshness"]
                if seen["pipeline_lag_events"] == 0 and seen["warehouse_lag_events"] == 0:
                    return
                time.sleep(0.05)
        raise AssertionError("events still wait")

    def stop(self, timeout: float = 30) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def _is_described(response: httpx.Response) -> None:
    """Whatever a test is answered, the OpenAPI document has to know of."""
    path = unquote(response.request.url.path)
    known = [
        statuses
        for method, pattern, statuses in _operations()
        if method == response.request.method and pattern.fullmatch(path)
    ]
    if known:  # else there is no such route: 404 or 405
        assert any(response.status_code in statuses for statuses in known), (
            f"{response.request.method} {path} answered {response.status_code}: add it to"
            " server/api/described.py"
        )


@cache
def _operations() -> list[tuple[str, re.Pattern[str], set[int]]]:
    from rapport.server.api.routes import build, description

    document = description(build(cast("Any", None)))
    return [
        (
            method.upper(),
            re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(path)), re.DOTALL),
            {int(status) for status in operation["responses"]},
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(data: Path, *, port: int | None = None, **settings: str) -> RunningServer:
    """Start `rapport up` on `data` without waiting for it. The caller stops it."""
    port = port or free_port()
    log = data.parent / f"{data.name}.log"
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")},
        "RAPPORT_DATA": str(data),
        "RAPPORT_PORT": str(port),
        "RAPPORT_WRITE_KEY": WRITE_KEY,
        "RAPPORT_API_KEY": API_KEY,
        **{f"RAPPORT_{name.upper()}": value for name, value in settings.items()},
    }
    with log.open("ab") as sink:
        process = _spawn(environment, sink, data.parent)
    return RunningServer(process, port, data, log, settings=settings)


def _spawn(environment: dict[str, str], sink: IO[bytes], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "rapport.cli.main", "up"],
        env=environment,
        stdout=sink,
        stderr=sink,
        cwd=folder,
    )


@contextmanager
def served(data: Path, *, port: int | None = None, **settings: str) -> Iterator[RunningServer]:
    """A ready server while the block runs. Whoever wants it to end in order calls `stop`."""
    server = launch(data, port=port, **settings)
    try:
        server.wait_ready()
        yield server
    finally:
        server.kill()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that the test may stop, kill and break."""
    with served(tmp_path / "data") as server:
        yield server


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all tests of this process: leave nothing behind that others trip over.

    Use identifiers of your own (a random suffix), and do not stop or kill it; tests that do so
    launch their own with `launch`.
    """
    with served(tmp_path_factory.mktemp("server") / "data") as server:
        yield server
        server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium.

    For a module, not for the session: as long as the driver runs, no other test of the process can
    run an event loop.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium is here: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
