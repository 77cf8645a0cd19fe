"""Every warehouse, opened again and again on the same data, for the tests that all have to pass."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rapport.warehouse.base import Warehouse
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.warehouse import chdb_folder, postgres_server

Open = Callable[[], Warehouse]
ENGINES = ("duckdb", "clickhouse", "postgres", "spark")
_numbers = count(1)


def _marks(name: str) -> list[pytest.MarkDecorator]:
    """Tests of one engine stay in one worker; those of Spark are slow and say so."""
    return [pytest.mark.xdist_group(name), *([pytest.mark.spark] if name == "spark" else [])]


def engine_params(names: Sequence[str] = ENGINES) -> list[Any]:
    """One parameter an engine, started once."""
    return [pytest.param(name, marks=_marks(name)) for name in names]


@contextmanager
def engine(name: str, folder: Path) -> Iterator[Callable[[Path], Open]]:
    """What opens warehouses of this engine; a server is started once.

    Skips, and says how to get it, where the engine is not on the machine.
    """
    if name == "postgres":
        pytest.importorskip("adbc_driver_postgresql", reason="needs rapport-cdp[postgres]")
        if postgres_server.programs() is None:
            pytest.skip(postgres_server.HOW)
        with postgres_server.server(folder) as address:
            yield lambda path: _postgres(address)
    elif name == "clickhouse":
        pytest.importorskip("chdb", reason="needs rapport-cdp[clickhouse]")
        yield _clickhouse
    elif name == "spark":
        pytest.importorskip("pyspark", reason="needs rapport-cdp[spark]")
        if shutil.which("java") is None:
            pytest.skip("needs Java 17 or later: apt-get install default-jre-headless")
        yield _spark
    else:
        yield lambda path: lambda: DuckdbWarehouse(path / "warehouse.duckdb", memory_mb=128)


def _postgres(address: str) -> Open:
    from adbc_driver_postgresql import dbapi

    from rapport.warehouse.engines.postgres import PostgresWarehouse

    name = f"test_{next(_numbers)}"
    with dbapi.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    url = address.rpartition("/")[0] + f"/{name}"
    return lambda: PostgresWarehouse(url, memory_mb=128)


def _clickhouse(path: Path) -> Open:
    from rapport.warehouse.engines.clickhouse import ClickhouseWarehouse

    shared, name = chdb_folder.folder(), chdb_folder.fresh_database()
    return lambda: ClickhouseWarehouse.embedded(shared, memory_mb=512, database=name)


def _spark(path: Path) -> Open:
    from rapport.warehouse.engines.spark import SparkWarehouse

    return lambda: SparkWarehouse(path / "spark", memory_mb=1024)


def dialect_of(warehouse: Warehouse) -> Dialect:
    return dialect_for(warehouse.capabilities.dialect)


@contextmanager
def reopening(open_one: Open) -> Iterator[Open]:
    """The same warehouse again; the one before is closed."""
    opened: list[Warehouse] = []

    def again() -> Warehouse:
        for one in opened:
            one.close()
        opened.append(open_one())
        return opened[-1]

    try:
        yield again
    finally:
        for one in opened:
            one.close()
