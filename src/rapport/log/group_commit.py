"""The writer thread of the embedded log: many appends, one transaction, one fsync.

While one group is being fsynced the next one gathers, so groups grow with the load and nobody waits
for a timer. After a failed commit nothing is accepted until the file has been closed, opened
again, checkpointed and written to with success: pages of a failed fsync may look clean to the
operating system although they are not on disk, so the same fsync must never be tried again.

The thread catches every exception: if it ended, nothing would be accepted until a restart.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import apsw

from rapport.database import connect
from rapport.errors import Unavailable
from rapport.log.base import Draft, Sink
from rapport.log.insertion import insert
from rapport.log.truncation import Truncation

_GROUP_ITEMS = 2048
_GROUP_BYTES = 16_000_000
_CHECKPOINT_PAGES = 1000  # 4 MB: more makes the pause longer, not rarer
_RETRY_SECONDS = 0.5
_PROBE_BYTES = 65_536

logger = logging.getLogger(__name__)
Item = tuple[Sequence[Draft], Sink, Any]  # what is appended, who hears of it, under which token


class Writer:
    """Owns the one writing connection of this process. Call its methods from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: SimpleQueue[Item | Truncation | None] = SimpleQueue()
        self._truncations: list[Truncation] = []
        self._connection: apsw.Connection | None = None
        self._wal_pages = 0
        self._closing = threading.Event()
        self._finished = False
        try:
            self._open(alone=False)
        except Exception:  # noqa: BLE001 - the thread tries the same
            self._connection = None  # not ready; the thread goes on trying
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        return self._connection is not None and not self._closing.is_set()

    def submit(self, drafts: Sequence[Draft], sink: Sink, token: Any) -> None:
        """Queue drafts that become durable together. Refused at once while not ready."""
        if self._connection is None or self._closing.is_set():
            sink.refused([token], _cannot_write())
            return
        self._queue.put((drafts, sink, token))
        if self._finished:  # the thread may have emptied the queue just before the put
            self._refuse_queued()

    def truncate(self, truncation: Truncation) -> None:
        self._queue.put(truncation)
        if self._finished:
            self._refuse_queued()

    def close(self) -> None:
        """Commit what is queued, then stop. Idempotent."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            last = False
            while not last:
                group: list[Item] = []
                try:
                    last = self._gather(group)
                    if self._connection is None:
                        self._refuse(group, _cannot_write())
                        last = last or not self._recover()
                    elif group or self._truncations:
                        self._write(self._connection, group)
                except Exception as error:  # noqa: BLE001 - see above
                    self._fail(group, error)
            while self._truncations and self._connection is not None:
                self._write(self._connection, [])
        finally:
            self._finished = True
            self._refuse_queued()
            self._disconnect()

    def _gather(self, group: list[Item]) -> bool:
        """Put what waits into `group`; whether the writer shall stop after it."""
        size = 0
        block = self._connection is not None and not self._truncations
        while len(group) < _GROUP_ITEMS and size < _GROUP_BYTES:
            try:
                item = self._queue.get(block)
            except Empty:
                break
            block = False
            if item is None:
                return True
            if isinstance(item, Truncation):
                self._truncations.append(item)
            else:
                group.append(item)
                size += sum(len(draft.body) for draft in item[0])
        return False

    def _write(self, connection: apsw.Connection, group: list[Item]) -> None:
        truncation = self._truncations[0] if self._truncations else None
        try:
            connection.execute("BEGIN IMMEDIATE")
            first = insert(connection, [draft for item in group for draft in item[0]])
            step = truncation.step(connection) if truncation else None
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - see above
            self._fail(group, error)
            return
        _settle(group, first)
        group.clear()  # whatever fails from here on, these have been accepted
        if truncation and step:
            truncation.advance(*step)
            if truncation.done.done():
                self._truncations.remove(truncation)
        if self._wal_pages >= _CHECKPOINT_PAGES:
            self._checkpoint(connection)

    def _checkpoint(self, connection: apsw.Connection) -> None:
        """Move the write-ahead log into the file, after the group has had its answer."""
        self._wal_pages = 0
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.BusyError:
            return  # another process is at it
        except Exception as error:  # noqa: BLE001 - see above
            self._fail([], error)

    def _fail(self, group: list[Item], error: Exception) -> None:
        self._disconnect()
        problem = Unavailable(
            f"the log could not be written ({type(error).__name__})",
            hint="free space on the disk, or look at its health; the log re-opens by itself",
        )
        self._refuse(group, problem)
        self._give_up_truncations(problem)

    def _recover(self) -> bool:
        """Try once, after half a second, to open again. False when the log is being closed."""
        self._refuse_queued()
        if self._closing.wait(_RETRY_SECONDS):
            return False
        try:
            self._open(alone=True)
        except Exception:  # noqa: BLE001 - tried again
            self._disconnect()
        return True

    def _open(self, *, alone: bool) -> None:
        """Connect; accept only after the old write-ahead log is emptied and a write is durable.

        At first start another process may be writing, which vouches for the file (`alone` False).
        """
        connection = connect(self._path)
        try:
            connection.wal_autocheckpoint(0)
            connection.set_wal_hook(self._note_wal)
            try:
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.BusyError:
                if alone:
                    raise
            _probe(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _note_wal(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close(True)
            except apsw.Error:
                return  # what closing may still complain about was already reported

    def _give_up_truncations(self, problem: Unavailable) -> None:
        for truncation in self._truncations:
            if not truncation.done.done():
                truncation.done.set_exception(problem)
        self._truncations.clear()

    def _refuse_queued(self) -> None:
        self._give_up_truncations(_cannot_write())
        while True:
            try:
                item = self._queue.get(block=False)
            except Empty:
                return
            if isinstance(item, Truncation):
                item.done.set_exception(_cannot_write())
            elif item is not None:
                self._refuse([item], _cannot_write())

    def _refuse(self, group: list[Item], error: Unavailable) -> None:
        for sink, tokens, _ in _by_sink(group, 0):
            _tell(sink.refused, tokens, error)


def _settle(group: list[Item], first: int) -> None:
    for sink, tokens, offsets in _by_sink(group, first):
        _tell(sink.settled, tokens, offsets)


def _tell(hear: Callable[[list[Any], Any], None], tokens: list[Any], outcome: Any) -> None:
    """One who cannot take the answer does not keep it from the others."""
    try:
        hear(tokens, outcome)
    except Exception as error:  # noqa: BLE001 - see above
        logger.error("an answer of the log was not taken: %s", type(error).__name__)


def _by_sink(group: list[Item], first: int) -> list[tuple[Sink, list[Any], list[int]]]:
    """Tokens and offsets (of each item's first record) for every sink that takes part."""
    found: dict[int, tuple[Sink, list[Any], list[int]]] = {}
    for drafts, sink, token in group:
        entry = found.get(id(sink))
        if entry is None:
            entry = found[id(sink)] = (sink, [], [])
        entry[1].append(token)
        entry[2].append(first)
        first += len(drafts)
    return list(found.values())


def _probe(connection: apsw.Connection) -> None:
    """Write and take away some pages, each durably."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT OR REPLACE INTO probe VALUES (1, zeroblob(?))", (_PROBE_BYTES,))
    connection.execute("COMMIT")
    connection.execute("DELETE FROM probe")


def _cannot_write() -> Unavailable:
    return Unavailable("the log cannot be written now", hint="rapport doctor")
