"""The thread that tells the pipeline what only the warehouse knows.

The past of new definitions (`audiences.backfill`), and on schedule the values of traits in SQL
and the segments of accounts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import apsw
import msgspec

from rapport.audiences.backfill.past import Backfill
from rapport.audiences.language import duration
from rapport.audiences.language.model import SqlQuery
from rapport.audiences.stream.plans import Stored
from rapport.clock import SECOND, to_iso
from rapport.errors import RapportError
from rapport.server.background.account_segments import AccountSegments
from rapport.server.background.telling import Telling
from rapport.server.operations.hold import held
from rapport.server.rooms import Reads, Rooms
from rapport.server.views import asked, snapshots
from rapport.server.views.asked import Failure

logger = logging.getLogger("rapport.audiences")
LOOK_SECONDS: Final = 0.3
_PAUSE_SECONDS: Final = 5.0  # after a failure
_RETRY_SECONDS: Final = 60.0  # of a trait that could not be asked, unless its `every` is shorter


class History:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history")
        self._due: dict[int, float] = {}  # version of a trait in SQL → when it is asked next
        self._paused: dict[str, float] = {}  # what failed → until when
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
                reads = self._rooms.new_reads()
                try:
                    self._serve(reads)
                finally:
                    self._rooms.close_reads(reads)
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
            self._try("the past of definitions", self._fill)
            self._try("segments of accounts", lambda: accounts.run(reads))
            self._try("traits in SQL", lambda: self._ask_due(reads))

    def _try(self, what: str, work: Callable[[], object]) -> None:
        """What fails pauses, and holds up nothing else."""
        if time.monotonic() < self._paused.get(what, 0.0):
            return
        try:
            work()
        except apsw.Error:  # perhaps of the connection: another one is opened
            raise
        except Exception as error:  # noqa: BLE001 - as above
            logger.error("%s from the warehouse failed: %s", what, type(error).__name__)
            self._paused[what] = time.monotonic() + _PAUSE_SECONDS

    def _fill(self) -> None:
        while self._backfill is not None and not self._stop.is_set() and self._backfill.run():
            pass

    def _ask_due(self, reads: Reads) -> None:
        for one in reads.audiences.in_force("trait"):
            query = getattr(one.definition, "trait", None)
            if self._stop.is_set() or not isinstance(query, SqlQuery):
                continue
            if time.monotonic() >= self._due.get(one.number, 0.0):
                every = duration.micros(query.every) / SECOND
                seconds = every if self._ask(one, query.text) else min(every, _RETRY_SECONDS)
                self._due[one.number] = time.monotonic() + seconds

    def _ask(self, one: Stored, text: str) -> bool:
        """One that fails says so in `rooms.failures`, and keeps the values it has."""
        failures = self._rooms.failures
        try:
            self._telling.write_values(one.key, self._values(text))
        except apsw.Error:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a query does, the others are asked
            failures[one.key] = self._failure(error, one.version)
            code = failures[one.key].code
            logger.error("the trait %s could not be asked: %s", one.key, code)
            return False
        failures.pop(one.key, None)
        return True

    def _values(self, text: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for batch in self._rooms.warehouse.stream(text):
            asked.check_columns(batch.schema.names, "trait.sql")
            for profile, value in snapshots.of_rows(batch.to_pylist()):
                found[profile] = msgspec.json.encode(value, enc_hook=float).decode()
        return found

    def _failure(self, error: Exception, version: int) -> Failure:
        at = to_iso(self._rooms.clock.now())
        if isinstance(error, RapportError):
            return Failure(error.error_code, error.message, error.hint, at, version)
        words = f"trait.sql: its answer cannot be taken ({type(error).__name__})"
        hint = "`profile` is a number or an id such as p_42, `value` a number, a text or a list"
        return Failure("query_error", words, hint, at, version)
