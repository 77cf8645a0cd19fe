"""Opening the DuckDB file with the doors closed: no files, no network, no extensions, no settings.

A query of a user runs in the same database instance as the loader, so what it must not do is
forbidden for the whole instance, and everything that Rapport reads or writes goes through Arrow.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import duckdb

from rapport.errors import Unavailable

_LOCK_WAIT_SECONDS = 10.0


def open_database(
    path: Path, *, memory_mb: int, threads: int, readonly: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open `path`, waiting a few seconds for another process to let go of it.

    Raises `Unavailable` when it stays locked or cannot be read.
    """
    spill = path.parent / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_mb}MB",
        "threads": str(threads),
        "temp_directory": str(spill),
        "max_temp_directory_size": "20GB",
        "storage_compatibility_version": "latest",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
        # `tidy` checkpoints in its own thread; this bound only guards against a stuck one.
        "wal_autocheckpoint": "1GB",
        # Rows keep their order of arrival in the file either way; results need not.
        "preserve_insertion_order": "false",
    }
    deadline = time.monotonic() + _LOCK_WAIT_SECONDS
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=readonly, config=config)
            break
        except duckdb.IOException as error:
            if time.monotonic() > deadline or "lock" not in str(error).lower():
                raise Unavailable(
                    "cannot open the warehouse",
                    hint="another process may hold it: rapport doctor",
                ) from error
            time.sleep(0.1)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def wal_bytes(path: Path) -> int:
    """Size of the write-ahead log beside `path`, 0 when there is none."""
    try:
        return os.stat(f"{path}.wal").st_size  # noqa: PTH116 - on the way of every load
    except FileNotFoundError:
        return 0
