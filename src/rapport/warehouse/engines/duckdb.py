"""The embedded warehouse: one DuckDB file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from rapport.errors import Unavailable
from rapport.events.schema import EVENTS
from rapport.warehouse import loading, query, views
from rapport.warehouse.base import Capabilities, Load, QueryResult, SourceRow, Warehouse
from rapport.warehouse.connection import open_database, wal_bytes
from rapport.warehouse.schema import PROFILES, TABLES, events_ddl
from rapport.warehouse.watch import Watch, ending

Connection = duckdb.DuckDBPyConnection
T = TypeVar("T")
logger = logging.getLogger(__name__)

# A checkpoint writes the last, unfinished row group anew. Done right after one became full it
# writes every row about once; the bound on bytes is for tables that grow slowly.
_ROW_GROUP = 122_880
_TIDY_ABOVE_BYTES = 96 * 1024 * 1024
# A full disk, a file that cannot be opened, memory that others hold.
_NO_FAULT_OF_ROWS = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.ConnectionException)


class _Undone(Exception):
    """Ends a transaction that was only a trial."""


class DuckdbWarehouse(Warehouse):
    """`path` is the database file; it has one owner process, which opens it for writing."""

    def __init__(
        self, path: Path, *, memory_mb: int = 512, threads: int = 2, readonly: bool = False
    ) -> None:
        self._path = path
        self._memory_mb = memory_mb
        self._threads = threads
        self._readonly = readonly
        self._lock = threading.RLock()  # guards the writing connection and re-opening
        self._closed = False
        self._broken = False  # invalidated by an error, not open again yet
        self._stale: set[tuple[str, str]] = set()
        self._version: str | None = None  # of the profile rows, once compared
        self._root = self._open()
        self._loaded, self._mark = self._read_loaded()
        self._rows = self._count_rows()
        self._full_groups = self._rows // _ROW_GROUP  # when last checkpointed

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=False, dialect="duckdb", arrays=True)

    def set_sources(self, sources: Sequence[SourceRow]) -> None:
        rows = [[s.id, s.slug, s.name, s.kind, s.brand, s.region, s.party] for s in sources]

        def write(connection: Connection) -> None:
            connection.execute("DELETE FROM sources")
            if rows:
                connection.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

        self._transaction(write)

    def load(self, load: Load) -> bool:
        def write(connection: Connection) -> set[tuple[str, str]]:
            fresh: set[tuple[str, str]] = set()
            if load.events is not None:
                fresh = loading.append_events(connection, load.events)
            if load.identities is not None:
                loading.apply_identities(connection, load.identities)
            if load.dirty is not None:
                loading.mark_dirty(connection, load.dirty)
            if load.memberships is not None:
                loading.apply_memberships(connection, load.memberships)
            if load.traits is not None:
                loading.apply_traits(connection, load.traits)
            if load.account_memberships is not None:
                loading.apply_memberships(connection, load.account_memberships, "account")
            connection.execute("DELETE FROM loaded")
            connection.execute("INSERT INTO loaded VALUES (?, ?)", [load.seq, load.mark])
            return fresh

        with self._lock:
            if load.seq <= self.loaded():
                return False
            fresh = self._transaction(write)
            self._loaded, self._mark = load.seq, load.mark
            self._rows += load.events.num_rows if load.events is not None else 0
            self._stale.update(fresh)
            return True

    def refuses(self, events: pa.Table) -> bool:
        def attempt(connection: Connection) -> None:
            loading.append_events(connection, events)
            raise _Undone

        try:
            self._transaction(attempt)
        except _Undone:
            return False
        except (Unavailable, pa.ArrowException) as error:
            cause = error.__cause__ if isinstance(error, Unavailable) else error
            if cause is None or isinstance(cause, _NO_FAULT_OF_ROWS):
                raise
        return True

    def loaded(self) -> int:
        if self._broken:
            self._mend()
        return self._loaded

    def mark(self) -> str:
        if self._broken:
            self._mend()
        return self._mark

    def refresh_views(self) -> bool:
        with self._lock:
            if not self._stale:
                return False
            stale = self._stale
            self._transaction(lambda connection: views.refresh(connection, stale))
            self._stale = set()  # only now: what failed is tried again
            return True

    def dirty_profiles(self, limit: int) -> list[int]:
        rows = self.read("SELECT DISTINCT profile FROM dirty_profiles LIMIT ?", [limit])
        return [int(row["profile"]) for row in rows]

    def upsert_profiles(self, read: Sequence[int], rows: pa.Table) -> None:
        ids = pa.table({"profile": pa.array(read, pa.int64())})

        def write(connection: Connection) -> None:
            connection.register("done", ids)
            connection.register("incoming", rows.select(PROFILES.names))
            try:
                gone = "WHERE profile IN (SELECT profile FROM done)"
                connection.execute(f"DELETE FROM profile_rows {gone}")
                connection.execute(f"DELETE FROM dirty_profiles {gone}")
                connection.execute("INSERT INTO profile_rows SELECT * FROM incoming")
            finally:
                connection.unregister("done")
                connection.unregister("incoming")

        self._transaction(write)

    def renew_profiles(self, version: str) -> bool:
        if version == self._version:
            return False

        def write(connection: Connection) -> bool:
            rows = connection.execute("SELECT version FROM profile_version").fetchall()
            if rows == [(version,)]:
                return False
            connection.execute("DELETE FROM profile_version")
            connection.execute("INSERT INTO profile_version VALUES (?)", [version])
            connection.execute(
                "INSERT INTO dirty_profiles SELECT profile FROM profile_rows"
                " EXCEPT SELECT profile FROM dirty_profiles"
            )
            return True

        renewed = self._transaction(write)
        self._version = version
        return renewed

    def count_by_source(self) -> Mapping[int, int]:
        rows = self.read("SELECT source_id, count(*) AS n FROM events GROUP BY source_id")
        return {int(row["source_id"]): int(row["n"]) for row in rows}

    def event(self, message_id: str) -> dict[str, Any] | None:
        rows = self.read(
            "SELECT * FROM events WHERE message_id = ? ORDER BY log_offset DESC LIMIT 1",
            [message_id],
        )
        return rows[0] if rows else None

    def query(
        self,
        sql: str,
        *,
        params: Sequence[Any] | Mapping[str, Any] = (),
        max_rows: int = 10_000,
        timeout: float = 30.0,
    ) -> QueryResult:
        return self._reading(
            lambda c: query.run(c, sql, params=params, max_rows=max_rows, timeout=timeout)
        )

    def stream(
        self,
        sql: str,
        *,
        params: Sequence[Any] | Mapping[str, Any] = (),
        rows_per_batch: int = 10_000,
        watch: Watch | None = None,
    ) -> Iterator[pa.RecordBatch]:
        cursor = self._cursor()
        try:
            with ending(watch, cursor.interrupt):
                yield from query.stream(cursor, sql, params=params, rows_per_batch=rows_per_batch)
        finally:
            cursor.close()

    def read(
        self, sql: str, params: Sequence[Any] = (), *, watch: Watch | None = None
    ) -> list[dict[str, Any]]:
        def run(cursor: Connection) -> list[dict[str, Any]]:
            with ending(watch, cursor.interrupt):
                cursor.execute(sql, list(params))
                names = [d[0] for d in cursor.description or ()]
                rows = cursor.fetchall()
            return [dict(zip(names, row, strict=True)) for row in rows]

        return self._reading(run)

    def size(self) -> int:
        return self._path.stat().st_size + wal_bytes(self._path)

    def tidy(self) -> None:
        """Checkpoint when it is due. Loading waits meanwhile, reading does not."""
        with self._lock:
            full = self._rows // _ROW_GROUP
            if self._readonly or not (
                full > self._full_groups or wal_bytes(self._path) > _TIDY_ABOVE_BYTES
            ):
                return
            self._reading(lambda cursor: cursor.execute("CHECKPOINT"))
            self._full_groups = full

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._root.close()

    def _open(self) -> Connection:
        root = open_database(
            self._path,
            memory_mb=self._memory_mb,
            threads=self._threads,
            readonly=self._readonly,
        )
        try:
            if not self._readonly:
                for statement in (*events_ddl(EVENTS), *TABLES):
                    root.execute(statement)
                views.refresh_all(root)
        except BaseException:
            root.close()
            raise
        return root

    def _read_loaded(self) -> tuple[int, str]:
        rows = self._root.execute("SELECT seq, coalesce(mark, '') FROM loaded").fetchall()
        return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")

    def _count_rows(self) -> int:
        return int(self._root.execute("SELECT count(*) FROM events").fetchall()[0][0])

    def _cursor(self) -> Connection:
        with self._lock:
            if self._closed:
                raise Unavailable("the warehouse is closed")
            if self._broken:
                self._mend()
            return self._root.cursor()

    def _transaction(self, write: Callable[[Connection], T]) -> T:
        with self._lock:
            cursor = self._cursor()
            try:
                cursor.execute("BEGIN")
                result = write(cursor)
                cursor.execute("COMMIT")
            except duckdb.Error as error:
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                self._after(error)
                if not self._broken:  # the commit itself may have come through
                    self._loaded, self._mark = self._read_loaded()
                raise Unavailable("the warehouse could not be written") from error
            except BaseException:
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                raise
            finally:
                cursor.close()
            return result

    def _reading(self, run: Callable[[Connection], T]) -> T:
        cursor = self._cursor()
        try:
            return run(cursor)
        except duckdb.Error as error:
            self._after(error)
            raise Unavailable("the warehouse could not be read") from error
        finally:
            cursor.close()

    def _after(self, error: duckdb.Error) -> None:
        """An internal error of DuckDB closes the whole instance to everybody."""
        if not isinstance(error, duckdb.FatalException | duckdb.InternalException):
            return
        with self._lock:
            if self._closed or self._broken:
                return
            logger.error("warehouse invalidated by an internal error; opening it again")
            self._broken = True
            self._root.close()

    def _mend(self) -> None:
        """Open it again, and see how far it came. Raises `Unavailable` while that fails."""
        with self._lock:
            if self._closed or not self._broken:
                return
            try:
                self._root = self._open()
                self._loaded, self._mark = self._read_loaded()
            except duckdb.Error as error:
                raise Unavailable(
                    "the warehouse cannot be opened again", hint="rapport doctor"
                ) from error
            self._broken = False
