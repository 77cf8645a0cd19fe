"""The embedded log: one SQLite file, one writer thread a process, any number of readers.

Tables: `records` (what was appended), `totals` (per source, all there ever was) and `blocks`, which
counts events per 4096 offsets, so that a backlog of millions is summed without reading it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import apsw

from rapport.clock import Clock, SystemClock
from rapport.database import ChangeSignal, connect, migrate, unreadable
from rapport.errors import Unavailable
from rapport.log.base import Capabilities, Draft, EventLog, Record, Sink, Totals
from rapport.log.group_commit import Writer
from rapport.log.insertion import BLOCK_BITS
from rapport.log.truncation import Truncation

STEPS = (
    "CREATE TABLE IF NOT EXISTS records (offset INTEGER PRIMARY KEY AUTOINCREMENT,"
    " source INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL,"
    " received_at INTEGER NOT NULL, meta BLOB NOT NULL, body BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS totals (source INTEGER PRIMARY KEY,"
    " records INTEGER NOT NULL, events INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS blocks (block INTEGER NOT NULL, source INTEGER NOT NULL,"
    " events INTEGER NOT NULL, PRIMARY KEY (block, source)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL)",
)
# Looking for new records: often while they come, seldom after some seconds without any.
_SHORTEST_POLL, _LONGEST_POLL, _QUIET_POLL = 0.002, 0.05, 0.1
_QUIET_SECONDS = 10.0


class SqliteLog(EventLog):
    """The log in the file `path`. With `readonly` it reads what other processes append."""

    def __init__(self, path: Path, *, clock: Clock | None = None, readonly: bool = False) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        _create(path)
        self._reader = connect(path, readonly=True)
        self._signal = ChangeSignal(self._reader)
        self._lock = Lock()
        self._known_end = 0
        self._poll = _SHORTEST_POLL
        self._last_news = time.monotonic()
        self._closed = False
        self._writer = None if readonly else Writer(path)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=False, partitions=1)

    def append(self, draft: Draft) -> Future[int]:
        future: Future[int] = Future()
        self._writing().submit((draft,), _FUTURES, future)
        return future

    def append_into(self, draft: Draft, sink: Sink, token: Any) -> None:
        self._writing().submit((draft,), sink, token)

    def append_all(self, drafts: Sequence[Draft]) -> list[int]:
        if not drafts:
            return []
        first: Future[int] = Future()
        self._writing().submit(drafts, _FUTURES, first)
        start = first.result()
        return list(range(start, start + len(drafts)))

    def read(self, after: int, *, max_records: int, max_bytes: int) -> list[Record]:
        found: list[Record] = []
        size = 0
        with self._reading() as reader:
            for row in reader.execute(
                "SELECT offset, source, kind, count, received_at, body, meta FROM records"
                " WHERE offset > ? ORDER BY offset LIMIT ?",
                (after, max_records),
            ):
                size += len(row[5])
                if found and size > max_bytes:
                    break
                found.append(Record(*row))
        return found

    def wait(self, after: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while not self._has(after):
            now = time.monotonic()
            if now >= deadline:
                return False
            time.sleep(min(self._poll, deadline - now))
            quiet = now - self._last_news > _QUIET_SECONDS
            self._poll = min(self._poll * 1.5, _QUIET_POLL if quiet else _LONGEST_POLL)
        self._poll, self._last_news = _SHORTEST_POLL, time.monotonic()
        return True

    def end(self) -> int:
        with self._reading():
            return self._end()

    def pending(self, after: int) -> Mapping[int, int]:
        with self._reading() as reader:
            after = max(after, self._start() - 1)
            boundary = ((after >> BLOCK_BITS) + 1) << BLOCK_BITS
            rows = reader.execute(
                "SELECT source, sum(events) FROM ("
                " SELECT source, count AS events FROM records WHERE offset > ? AND offset < ?"
                " UNION ALL SELECT source, events FROM blocks WHERE block >= ?)"
                " GROUP BY source HAVING sum(events) > 0",
                (after, boundary, boundary >> BLOCK_BITS),
            )
            return dict(rows)

    def totals(self) -> Mapping[int, Totals]:
        with self._reading() as reader:
            rows = reader.execute("SELECT source, records, events FROM totals")
            return {source: Totals(records, events) for source, records, events in rows}

    def truncate(self, consumed: int, *, older_than: int) -> int:
        truncation = Truncation(consumed, older_than)
        self._writing().truncate(truncation)
        return truncation.done.result()

    def ready(self) -> bool:
        return not self._closed and (self._writer is None or self._writer.ready)

    def size(self) -> int:
        files = (self._path.with_name(self._path.name + end) for end in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._writer is not None:
            self._writer.close()
        with self._lock:
            self._reader.close()

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        """The reader, for one thread. Raises `Unavailable` when the file cannot be read."""
        with self._lock:
            try:
                yield self._reader
            except apsw.Error as error:
                raise unreadable(self._path.name, error) from error

    def _writing(self) -> Writer:
        if self._writer is None:
            raise Unavailable("this log was opened for reading", hint="append in the http process")
        return self._writer

    def _has(self, after: int) -> bool:
        """Whether something lies behind `after`; asks the file only when it has changed."""
        with self._reading():
            if not self._signal.changed() and after >= self._known_end:
                return False
            self._known_end = self._end()
            return self._known_end > after

    def _start(self) -> int:
        """Offset of the first record that is kept; behind the end when none is."""
        row = self._reader.execute("SELECT min(offset) FROM records").fetchone()
        return self._end() + 1 if row is None or row[0] is None else int(row[0])

    def _end(self) -> int:
        row = self._reader.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'records'"
        ).fetchone()
        return int(row[0]) if row else 0


class _Futures:
    """Where `append` leaves its results: each token is the `Future` to settle."""

    def settled(self, tokens: Sequence[Any], offsets: Sequence[int]) -> None:
        for future, offset in zip(tokens, offsets, strict=True):
            if future.set_running_or_notify_cancel():
                future.set_result(offset)

    def refused(self, tokens: Sequence[Any], error: Unavailable) -> None:
        for future in tokens:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)


_FUTURES = _Futures()


def _create(path: Path) -> None:
    """Make the tables. Two processes may do so at the same moment, so losing the race is fine."""
    for attempt in range(20):
        try:
            with_tables = connect(path)
            try:
                migrate(with_tables, "log", STEPS)
            finally:
                with_tables.close()
            return
        except apsw.BusyError:
            time.sleep(0.01 * (attempt + 1))
        except apsw.Error as error:
            raise Unavailable(f"cannot open {path.name}: {error}", hint="rapport doctor") from error
    raise Unavailable(f"{path.name} is locked by another process", hint="rapport doctor")
