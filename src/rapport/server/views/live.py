"""Server-sent events of what is stored: one tail for all watchers, a bounded ring for each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable

import msgspec

from rapport.database import connect
from rapport.server.rooms import Reads, Rooms
from rapport.server.views.tail import LiveEvent, Look, Sources, Tail, lately

log = logging.getLogger("rapport.live")


LOOK_EVERY = 0.15
# So often a sign of life is sent, and is asked whether the watcher still may watch.
HEARTBEAT_SECONDS = 5.0
# A watcher gets at most this many events per look, about 200 a second; the rest is only counted.
MOST_PER_LOOK = 30
RING = 500
# So many that happened before are shown at once; among so many is looked for a text.
PAST = 50
PAST_SEARCHED = 500


class Filter(msgspec.Struct, frozen=True):
    """What one watcher wants to see; empty means everything. `text` looks into all shown values."""

    source: str = ""
    type: str = ""
    event: str = ""
    text: str = ""
    status: str = ""

    def wants(self, event: LiveEvent) -> bool:
        return (
            self.source in ("", event.source)
            and self.type in ("", event.type)
            and self.status in ("", event.status)
            and self.event.lower() in (event.event or "").lower()
            and (not self.text or self.text.lower() in _searchable(event))
        )


def _searchable(event: LiveEvent) -> str:
    return msgspec.json.encode(event).decode().lower()


class Watcher:
    def __init__(self, wanted: Filter) -> None:
        self._wanted = wanted
        self._ring: deque[LiveEvent] = deque(maxlen=RING)
        self._skipped = 0
        self._news = asyncio.Event()
        self._past: set[tuple[str, ...]] = set()
        self.closed = False

    def remember(self, past: list[LiveEvent]) -> None:
        """These were shown: not a second time, though they may be on their way."""
        self._past = {_name(event) for event in past}
        self._ring = deque((e for e in self._ring if _name(e) not in self._past), maxlen=RING)

    def offer(self, look: Look) -> None:
        matching = [
            event
            for event in look.events
            if self._wanted.wants(event) and _name(event) not in self._past
        ]
        kept = matching[-MOST_PER_LOOK:]
        overflow = max(0, len(self._ring) + len(kept) - RING)
        self._skipped += look.skipped + len(matching) - len(kept) + overflow
        self._ring.extend(kept)
        if kept or self._skipped:
            self._news.set()

    def close(self) -> None:
        self.closed = True
        self._news.set()

    async def frames(self, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
        """The bytes of the stream, until the client leaves, may not watch any more, or the server
        stops."""
        loop = asyncio.get_running_loop()
        beat = loop.time() + HEARTBEAT_SECONDS
        while not self.closed:
            if loop.time() >= beat:
                if not allowed():
                    return
                beat = loop.time() + HEARTBEAT_SECONDS
                yield b": still here\n\n"
            try:
                async with asyncio.timeout_at(beat):
                    await self._news.wait()
            except TimeoutError:
                continue
            self._news.clear()
            parts = [_frame("event", self._ring.popleft()) for _ in range(len(self._ring))]
            if self._skipped:
                parts.append(_frame("skipped", {"skipped": self._skipped}))
                self._skipped = 0
            if parts:
                yield b"".join(parts)


def _name(event: LiveEvent) -> tuple[str, ...]:
    return (event.status, event.source, event.message_id or "", event.received_at or "")


def _frame(name: str, data: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(data))


class Live:
    """Looks at the stores only while somebody watches."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self._following = asyncio.Event()

    async def watch(self, wanted: Filter, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
        """First what happened last, in one frame; then what happens, as long as it is `allowed`."""
        watcher = Watcher(wanted)
        self._watchers.add(watcher)
        if self._task is None or self._task.done():
            self._following = asyncio.Event()
            self._task = asyncio.create_task(self._run(), name="live")
        try:
            yield b": watching\n\n"
            await self._following.wait()  # from here on nothing is missed, so look back only now
            past = await self._past(wanted)
            watcher.remember(past)
            yield _frame("past", past)
            async for frame in watcher.frames(allowed):
                yield frame
        finally:
            self._watchers.discard(watcher)

    async def _past(self, wanted: Filter) -> list[LiveEvent]:
        sources = Sources(self._rooms.sources.list())
        found = await self._rooms.studying(
            lambda reads: lately(
                self._rooms,
                reads,
                sources,
                PAST_SEARCHED if wanted.text else PAST,
                source=wanted.source,
                type=wanted.type,
                event=wanted.event,
                status=wanted.status,
            )
        )
        return [event for event in found if wanted.wants(event)][-PAST:]

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        for watcher in list(self._watchers):
            watcher.close()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        connection = None
        try:
            connection = connect(self._rooms.folder.state, readonly=True, cache_mb=2)
            tail = Tail(connection, self._rooms.pipeline)
            self._following.set()
            while self._watchers:
                await asyncio.sleep(LOOK_EVERY)
                with contextlib.suppress(TimeoutError):
                    look = await self._rooms.reading(lambda reads: self._look(tail, reads))
                    if look.events or look.skipped:
                        for watcher in list(self._watchers):
                            watcher.offer(look)
        except Exception:
            log.exception("the live stream stopped")
            self.close()
        finally:
            self._following.set()  # whoever waits shall not wait for ever
            if connection is not None:
                connection.close()

    def _look(self, tail: Tail, reads: Reads) -> Look:
        return tail.look(reads, Sources(self._rooms.sources.list()))
