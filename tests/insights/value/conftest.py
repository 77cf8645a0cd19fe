from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.insights.value.planting import Planted


@pytest.fixture
def planted(tmp_path: Path) -> Iterator[Planted]:
    """An empty history."""
    held = Planted(tmp_path)
    yield held
    held.warehouse.close()
