"""What warehouses behind an SQL engine share: questions, their limits, and how they are ended."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
import pyarrow as pa

from rapport.errors import QueryError, Unavailable
from rapport.warehouse import binding, guard
from rapport.warehouse.base import Column, QueryResult, Warehouse
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.query import MOST_BYTES
from rapport.warehouse.values import json_safe
from rapport.warehouse.watch import Watch

_OWN_SECONDS = 600.0  # Rapport's own questions and exports end by themselves, too


class Limits(msgspec.Struct, frozen=True):
    """Of one question: seconds, MiB, whether a user wrote it, and what else may end it."""

    seconds: float
    memory_mb: int
    of_user: bool = False
    watch: Watch | None = None


class SqlWarehouse(Warehouse):
    """Engines give batches for SQL text; this makes answers of them."""

    dialect: ClassVar[Dialect]

    def __init__(self, *, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self._closed = False
        self._lock = threading.RLock()  # one caller writes

    @abstractmethod
    def _batches(self, sql: str, limits: Limits) -> Iterator[pa.RecordBatch]:
        """At least one batch. Closing the iterator ends the query in the engine.

        Raises `QueryError` (codes sql_timeout and sql_memory for limits) or `Unavailable`.
        """

    def query(
        self,
        sql: str,
        *,
        params: binding.Params = (),
        max_rows: int = 10_000,
        timeout: float = 30.0,
    ) -> QueryResult:
        self._check_open()
        text = binding.bound(self.dialect, sql, params)
        guard.check(self.dialect.name, text)
        started = time.monotonic()
        limits = Limits(timeout, self._memory_mb, of_user=True)
        columns: list[Column] = []
        rows: list[list[Any]] = []
        left, whole = MOST_BYTES, True
        batches = self._batches(text, limits)
        try:
            for batch in batches:
                columns = columns or [Column(f.name, str(f.type)) for f in batch.schema]
                left -= batch.nbytes
                whole = left > 0
                values = [column.to_pylist() for column in naive(batch).columns]
                part = zip(*values, strict=True) if whole else ()
                rows.extend([json_safe(value) for value in row] for row in part)
                if not whole or len(rows) > max_rows:
                    break
        finally:
            _close(batches)
        elapsed = round((time.monotonic() - started) * 1000, 3)
        return QueryResult(columns, rows[:max_rows], not whole or len(rows) > max_rows, elapsed)

    def stream(
        self,
        sql: str,
        *,
        params: binding.Params = (),
        rows_per_batch: int = 10_000,
        watch: Watch | None = None,
    ) -> Iterator[pa.RecordBatch]:
        self._check_open()
        text = binding.bound(self.dialect, sql, params)
        guard.check(self.dialect.name, text)
        batches = self._batches(text, self._own_limits(watch, of_user=True))
        try:
            for batch in _watched(batches, watch):
                held = naive(batch)
                yield held.slice(0, rows_per_batch)
                for start in range(rows_per_batch, held.num_rows, rows_per_batch):
                    yield held.slice(start, rows_per_batch)
        finally:
            _close(batches)

    def read(
        self, sql: str, params: Sequence[Any] = (), *, watch: Watch | None = None
    ) -> list[dict[str, Any]]:
        self._check_open()
        text = binding.bound(self.dialect, sql, params)
        try:
            batches = list(self._batches(text, self._own_limits(watch)))
        except QueryError as error:
            if watch is not None:
                watch.check()
            raise Unavailable("the warehouse could not be read") from error
        return [row for batch in batches for row in naive(batch).to_pylist()]

    def count_by_source(self) -> Mapping[int, int]:
        rows = self.read("SELECT source_id, count(*) AS n FROM events GROUP BY source_id")
        return {int(row["source_id"]): int(row["n"]) for row in rows}

    def event(self, message_id: str) -> dict[str, Any] | None:
        rows = self.read(
            "SELECT * FROM events WHERE message_id = ? ORDER BY log_offset DESC LIMIT 1",
            [message_id],
        )
        return rows[0] if rows else None

    def dirty_profiles(self, limit: int) -> list[int]:
        rows = self.read("SELECT DISTINCT profile FROM dirty_profiles LIMIT ?", [limit])
        return [int(row["profile"]) for row in rows]

    def refresh_views(self) -> bool:
        """The views of these engines are fixed: nothing has to follow."""
        return False

    def _own_limits(self, watch: Watch | None, *, of_user: bool = False) -> Limits:
        """The engine's own end comes a little after that of the watch, whose words are better."""
        seconds = _OWN_SECONDS if watch is None else min(_OWN_SECONDS, max(watch.left(), 0) + 2)
        return Limits(seconds, self._memory_mb, of_user, watch)

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("the warehouse is closed")


def _watched(batches: Iterator[pa.RecordBatch], watch: Watch | None) -> Iterator[pa.RecordBatch]:
    if watch is None:
        yield from batches
        return
    try:
        for batch in batches:
            watch.check()
            yield batch
    except (QueryError, Unavailable):
        watch.check()
        raise


def naive(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Instants as naive UTC, whatever label the engine gives them."""
    for place, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and (field.type.tz or field.type.unit != "us"):
            values = batch.column(place).cast(pa.timestamp("us"), safe=False)
            batch = batch.set_column(place, field.name, values)
    return batch


def too_slow(seconds: float) -> QueryError:
    return QueryError(
        f"the query ran longer than {seconds:g} s",
        hint="narrow the time range or raise RAPPORT_SQL_TIMEOUT_SECONDS",
        code="sql_timeout",
    )


def too_large() -> QueryError:
    return QueryError(
        "the query needs more memory than the warehouse may use",
        hint="read fewer rows or columns, or raise RAPPORT_WAREHOUSE_MEMORY_MB",
        code="sql_memory",
    )


def _close(batches: Iterator[pa.RecordBatch]) -> None:
    close = getattr(batches, "close", None)
    if close is not None:
        close()
