"""Warehouses for the suites of their contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rapport.warehouse.base import Warehouse
from tests.contract import warehouses
from tests.contract.warehouses import Open


@pytest.fixture(scope="module", params=warehouses.engine_params())
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path], Open]]:
    with warehouses.engine(request.param, tmp_path_factory.mktemp(request.param)) as opens:
        yield opens


@pytest.fixture
def reopen(engine: Callable[[Path], Open], tmp_path: Path) -> Iterator[Open]:
    """Opens the same warehouse again and again; the one before is closed."""
    with warehouses.reopening(engine(tmp_path)) as again:
        yield again


@pytest.fixture
def warehouse(reopen: Open) -> Warehouse:
    return reopen()
