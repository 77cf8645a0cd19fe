from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.insights.engines import QUICK, Both, filled
from tests.insights.planting import World

NewWorld = Callable[[], World]


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[NewWorld]:
    """An empty history each time; the one before is emptied, since opening a file is slow."""
    warehouse = DuckdbWarehouse(tmp_path / "warehouse.duckdb", memory_mb=128)

    def make() -> World:
        def empty(connection: object) -> None:
            for table in ("events", "identities", "loaded", "event_volumes", "event_properties"):
                connection.execute(f"DELETE FROM {table}")  # type: ignore[attr-defined]

        warehouse._transaction(empty)
        warehouse._loaded = 0
        return World(warehouse)

    yield make
    warehouse.close()


@pytest.fixture
def world(new_world: NewWorld) -> World:
    return new_world()


@pytest.fixture(scope="session", params=QUICK)
def both(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Each engine once for all tests of them."""
    with filled(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made
