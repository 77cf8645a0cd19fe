"""Each real engine as one function: a query in, rows out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rapport.warehouse.dialects.clickhouse import SETTINGS
from tests.warehouse import chdb_folder, postgres_server

Run = Callable[[str], list[tuple[Any, ...]]]
ENGINES = ("duckdb", "clickhouse", "postgres", "spark")


def _marks(name: str) -> list[pytest.MarkDecorator]:
    """Tests of one engine stay in one worker; those of Spark are slow and say so."""
    return [pytest.mark.xdist_group(name), *([pytest.mark.spark] if name == "spark" else [])]


def engine_params() -> list[Any]:
    """One parameter an engine, started once."""
    return [pytest.param(name, marks=_marks(name)) for name in ENGINES]


@contextmanager
def runner(engine: str, folder: Path) -> Iterator[Run]:
    """Skips, and says how to get it, where the engine is not on the machine."""
    with {"duckdb": duckdb, "clickhouse": clickhouse, "postgres": postgres, "spark": spark}[engine](
        folder
    ) as run:
        yield run


@contextmanager
def duckdb(folder: Path) -> Iterator[Run]:
    module = pytest.importorskip("duckdb")
    connection = module.connect(config={"threads": "1"})
    connection.execute("SET TimeZone = 'UTC'")

    def run(sql: str) -> list[tuple[Any, ...]]:
        return list(connection.execute(sql).fetchall())

    with connection:
        yield run


@contextmanager
def clickhouse(folder: Path) -> Iterator[Run]:
    pytest.importorskip("chdb", reason="needs pip install 'rapport-cdp[clickhouse]'")
    from chdb.session import Session

    session = Session(str(chdb_folder.folder()))
    settings = ", ".join(f"{name} = {value!r}" for name, value in SETTINGS.items())
    session.query(f"SET {settings}")

    def run(sql: str) -> list[tuple[Any, ...]]:
        table = session.query(sql, "ArrowTable")
        return [tuple(row.values()) for row in table.to_pylist()]

    try:
        yield run
    finally:
        session.close()


@contextmanager
def postgres(folder: Path) -> Iterator[Run]:
    pytest.importorskip("adbc_driver_postgresql", reason="needs rapport-cdp[postgres]")
    from adbc_driver_postgresql import dbapi

    from rapport.warehouse.engines.postgres_arrow import decimals

    if postgres_server.programs() is None:
        pytest.skip(postgres_server.HOW)
    with postgres_server.server(folder) as address, dbapi.connect(address) as connection:
        cursor = connection.cursor()

        def run(sql: str) -> list[tuple[Any, ...]]:
            try:
                cursor.execute(sql)
                table = decimals(cursor.fetch_arrow_table())
                return [tuple(row.values()) for row in table.to_pylist()]
            except Exception:
                connection.rollback()
                raise

        with cursor:
            yield run


@contextmanager
def spark(folder: Path) -> Iterator[Run]:
    pytest.importorskip("pyspark", reason="needs pip install 'rapport-cdp[spark]'")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17 or later: apt-get install default-jre-headless")
    session = spark_session(folder)

    def run(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in session.sql(sql).collect()]

    try:
        yield run
    finally:
        session.stop()


def spark_session(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "spark"),
        "spark.driver.memory": "1g",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def plain(value: Any) -> Any:
    """What engines and their drivers give back in different types as one."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, Decimal):
        return Decimal(f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode()
    return value
