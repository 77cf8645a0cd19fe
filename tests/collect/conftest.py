from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .calling import Caller


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    caller = Caller(tmp_path)
    yield caller
    caller.close()
