"""One question that may be ended: by its time, by the memory it holds, or by somebody."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rapport.errors import QueryError


class Watch:
    """Thread-safe. Without limits only `cancel` ends it. `seconds` count from now on.

    `done` of `of` rows were looked at; `of` is 0 while nobody knows how many there are.
    """

    def __init__(self, seconds: float = math.inf, memory_mb: float = math.inf) -> None:
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._ends = time.monotonic() + seconds
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []
        self._held = 0
        self.done = 0
        self.of = 0

    def cancel(self) -> None:
        """Whoever works on it stops as soon as possible."""
        self._cancelled.set()
        with self._lock:
            for interrupt in self._interrupts:
                interrupt()

    def check(self) -> None:
        """Raises `QueryError`, codes question_cancelled and question_timeout, when it is over."""
        if self._cancelled.is_set():
            raise QueryError(
                "the question was cancelled", hint="ask it again", code="question_cancelled"
            )
        if self.left() <= 0:
            raise QueryError(
                f"the question took longer than {self._seconds:g} s",
                hint="ask about less time, or raise RAPPORT_INSIGHT_TIMEOUT_SECONDS",
                code="question_timeout",
            )

    def left(self) -> float:
        """Seconds; infinite without a limit."""
        return self._ends - time.monotonic()

    def tell(self, done: int, of: int) -> None:
        """How far it is. Raises as `check` does."""
        self.check()
        self.done, self.of = done, of

    def hold(self, size: int) -> None:
        """So many bytes more are kept until it is answered. Raises `QueryError`, code
        question_memory, when that is too much; and as `check` does."""
        self.check()
        self._held += size
        if self._held > self._memory_mb * 1024 * 1024:
            raise QueryError(
                f"the question needs more than {self._memory_mb:g} MiB of memory",
                hint="ask about less time or fewer events, or raise RAPPORT_INSIGHT_MEMORY_MB",
                code="question_memory",
            )

    @contextmanager
    def ending(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """While the block runs, the end of the question calls `interrupt`, from another thread.
        What the block raises then becomes the error that says so."""
        timer = threading.Timer(max(0.0, self.left()), interrupt) if self._limited else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        with self._lock:
            self._interrupts.append(interrupt)
        try:
            self.check()
            yield
        except Exception:
            self.check()
            raise
        finally:
            if timer is not None:
                timer.cancel()
            with self._lock:
                self._interrupts.remove(interrupt)

    @property
    def _limited(self) -> bool:
        return math.isfinite(self._seconds)


@contextmanager
def ending(watch: Watch | None, interrupt: Callable[[], None]) -> Iterator[None]:
    """`watch.ending`, if there is a watch."""
    if watch is None:
        yield
        return
    with watch.ending(interrupt):
        yield
