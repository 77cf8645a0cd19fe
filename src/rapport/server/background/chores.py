"""What the http process does beside requests: truncating the log, tidying, archiving."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import msgspec

from rapport.clock import HOUR
from rapport.server.operations.hold import held
from rapport.server.rooms import Rooms
from rapport.warehouse.archive import Archive

log = logging.getLogger("rapport.chores")


class Chore(msgspec.Struct, frozen=True):
    name: str
    every: float  # seconds
    work: Callable[[], None]


class Chores:
    """One thread that does each chore in its turn. A chore that fails is logged and tried again."""

    def __init__(self, chores: tuple[Chore, ...]) -> None:
        self._chores = chores
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        due = {chore.name: time.monotonic() + chore.every for chore in self._chores}
        while not self._stop.wait(max(0.0, min(due.values()) - time.monotonic())):
            for chore in self._chores:
                if due[chore.name] <= time.monotonic() and not self._stop.is_set():
                    self._do(chore)
                    due[chore.name] = time.monotonic() + chore.every

    def _do(self, chore: Chore) -> None:
        try:
            chore.work()
        except Exception:
            log.exception("a chore failed", extra={"route": chore.name})


def archive_days(rooms: Rooms) -> None:
    """Write finished days to Parquet, if the settings want it; not during a backup."""
    if rooms.settings.archive and not held(rooms.folder.hold):
        written = Archive(rooms.warehouse, rooms.folder.archive, rooms.clock).run()
        if written:
            log.info("days archived", extra={"count": len(written)})


def truncate_log(rooms: Rooms) -> None:
    """Forget what the pipeline has finished and log_keep_hours have passed; not during a backup."""
    if held(rooms.folder.hold):
        return
    older_than = rooms.clock.now() - rooms.settings.log_keep_hours * HOUR
    gone = rooms.log.truncate(rooms.pipeline.committed(), older_than=older_than)
    if gone:
        log.debug("log truncated", extra={"count": gone})
