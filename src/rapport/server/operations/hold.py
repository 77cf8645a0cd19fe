"""A mark in the data folder that says: a backup runs, nothing may be trimmed.

It expires by itself, so that a backup that was killed does not let the stores grow for ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rapport.server.folder import write_private

LONGEST_SECONDS = 6 * 3600


def held(mark: Path) -> bool:
    try:
        return time.time() - mark.stat().st_mtime < LONGEST_SECONDS
    except OSError:
        return False


@contextmanager
def holding(mark: Path) -> Iterator[None]:
    """Pause trimming while the block runs."""
    write_private(mark, b"{}")
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)
