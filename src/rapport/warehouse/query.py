"""SQL of users: one statement, reading only, inside the warehouse only, within limits.

Three walls, each of which would do for most of what can go wrong: the statement is parsed by DuckDB
itself and its tree searched for anything but tables, views and harmless functions; it runs in a
read-only transaction; and the instance has no access to files, network, extensions or settings.
"""

from __future__ import annotations

import json
import re
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
import pyarrow as pa

from rapport.errors import QueryError
from rapport.warehouse.base import Column, QueryResult
from rapport.warehouse.values import json_safe

Connection = duckdb.DuckDBPyConnection
Params = Sequence[Any] | Mapping[str, Any]

_TABLE_FUNCTIONS = frozenset(
    (
        *("range", "generate_series", "unnest", "repeat", "json_each", "json_tree", "summary"),
        *("show", "pragma_table_info", "duckdb_tables", "duckdb_views", "duckdb_columns"),
        *("duckdb_functions", "duckdb_types"),
    )
)
# Deep nesting makes the first two end the whole database instead of the query.
_REFUSED_FUNCTIONS = frozenset(
    ("json_structure", "json_group_structure", "json_execute_serialized_sql")
)
_EXPLAIN = re.compile(r"^\s*EXPLAIN\s+(ANALYZE\s+)?", re.IGNORECASE)
_NODES = frozenset(["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"])
# Above the setting for rows: ten thousand events with large properties would fill the memory.
MOST_BYTES = 32 * 1024 * 1024
_HINT = "see docs/warehouse.md for what SQL can do"


def check(connection: Connection, sql: str) -> None:
    """Raise `QueryError` unless `sql` is one statement that only reads the warehouse."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(_plain(error), hint=_HINT, code="sql_syntax") from error
    if len(statements) != 1:
        raise QueryError(f"one statement, please: there are {len(statements)}", hint=_HINT)
    kind = statements[0].type
    if kind == duckdb.StatementType.EXPLAIN:
        inner = _EXPLAIN.sub("", sql, count=1)
        if inner == sql:
            raise QueryError("EXPLAIN has to come first", hint=_HINT)
        check(connection, inner)
        return
    if kind != duckdb.StatementType.SELECT:
        raise QueryError(
            f"{kind.name} is not allowed: SQL here can only read", hint=_HINT, code="sql_read_only"
        )
    _check_tree(_tree(connection, sql))


def run(
    connection: Connection, sql: str, *, params: Params, max_rows: int, timeout: float
) -> QueryResult:
    """Run one checked statement; see `Warehouse.query`."""
    check(connection, sql)
    started = time.monotonic()
    with _reading(connection), _interrupt_after(connection, timeout) as expired:
        try:
            relation = connection.sql(sql, params=_bound(params))
            columns = [
                Column(str(name), str(kind))
                for name, kind in zip(relation.columns, relation.types, strict=True)
            ]
            rows, whole = _fetch(relation, max_rows + 1)
        except duckdb.InterruptException as error:
            if not expired.is_set():
                raise
            raise QueryError(
                f"the query ran longer than {timeout:g} s",
                hint="narrow the time range or raise RAPPORT_SQL_TIMEOUT_SECONDS",
                code="sql_timeout",
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise QueryError(
                "the query needs more memory than the warehouse may use",
                hint="read fewer rows or columns, or raise RAPPORT_WAREHOUSE_MEMORY_MB",
                code="sql_memory",
            ) from error
        except (duckdb.FatalException, duckdb.InternalException):
            raise
        except duckdb.Error as error:
            raise QueryError(_plain(error), hint=_HINT) from error
    elapsed = (time.monotonic() - started) * 1000
    truncated = not whole or len(rows) > max_rows
    return QueryResult(columns, rows[:max_rows], truncated, round(elapsed, 3))


def stream(
    connection: Connection, sql: str, *, params: Params, rows_per_batch: int
) -> Iterator[pa.RecordBatch]:
    """Run one checked statement as Arrow batches."""
    check(connection, sql)
    with _reading(connection):
        try:
            relation = connection.sql(sql, params=_bound(params))
            reader = relation.to_arrow_reader(rows_per_batch)
            batch = None
            for batch in reader:
                yield batch
            if batch is None:  # says what the columns are
                yield pa.RecordBatch.from_pylist([], schema=reader.schema)
        except (duckdb.FatalException, duckdb.InternalException):
            raise
        except duckdb.Error as error:
            raise QueryError(_plain(error), hint=_HINT) from error


def _tree(connection: Connection, sql: str) -> Any:
    rows = connection.execute(
        "SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true)", [sql]
    ).fetchall()
    tree = json.loads(rows[0][0])
    if tree.get("error"):
        raise QueryError(str(tree.get("error_message", "cannot be parsed")), hint=_HINT)
    return tree


def _check_tree(tree: Any) -> None:
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            _check_node(item)
            waiting.extend(item.values())


def _check_node(item: dict[str, Any]) -> None:
    kind = item.get("type")
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _NODES:
        raise QueryError("SQL here can only read", hint=_HINT, code="sql_read_only")
    if kind == "TABLE_FUNCTION":
        name = str(item["function"].get("function_name", "")).lower()
        if name not in _TABLE_FUNCTIONS:
            raise QueryError(f"{name}() is not allowed here", hint=_HINT, code="sql_read_only")
    if str(item.get("function_name", "")).lower() in _REFUSED_FUNCTIONS:
        raise QueryError(f"{item['function_name']}() is not allowed here", hint=_HINT)


def _bound(params: Params) -> Any:
    return dict(params) if isinstance(params, Mapping) else list(params)


def _fetch(relation: duckdb.DuckDBPyRelation, limit: int) -> tuple[list[list[Any]], bool]:
    """Up to `limit` rows, and whether `MOST_BYTES` left all of those in.

    By Arrow: it knows time zones without a further package, and comes piece by piece.
    """
    rows: list[list[Any]] = []
    left = MOST_BYTES
    for batch in relation.to_arrow_reader(min(limit, 1_000)):
        part = batch.slice(0, _fitting(batch, left))
        left -= part.nbytes
        values = [column.to_pylist() for column in part.columns]
        rows.extend([json_safe(value) for value in row] for row in zip(*values, strict=True))
        if part.num_rows < batch.num_rows:
            return rows[:limit], len(rows) >= limit
        if len(rows) >= limit:
            break
    return rows[:limit], True


def _fitting(batch: pa.RecordBatch, most: int) -> int:
    """How many rows from the start of `batch` take up to `most` bytes."""
    if batch.nbytes <= most:
        return int(batch.num_rows)
    sizes = range(batch.num_rows)
    return max(0, bisect_right(sizes, most, key=lambda rows: batch.slice(0, rows).nbytes) - 1)


def _plain(error: duckdb.Error) -> str:
    """The engine's own words without its prefix: they point at the place in the query."""
    return re.sub(r"^[A-Z][A-Za-z ]*Error: ", "", str(error)).strip()


@contextmanager
def _reading(connection: Connection) -> Iterator[None]:
    connection.execute("BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")


@contextmanager
def _interrupt_after(connection: Connection, seconds: float) -> Iterator[threading.Event]:
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
