"""Which outbox rows the warehouse has: written by the loader in control.db, read here."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

import apsw

from rapport.database import ChangeSignal, connect
from rapport.errors import Unavailable

KEEP_SECONDS = 1.5  # rows that the warehouse has: whoever watches what comes in looks at them, too


class Applied:
    """Reads control.db, which the http process makes whenever it first starts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: apsw.Connection | None = None
        self._signal: ChangeSignal | None = None
        self._kept: deque[tuple[float, int]] = deque()  # since when, up to which seq

    def news(self) -> int | None:
        """The last seq that was applied `KEEP_SECONDS` ago, if it may be another than before."""
        now = time.monotonic()
        if (seq := self._newest()) is not None:
            self._kept.append((now, seq))
        found = None
        while self._kept and now - self._kept[0][0] >= KEEP_SECONDS:
            _, found = self._kept.popleft()
        return found

    def newest(self) -> int:
        """The last seq that the warehouse has now; 0 when it has none."""
        if self._connection is None and not self._open():
            return 0
        return self._read() or 0

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _newest(self) -> int | None:
        if self._connection is None and not self._open():
            return None
        if self._signal is None or not self._signal.changed():
            return None
        return self._read()

    def _open(self) -> bool:
        if not self._path.exists():
            return False
        try:
            self._connection = connect(self._path, readonly=True, cache_mb=1)
        except Unavailable:
            return False
        self._signal = ChangeSignal(self._connection)
        return True

    def _read(self) -> int | None:
        assert self._connection is not None  # noqa: S101 - narrows the type; news() has opened it
        try:
            row = self._connection.execute(
                "SELECT value FROM loader WHERE name = 'warehouse'"
            ).fetchone()
        except apsw.SQLError:  # the loader has not made its table yet
            return None
        return int(row[0]) if row else None
