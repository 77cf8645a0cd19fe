"""Back-pressure: whether so much waits to be processed that clients must come back later."""

from __future__ import annotations

from collections.abc import Callable

from rapport.errors import Overloaded, RapportError
from rapport.log.base import EventLog

_LOOK_SECONDS = 1.0
_IN_FLIGHT_BYTES = 64_000_000


class Backlog:
    """Counts the events that wait for the pipeline or, behind it, for the warehouse (`unloaded`),
    and the bytes of requests not yet durable."""

    def __init__(
        self,
        log: EventLog,
        committed: Callable[[], int],
        limit: int,
        unloaded: Callable[[], int] = lambda: 0,
    ) -> None:
        self._log = log
        self._committed = committed
        self._unloaded = unloaded
        self._limit = limit
        self._looked = float("-inf")
        self.events = 0  # at the last look
        self.in_flight = 0  # bytes

    def check(self, now: float) -> None:
        """Raises `Overloaded`. Looks at the stores at most once a second; `now` is monotonic."""
        if now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            self._look()
        if self.events > self._limit:
            raise Overloaded(
                "more events are waiting than max_backlog_events allows",
                hint="the client tries again by itself; rapport doctor shows the backlog",
                details={"waiting": self.events, "limit": self._limit},
            )
        if self.in_flight > _IN_FLIGHT_BYTES:
            raise Overloaded("too many requests at the same moment")

    def _look(self) -> None:
        try:
            waiting = sum(self._log.pending(self._committed()).values())
            self.events = waiting + self._unloaded()
        except RapportError:
            return  # the state cannot be read now; the log can still take events
