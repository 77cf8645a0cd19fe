from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .calling import Caller


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose stores have their tables: making them anew for each test would take long."""
    folder = tmp_path_factory.mktemp("prepared")
    Caller(folder).close()
    return folder


@pytest.fixture
def call(tmp_path: Path, prepared: Path) -> Iterator[Caller]:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    caller = Caller(tmp_path)
    yield caller
    caller.close()
