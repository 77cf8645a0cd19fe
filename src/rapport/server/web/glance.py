"""`GET /api/v1/profiles/{type}:{value}`: asked hundreds of times a second, so answered here.

Who calls and with which scope was decided as for every route; only the framework and the thread
are left out, which together cost more than the read. The read runs on the event loop, bounded in
steps; one that would take longer starts anew in a reading thread. Everything else about a profile
(reasons, timeline, changes) goes the usual way.
"""

from __future__ import annotations

import apsw
import msgspec

from rapport.server.access.auth import Principal
from rapport.server.rooms import Reads, Rooms
from rapport.server.web import static
from rapport.server.web.bridge import Proto, Scope

_HEAD = "/api/v1/profiles/"
_TAILS = ("/events", "/identity")  # of other routes; a value that ends so is looked up there
_HEADERS = [*static.API_SECURITY, ("content-type", "application/json")]
# What one read may take: instructions of SQLite's machine, counted in portions. A usual person
# takes 500; all of it, with what Python makes of the rows, is a few milliseconds.
_PORTION = 1_000
_PORTIONS = 50
_encode = msgspec.json.Encoder().encode


class Glance:
    """Belongs to the thread of the event loop."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._reads: Reads | None = None
        self._left = 0

    @staticmethod
    def wants(scope: Scope, path: str) -> bool:
        """True for one whole profile, without `?explain`."""
        return (
            path.startswith(_HEAD)
            and scope.method == "GET"
            and not scope.query_string
            and len(path) > len(_HEAD)
            and not path.endswith(_TAILS)
        )

    async def answer(self, proto: Proto, path: str, principal: Principal) -> int:
        """The status of the answer. Raises `Forbidden`, `NotFound`, `Unavailable`, `apsw.Error`."""
        principal.needs("read")
        reference = path[len(_HEAD) :]

        def read(reads: Reads) -> bytes:
            return _encode(reads.profiles.named(reference))

        try:
            body = read(self._bounded())
        except (apsw.InterruptError, apsw.BusyError):
            body = await self._rooms.reading(read)
        proto.response_bytes(200, _HEADERS, body)
        return 200

    def _bounded(self) -> Reads:
        if self._reads is None:
            self._reads = self._rooms.new_reads()
            self._reads.connection.set_busy_timeout(0)
            self._reads.connection.set_progress_handler(self._used_up, _PORTION)
        self._left = _PORTIONS
        return self._reads

    def _used_up(self) -> bool:
        self._left -= 1
        return self._left < 0
