"""A real `rapport up` on a folder, for tests that need the server."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rapport.server.folder import Folder


@contextmanager
def server(folder: Path) -> Iterator[None]:
    """Runs while the block runs; ends as Ctrl-C would end it."""
    environment = {**os.environ, "RAPPORT_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "rapport.cli.main", "up", "--data", str(folder), "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait(process, folder)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "rapport up ended"
        running = Folder(folder).read_running()
        if running is not None and _ready(running.port):
            return
        time.sleep(0.05)
    raise TimeoutError("rapport up is not ready")


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
