"""A disk that is small enough to fill up."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """An empty file system at `folder`. Skips the test where nobody may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    try:
        yield folder
    finally:
        _unmount(folder)


def _unmount(folder: Path) -> None:
    """Waits for processes that are just ending: whatever uses the disk keeps it mounted."""
    until = time.monotonic() + 30
    while subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode:
        assert time.monotonic() < until, "something still uses the disk"
        time.sleep(0.02)
