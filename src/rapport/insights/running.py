"""Questions that are being answered now: how far they are, and how they are ended."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from rapport.clock import Clock
from rapport.errors import Conflict, Malformed, NotFound
from rapport.warehouse.watch import Watch

_ID = re.compile(r"[A-Za-z0-9_\-]{1,64}")


class Run(NamedTuple):
    """`by` asked at `at` (µs UTC)."""

    id: str
    kind: str
    by: str
    at: int
    watch: Watch


class Running:
    """Thread-safe. Every question has `memory_mb`, and `seconds` from when it was asked."""

    def __init__(self, clock: Clock, *, seconds: float, memory_mb: float) -> None:
        self._clock = clock
        self._seconds, self._memory_mb = seconds, memory_mb
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    @contextmanager
    def asked(self, kind: str, by: str, id: str | None = None) -> Iterator[Run]:
        """A question, until the block ends. Raises `Malformed` for an `id` that cannot be one, and
        `Conflict` for one that is taken."""
        if id is not None and not _ID.fullmatch(id):
            raise Malformed(f"{id[:80]!r} cannot name a run", hint="letters, digits, - and _")
        run = Run(
            id or uuid.uuid4().hex,
            kind,
            by,
            self._clock.now(),
            Watch(self._seconds, self._memory_mb),
        )
        with self._lock:
            if run.id in self._runs:
                raise Conflict(f"a question called {run.id!r} is being answered already")
            self._runs[run.id] = run
        try:
            yield run
        finally:
            with self._lock:
                del self._runs[run.id]

    def all(self) -> list[Run]:
        """The oldest first."""
        with self._lock:
            return sorted(self._runs.values(), key=lambda run: run.at)

    def get(self, id: str) -> Run:
        """Raises `NotFound`, also for one that has been answered."""
        with self._lock:
            found = self._runs.get(id)
        if found is None:
            raise NotFound(f"no question {id!r} is being answered")
        return found

    def cancel_all(self) -> None:
        for run in self.all():
            run.watch.cancel()
