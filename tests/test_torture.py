"""SIGKILL at random points under load: nothing acknowledged is lost, nothing counted twice.

The short version; `python -m bench.torture` is the long one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.torture import torture

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(sys.platform != "linux", reason="finds child processes in /proc"),
]


def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    found = torture(tmp_path, kills=8, seed=11)
    assert found.acknowledged > 0
    assert (found.lost, found.twice, found.complaints) == (0, 0, [])
