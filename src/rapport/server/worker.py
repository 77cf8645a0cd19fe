"""The http process: `python -m rapport.server.worker`, started only by the supervisor.

Holds the single writers of log.db, control.db and warehouse.duckdb. Dies with its parent.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
from typing import Any

import msgspec
import uvloop
from granian._granian import SocketHolder
from granian.server.embed import Server

from rapport.config import Settings
from rapport.errors import Conflict, RapportError
from rapport.server import logs
from rapport.server.composition import Composition, compose
from rapport.server.folder import Folder, Lock
from rapport.server.supervisor import CANNOT_SERVE, GARBAGE

log = logging.getLogger("rapport.worker")

PR_SET_PDEATHSIG = 1
# A worker whose parent was killed may need a moment to vanish; its successor waits that long.
PREDECESSOR_SECONDS = 15.0
# Shorter turns between the event loop and the log's writer: lower latency, measured on two cores.
SWITCH_SECONDS = 0.0005


class Orders(msgspec.Struct, frozen=True):
    """What the supervisor tells its worker, in the environment variable RAPPORT_WORKER."""

    settings: Settings
    listener: int  # file descriptor of the listening socket
    parent: int
    token: str


class _Server(Server):
    """Granian on a socket that was opened by the supervisor."""

    def __init__(self, app: object, listener: int) -> None:
        super().__init__(app, websockets=False, log_enabled=False, backpressure=1024)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        self._ssp: Any = None
        self._shd: Any = SocketHolder(self._listener, False, 2048)  # type: ignore[call-arg]  # as in Granian's own _init_shared_socket


def main() -> None:
    orders = msgspec.json.decode(os.environ.pop("RAPPORT_WORKER"), type=Orders)
    logs.configure(orders.settings.log_level)
    die_with(orders.parent)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        lock = _lock(Folder(orders.settings.folder))
        uvloop.run(serve(orders))
        lock.release()
        gc.unfreeze()  # or else DuckDB's module reports leaks, dozens of lines, at the very end
    except RapportError as error:
        log.critical("cannot serve: %s (%s)", error.message, error.hint)
        sys.exit(CANNOT_SERVE)


def die_with(parent: int) -> None:
    """End this process when `parent` ends, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        sys.exit("the supervisor is gone")


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGKILL)


def _lock(folder: Folder) -> Lock:
    end = time.monotonic() + PREDECESSOR_SECONDS
    while True:
        lock = Lock(folder.root / "http.lock")
        try:
            lock.take()
        except Conflict:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return lock


async def serve(orders: Orders) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    composition = compose(orders.settings, orders.token)
    server = _Server(composition.app, orders.listener)
    serving = asyncio.create_task(server.serve())
    composition.start()
    # What is here now stays: looking through it for garbage held up every request for 60 ms. What
    # comes and goes with requests holds few circles.
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    log.info("serving", extra={"pid": os.getpid()})
    ending = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, ending), return_when=asyncio.FIRST_COMPLETED)
    await _shut(composition, server, serving)


async def _shut(composition: Composition, server: Server, serving: asyncio.Task[None]) -> None:
    """Streams end, requests finish with their group commit, then the stores close."""
    composition.stop_streams()
    if not serving.done():
        server.stop()  # type: ignore[no-untyped-call]  # Granian has no types here
    await serving
    await asyncio.get_running_loop().run_in_executor(None, composition.close)


if __name__ == "__main__":
    main()
