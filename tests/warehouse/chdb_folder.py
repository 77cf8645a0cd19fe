"""The one folder of ClickHouse inside this process: it can open no second one.

A session is held, so that the engine starts once; tests take databases of their own.
"""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

_numbers = count(1)


@cache
def folder() -> Path:
    path = Path(mkdtemp(prefix="rapport-chdb-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    _held(path)
    return path


def fresh_database() -> str:
    """A name that no other test of this process has."""
    return f"test_{next(_numbers)}"


@cache
def _held(path: Path) -> Any:
    from chdb.session import Session

    session = Session(str(path))
    atexit.register(session.close)
    return session
