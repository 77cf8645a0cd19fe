"""The balance, counted from the stores; kept for a moment because many look at it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from rapport.pipeline.balance import Balance, balance
from rapport.server.rooms import Rooms

FRESH_SECONDS = 1.0


class Books:
    """Thread-safe."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._lock = threading.Lock()
        self._kept: Balance | None = None
        self._at = 0.0

    def balance(self, *, fresh: bool = False) -> Balance:
        """Blocks while it counts. Not older than a second; `fresh` counts anew."""
        with self._lock:
            stale = time.monotonic() - self._at > FRESH_SECONDS
            if self._kept is None or stale or fresh:
                self._kept = balance(self._rooms.log, self._rooms.pipeline, self._stored)
                self._at = time.monotonic()
            return self._kept

    def _stored(self) -> tuple[int, Mapping[int, int]]:
        """Applied outbox seq and events per source, from one snapshot of the warehouse."""
        rows = self._rooms.warehouse.read(
            "SELECT (SELECT max(seq) FROM loaded) AS seq, source_id, count(*) AS n"
            " FROM events GROUP BY source_id"
        )
        if not rows:
            return self._rooms.warehouse.loaded(), {}
        return int(rows[0]["seq"] or 0), {int(row["source_id"]): int(row["n"]) for row in rows}
