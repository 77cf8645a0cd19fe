"""Forgetting the start of the embedded log in small steps."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

import apsw

from rapport.log.insertion import BLOCK_BITS

_STEP_SECONDS = 0.005
_SMALLEST, _LARGEST = 16, 4096


class Truncation:
    """Forget from the start up to `consumed`, while received before `older_than` (µs UTC).

    `step` runs inside a transaction of the writer; `advance` after that has been committed.
    """

    def __init__(self, consumed: int, older_than: int) -> None:
        self.done: Future[int] = Future()
        self._consumed = consumed
        self._older_than = older_than
        self._rows = 256
        self._forgotten = 0

    def step(self, connection: apsw.Connection) -> tuple[int, bool]:
        """Delete one chunk; its size follows the time that the last one took.

        Returns how many records were deleted and whether nothing is left to delete.
        """
        started = time.monotonic()
        rows: Iterable[Any] = connection.execute(
            "SELECT offset, received_at FROM records WHERE offset <= ? ORDER BY offset LIMIT ?",
            (self._consumed, self._rows),
        )
        last = count = 0
        for offset, received_at in rows:
            if received_at >= self._older_than:
                break
            last, count = offset, count + 1
        if count:
            connection.execute("DELETE FROM records WHERE offset <= ?", (last,))
            _forget_blocks(connection, last)
        finished = count < self._rows
        self._adapt(time.monotonic() - started)
        return count, finished

    def advance(self, count: int, finished: bool) -> None:
        """The transaction of the step is durable."""
        self._forgotten += count
        if finished:
            self.done.set_result(self._forgotten)

    def _adapt(self, seconds: float) -> None:
        if seconds > 2 * _STEP_SECONDS:
            self._rows = max(_SMALLEST, self._rows // 2)
        elif seconds < _STEP_SECONDS / 2:
            self._rows = min(_LARGEST, self._rows * 2)


def _forget_blocks(connection: apsw.Connection, last: int) -> None:
    """A block whose every record is gone cannot be pending any more."""
    connection.execute("DELETE FROM blocks WHERE block < ?", (last >> BLOCK_BITS,))
