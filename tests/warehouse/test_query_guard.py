"""A user can ask anything of the warehouse, and nothing of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.errors import QueryError, RapportError, Unavailable
from rapport.warehouse.base import Load
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.warehouse.rows import event_row, events


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckdbWarehouse]:
    opened = DuckdbWarehouse(tmp_path_factory.mktemp("guard") / "w.duckdb", memory_mb=128)
    opened.load(Load(1, events=events(event_row(1), event_row(2))))
    yield opened
    opened.close()


ALLOWED = [
    "SELECT count(*) FROM events",
    "WITH a AS (SELECT 1 AS x) SELECT * FROM a",
    "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t WHERE i < 4) SELECT * FROM t",
    "FROM events SELECT node",
    "DESCRIBE events",
    "SHOW TABLES",
    "SUMMARIZE sources",
    "EXPLAIN SELECT * FROM events",
    "explain analyze SELECT count(*) FROM tracks",
    "VALUES (1), (2)",
    "SELECT e.node, j.key FROM events e, json_each(e.properties) j",
    "SELECT node FROM events EXCEPT SELECT 1",
    "SELECT now() AT TIME ZONE 'Asia/Kolkata', 1::HUGEINT, INTERVAL 1 DAY, uuid(), 'x'::BLOB",
    "-- a remark\nSELECT 1 /* another */ ;",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_reading_is_allowed(warehouse: DuckdbWarehouse, sql: str) -> None:
    assert warehouse.query(sql).columns


REFUSED = [
    "",
    "SELECT 1; SELECT 2",
    "DELETE FROM events",
    "INSERT INTO events SELECT * FROM events",
    "UPDATE events SET node = 1",
    "DROP TABLE events",
    "CREATE TABLE x AS SELECT 1",
    "CREATE TEMP TABLE x AS SELECT 1",
    "WITH gone AS (DELETE FROM events RETURNING *) SELECT * FROM gone",
    "SELECT * FROM (WITH gone AS (DELETE FROM events RETURNING *) SELECT * FROM gone)",
    "EXPLAIN ANALYZE DELETE FROM events",
    "EXPLAIN ANALYZE WITH g AS (DELETE FROM events RETURNING *) SELECT * FROM g",
    "/* x */ EXPLAIN DELETE FROM events",
    "COPY events TO '/tmp/stolen.csv'",
    "COPY events FROM '/etc/passwd'",
    "ATTACH '/tmp/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA database_list",
    "CALL force_checkpoint()",
    "SELECT * FROM force_checkpoint()",
    "SELECT EXISTS (FROM enable_logging())",
    "SELECT * FROM truncate_duckdb_logs()",
    "CHECKPOINT",
    "EXPORT DATABASE '/tmp/x'",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT json_structure(properties) FROM events",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT getenv('HOME')",
    "PREPARE x AS SELECT 1",
    "BEGIN",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_anything_else_is_refused(warehouse: DuckdbWarehouse, sql: str) -> None:
    with pytest.raises(QueryError):
        warehouse.query(sql)
    with pytest.raises(QueryError):
        list(warehouse.stream(sql))
    assert warehouse.count_by_source() == {1: 2}


def test_the_walls_hold_without_the_first(warehouse: DuckdbWarehouse) -> None:
    """Even text that nobody checked cannot reach files or settings."""
    for sql in (
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY events TO '/tmp/stolen.csv'",
        "SET enable_external_access = true",
        "ATTACH '/tmp/other.duckdb'",
    ):
        with pytest.raises(RapportError):
            warehouse.read(sql)


def test_python_variables_are_no_tables(warehouse: DuckdbWarehouse) -> None:
    import pyarrow as pa

    secret = pa.table({"password": ["x"]})
    with pytest.raises(QueryError):
        warehouse.query("SELECT * FROM secret")
    assert secret.num_rows == 1


def test_too_much_memory_is_an_error_of_the_query(warehouse: DuckdbWarehouse) -> None:
    with pytest.raises(QueryError) as caught:
        warehouse.query("SELECT list(i || repeat('x', 100)) FROM range(50000000) t(i)")
    assert caught.value.error_code == "sql_memory"
    assert warehouse.query("SELECT 1").rows == [[1]]


def test_an_internal_error_of_the_engine_is_survived(tmp_path: Path) -> None:
    """Deep nesting in this function invalidates the whole instance; it is opened again."""
    warehouse = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    deep = '{"a":' + "[" * 900 + "]" * 900 + "}"
    warehouse.load(Load(1, events=events(event_row(1, properties=deep))))
    with pytest.raises(Unavailable):
        warehouse.read("SELECT json_structure(properties) FROM events")
    assert warehouse.load(Load(2, events=events(event_row(2))))
    assert warehouse.count_by_source() == {1: 2}
    warehouse.close()
