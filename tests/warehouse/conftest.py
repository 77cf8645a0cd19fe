"""A folder with an outbox and a warehouse, for all tests that load."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.warehouse.outbox import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path)
    yield made
    made.close()


@pytest.fixture
def warehouse(folder: Folder) -> Iterator[DuckdbWarehouse]:
    opened = DuckdbWarehouse(folder.warehouse, memory_mb=128)
    yield opened
    opened.close()
