"""The thread that tells the pipeline what only the warehouse knows.

The past of new definitions (`audiences.backfill`), and on schedule the values of traits in SQL
and the segments of accounts.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

import msgspec

from rapport.audiences.backfill.past import Backfill
from rapport.audiences.language import duration
from rapport.audiences.language.model import SqlQuery
from rapport.clock import SECOND
from rapport.server.background.account_segments import AccountSegments
from rapport.server.background.telling import Telling
from rapport.server.operations.hold import held
from rapport.server.rooms import Reads, Rooms
from rapport.server.views import snapshots

logger = logging.getLogger("rapport.audiences")
LOOK_SECONDS: Final = 0.3
_PAUSE_SECONDS: Final = 5.0  # after a failure


class History:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history")
        self._asked: dict[str, float] = {}  # key of a trait in SQL → when it was asked last
        self._backfill: Backfill | None = None
        self._telling = Telling(rooms, self._stop)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the part that is being worked on."""
        self._stop.set()
        if self._backfill is not None:
            self._backfill.stopping = True
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            if not self._rooms.folder.state.exists():
                continue
            try:
                self._serve(self._rooms.new_reads())
            except Exception as error:  # noqa: BLE001 - it must not end while the server runs
                logger.error("filling from the warehouse failed: %s", type(error).__name__)
                self._stop.wait(_PAUSE_SECONDS)

    def _serve(self, reads: Reads) -> None:
        rooms = self._rooms
        self._backfill = Backfill(
            rooms.warehouse, reads.audiences, rooms.folder.parts, self._telling.begin, rooms.clock
        )
        accounts = AccountSegments(rooms, self._telling.tell)
        while not self._stop.wait(LOOK_SECONDS):
            if held(rooms.folder.hold):
                continue
            while not self._stop.is_set() and self._backfill.run():
                pass
            accounts.run(reads)
            self._ask_due(reads)

    def _ask_due(self, reads: Reads) -> None:
        for one in reads.audiences.in_force("trait"):
            query = getattr(one.definition, "trait", None)
            if not isinstance(query, SqlQuery):
                continue
            every = duration.micros(query.every) / SECOND
            if time.monotonic() - self._asked.get(one.key, float("-inf")) >= every:
                self._asked[one.key] = time.monotonic()
                self._ask(one.key, query.text)

    def _ask(self, key: str, text: str) -> None:
        found: dict[int, str] = {}
        for batch in self._rooms.warehouse.stream(text):
            for profile, value in snapshots.of_rows(batch.to_pylist()):
                found[profile] = msgspec.json.encode(value, enc_hook=float).decode()
        self._telling.write_values(key, found)
