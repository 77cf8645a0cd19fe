"""From a readable request body to a durable record: source, limits, back-pressure, append."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec

from rapport.clock import Clock
from rapport.collect.addresses import Proxies
from rapport.collect.backlog import Backlog
from rapport.collect.rsgi import Scope
from rapport.collect.sources import Source, SourceStore
from rapport.errors import RapportError, TooLarge
from rapport.log.appender import AsyncAppender
from rapport.log.base import Draft, EventLog

_DEVICES = ("web", "mobile")  # kinds of source whose requests come from the customer's own device
_SAVE_USES_SECONDS = 60.0
_encode = msgspec.json.Encoder().encode


class Intake:
    """Appends bodies to `log` from one event loop."""

    def __init__(
        self,
        log: EventLog,
        sources: SourceStore,
        clock: Clock,
        *,
        committed: Callable[[], int],
        unloaded: Callable[[], int],
        max_backlog_events: int,
        max_batch_events: int,
        proxies: Proxies,
    ) -> None:
        self.backlog = Backlog(log, committed, max_backlog_events, unloaded)
        self._log = log
        self._sources = sources
        self._clock = clock
        self._max_batch_events = max_batch_events
        self._proxies = proxies
        self._appender: AsyncAppender | None = None
        self._saved_uses = time.monotonic()
        self._saving: asyncio.Task[None] | None = None

    async def accept(
        self,
        scope: Scope,
        source: Source,
        kind: str,
        count: int,
        body: bytes,
        *,
        from_device: bool,
    ) -> int:
        """Append one record of `count` events; gives its offset once it is durable.

        `from_device`: the request comes from the customer's own device, whatever the source.

        Raises `TooLarge`, or `Unavailable` when it could not be made durable.
        """
        if count > self._max_batch_events:
            raise TooLarge(
                f"a batch may have {self._max_batch_events} events, this one has {count}",
                hint="send smaller batches, or raise max_batch_events",
                code="too_many_events",
                details={"limit": self._max_batch_events},
            )
        meta = self._meta(scope) if from_device or source.kind in _DEVICES else b""
        draft = Draft(source.id, kind, count, self._clock.now(), body, meta)
        appender = self._appender
        if appender is None:
            appender = self._appender = AsyncAppender(self._log, asyncio.get_running_loop())
        backlog = self.backlog
        backlog.in_flight += len(body)
        try:
            return await appender.append(draft)
        finally:
            backlog.in_flight -= len(body)

    def look_after(self) -> None:
        """Before each request. Raises `Overloaded` when too much is waiting.

        Once a minute another thread writes down when each write key was last used.
        """
        now = time.monotonic()
        self.backlog.check(now)
        if now - self._saved_uses >= _SAVE_USES_SECONDS:
            self._saved_uses = now
            self._saving = asyncio.get_running_loop().create_task(self._save_uses())

    async def _save_uses(self) -> None:
        try:
            await asyncio.to_thread(self._sources.save_uses)
        except RapportError:
            return  # only a convenience for operators; the next minute tries again

    def _meta(self, scope: Scope) -> bytes:
        meta: dict[str, Any] = {"ip": self._proxies.client_ip(scope)}
        if agent := scope.headers.get("user-agent"):
            meta["user_agent"] = agent[:1000]
        return _encode(meta)
