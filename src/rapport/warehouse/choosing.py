"""From the name of an engine to an open warehouse."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

from rapport.errors import ConfigError
from rapport.warehouse.base import Warehouse

GROUP = "rapport.warehouses"


def open_warehouse(name: str, path: Path, *, memory_mb: int, url: str = "") -> Warehouse:
    """The warehouse registered as `name`. `path` is the file of the embedded one; engines that
    keep files put theirs beside it. `url` says where a server is.

    Raises `ConfigError` when nothing is called so, or what it needs is not installed.
    """
    found = entry_points(group=GROUP, name=name)
    if not found:
        known = sorted(entry.name for entry in entry_points(group=GROUP))
        raise ConfigError(f"there is no warehouse called {name!r}", hint=f"use {', '.join(known)}")
    make: Callable[..., Warehouse] = next(iter(found)).load()
    return make(path, memory_mb=memory_mb, url=url) if url else make(path, memory_mb=memory_mb)


def clickhouse(path: Path, *, memory_mb: int, url: str = "") -> Warehouse:
    """The server at `url`, else the engine inside this process on a folder beside `path`."""
    from rapport.warehouse.engines.clickhouse import ClickhouseWarehouse

    if url:
        return ClickhouseWarehouse(url, memory_mb=memory_mb)
    return ClickhouseWarehouse.embedded(path.parent / "clickhouse", memory_mb=memory_mb)


def postgres(path: Path, *, memory_mb: int, url: str = "") -> Warehouse:  # noqa: ARG001 - as all
    """The server at `url`, a libpq address."""
    from rapport.warehouse.engines.postgres import PostgresWarehouse

    if not url:
        raise ConfigError(
            "the warehouse 'postgres' needs its address",
            hint="set RAPPORT_WAREHOUSE_URL=postgresql://user:password@host/database",
        )
    return PostgresWarehouse(url, memory_mb=memory_mb)


def spark(path: Path, *, memory_mb: int, url: str = "") -> Warehouse:
    """Parquet files in a folder beside `path`; `url` is Spark's master, local[2] when empty."""
    from rapport.warehouse.engines.spark import SparkWarehouse

    return SparkWarehouse(path.parent / "spark", master=url or "local[2]", memory_mb=memory_mb)
