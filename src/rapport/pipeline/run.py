"""Running the line: one transaction a step, rollback, retry, and never standing still."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

import apsw

from rapport.clock import Clock
from rapport.config import Settings
from rapport.errors import RapportError, Unavailable
from rapport.events.quarantine import Quarantine
from rapport.events.shipping import Decoded
from rapport.log.base import CONTROL, EventLog, Record
from rapport.pipeline.ahead import Ahead, Portion
from rapport.pipeline.applied import Applied
from rapport.pipeline.controls import Control, Controls, read_control
from rapport.pipeline.intake import Intake
from rapport.pipeline.line import Found, Line, Place
from rapport.pipeline.lock import PipelineLock
from rapport.pipeline.rooms import AudiencesRoom, IdentityRoom, NoAudiences, ProfilesRoom
from rapport.pipeline.store import PipelineStore

logger = logging.getLogger("rapport.pipeline")
T = TypeVar("T")

MOST_EVENTS = 4_000  # in one portion of a backlog
# In one step, which is one transaction. People come again and again: the more events share it, the
# fewer pages are written for each, and of the portions only one is in memory.
STEP_EVENTS = 16_000
FEW_EVENTS = 250  # in one step, while an event is looked for that makes steps fail
# A step has a price of its own, some 8 ms of CPU: steps of fewer events than this begin no sooner
# after each other, so that a trickle leaves the processor to requests. The first one never waits.
SMALL_EVENTS, SMALL_SECONDS = 500, 0.08
WORTH_EVENTS = 1_000  # in a portion: fewer are decoded sooner than sent to another process and back
IDLE_SECONDS = 0.3  # between looks at `stop`
TRIM_SECONDS = 1.0  # between looks at what the warehouse has, while there is nothing else to do
BACK_OFF_SECONDS = 1.0
WAL_PAGES = 32_000  # 128 MB between checkpoints, each of which writes every changed page again
WAL_BYTES = 192 << 20  # what the write-ahead log keeps on disk after it had to grow
# The store cannot be written now, whatever is in the records: wait and try again.
TROUBLE = (apsw.FullError, apsw.IOError, apsw.BusyError, apsw.LockedError, apsw.NoMemError)
_FAILED_FSYNC = (apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_DIR_FSYNC)


class Pipeline:
    """Owns the write transaction of state.db. One thread only."""

    def __init__(
        self,
        settings: Settings,
        log: EventLog,
        state: apsw.Connection,
        identity: IdentityRoom,
        profiles: ProfilesRoom,
        clock: Clock,
        audiences: AudiencesRoom | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self._folder = settings.folder
        self._log = log
        self._state = state
        self._clock = clock
        self._store = PipelineStore(state)
        quarantine = Quarantine(state)
        self._audiences = audiences or NoAudiences()
        rooms = identity, profiles, self._audiences
        self._line = Line(settings, state, self._store, quarantine, *rooms)
        self._controls = Controls(self._store, quarantine, *rooms)
        self._applied = Applied(settings.folder / "control.db")
        self._trim_to = 0
        self._offset = self._store.offset()
        self._intake = Intake(log)
        self._ahead = ahead
        self._limit = MOST_EVENTS
        self._poisoned: dict[Place, str] = {}
        self._stale = False  # memory may be ahead of the store: a rollback did not come to its end
        state.wal_autocheckpoint(WAL_PAGES)
        state.pragma("journal_size_limit", WAL_BYTES)

    def run(
        self, stop: threading.Event, observe: Callable[[int, float], None] | None = None
    ) -> None:
        """Work until `stop` is set. `observe` gets events and seconds of each step.

        Raises `Conflict` when another pipeline holds the folder, `Unavailable` when an fsync of
        state.db failed: what is on disk is then unknown until the file is opened anew.
        """
        with PipelineLock(self._folder):
            try:
                while not stop.is_set():
                    self._tick(stop, observe)
            finally:
                self._applied.close()
                if self._ahead is not None:
                    self._ahead.close()

    def step(self) -> int:
        """Process a portion of the log, of a backlog several. Returns the number of events; 0 when
        there was none, or a decision of an operator. Raises what a store raises that cannot be
        written."""
        if self._stale:
            self._roll_back()
        for _ in range(2):  # what failed by chance gets a second try as it is
            portion = self._portion(self._offset)
            if not portion.records:
                return 0
            if portion.records[0].kind == CONTROL:
                return self._decide(portion.records[0])
            try:
                return self._work(portion)
            except TROUBLE:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the line must go on
                _report(error, "a step failed and was rolled back")
        return self._work_around()

    def work_off(self) -> bool:
        """Do some of what waits in the audiences; True when something did."""
        if self._stale:
            self._roll_back()
        if not self._audiences.waits():
            return False
        self._transact(lambda: self._store.hand_over_outcome(self._audiences.work()))
        return True

    def _tick(self, stop: threading.Event, observe: Callable[[int, float], None] | None) -> None:
        before, started = self._offset, time.perf_counter()
        try:
            events = self.step()
            if self._offset == before:
                self._rest(stop)
        except Exception as error:  # noqa: BLE001 - anything may have space or sense again later
            _raise_if_unsafe(error)
            _report(error, "the pipeline cannot go on now and tries again")
            stop.wait(BACK_OFF_SECONDS)
            return
        if self._offset == before:
            return
        spent = time.perf_counter() - started
        if observe is not None:
            observe(events, spent)
        if 0 < events < SMALL_EVENTS:
            stop.wait(max(0.0, SMALL_SECONDS - spent))

    def _portion(self, after: int) -> Portion:
        """What comes behind offset `after`, decoded; one control record, or nothing, undecoded."""
        ahead = None if self._poisoned else self._ahead
        ready = ahead.take(after) if ahead is not None else None
        records = ready.records if ready else self._intake.take(after, self._limit)
        if not records or records[0].kind == CONTROL:
            return Portion(records, Decoded([]))
        if ahead is not None and _worth_it(records) and ahead.ready():
            last = records[-1].offset
            following = self._intake.take(last, self._limit)
            if _worth_it(following):
                ahead.begin(last, self._line.as_received(following))
        return ready or self._decoded(records)

    def _work(self, portion: Portion) -> int:
        self._offset, events = self._transact(lambda: self._process(portion))
        self._limit = min(self._limit * 2, MOST_EVENTS)
        self._poisoned.clear()
        return events

    def _decoded(self, records: Sequence[Record]) -> Portion:
        return Portion(records, Decoded(self._line.decode(records, self._poisoned)))

    def _process(self, portion: Portion) -> tuple[int, int]:
        """The portion and, of a backlog, those behind it: the last offset, and how many events."""
        events = 0
        while True:
            records, decoded = portion
            self._line.process(decoded, records)
            last = records[-1].offset
            events += len(decoded.found)
            decoded.found.clear()  # megabytes, which whoever holds the portion needs no more
            if _count(records) < MOST_EVENTS or events >= STEP_EVENTS:
                break
            portion = self._portion(last)
            if not portion.records or portion.records[0].kind == CONTROL:
                break
        self._line.settle()
        self._trim()
        return last, events

    def _work_around(self) -> int:
        """Find the events that make the step fail, set them aside, and do the rest."""
        self._limit = FEW_EVENTS
        while True:
            records = self._intake.take(self._offset, self._limit)
            try:
                return self._work(self._decoded(records))
            except TROUBLE:
                raise
            except Exception as error:
                place = self._culprit(records)
                if place is None or place in self._poisoned:
                    raise
                _report(error, f"event {place} was set aside")
                self._poisoned[place] = f"{type(error).__name__} while it was processed"

    def _culprit(self, records: Sequence[Record]) -> Place | None:
        """The first event with which a step fails; None when it is not for an event's sake."""
        found = self._line.decode(records, self._poisoned)
        good, bad = 0, len(found)
        if self._fails(found[:0], records) or not self._fails(found, records):
            return None
        while bad - good > 1:
            middle = (good + bad) // 2
            if self._fails(found[:middle], records):
                bad = middle
            else:
                good = middle
        return (found[good].offset, found[good].index)

    def _fails(self, found: Sequence[Found], records: Sequence[Record]) -> bool:
        """Try it, and leave nothing behind."""
        self._state.execute("BEGIN IMMEDIATE")
        try:
            self._line.process(Decoded(list(found)), records)
            self._line.settle()
        except TROUBLE:
            raise
        except Exception:  # noqa: BLE001 - the question is whether there is one
            return True
        finally:
            self._roll_back()
        return False

    def _decide(self, record: Record) -> int:
        """Apply one decision; one that makes no sense is noted and changes nothing."""
        control: Control = {}
        status, detail = "applied", ""
        try:
            control = read_control(record.body)
            self._transact(lambda: self._apply(record, control))
        except TROUBLE:
            raise
        except Exception as error:  # noqa: BLE001 - a decision must never stop the events
            _report(error, "a decision was not applied")
            status = "refused" if isinstance(error, RapportError) else "failed"
            detail = str(error) if isinstance(error, RapportError) else type(error).__name__
            self._transact(lambda: self._note(record, control, status, detail))
        self._offset = record.offset
        return 0

    def _apply(self, record: Record, control: Control) -> None:
        self._controls.apply(control, record.offset)
        self._note(record, control, "applied", "")

    def _note(self, record: Record, control: Control, status: str, detail: str) -> None:
        self._store.note_control(record.offset, control, status, detail, self._clock.now())
        self._store.advance(record.offset)

    def _transact(self, work: Callable[[], T]) -> T:
        self._state.execute("BEGIN IMMEDIATE")
        try:
            result = work()
            self._state.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._line.committed()
        return result

    def _roll_back(self) -> None:
        self._stale = True
        if self._state.in_transaction:
            self._state.execute("ROLLBACK")
        stored = self._store.offset()
        self._line.reset(reload=stored != self._offset)
        self._offset = stored
        self._stale = False

    def _trim(self) -> None:
        """Forget outbox rows that the warehouse has. Inside the transaction."""
        applied = self._applied.news()
        if applied is not None and applied > self._trim_to:
            self._store.trim(applied)
            self._trim_to = applied

    def _rest(self, stop: threading.Event) -> None:
        """Until there is something in the log, or `stop` is set."""
        next_trim = 0.0
        while not stop.is_set():
            if time.monotonic() >= next_trim:
                self._trim_when_idle()
                next_trim = time.monotonic() + TRIM_SECONDS
            busy = self.work_off()
            if self._log.wait(self._offset, 0.0 if busy else IDLE_SECONDS):
                return

    def _trim_when_idle(self) -> None:
        applied = self._applied.news()
        if applied is not None and applied > self._trim_to:
            self._transact(lambda: self._store.trim(applied))
            self._trim_to = applied
        if self._ahead is not None:
            self._ahead.end_if_unused()


def _worth_it(records: Sequence[Record]) -> bool:
    return _count(records) >= WORTH_EVENTS


def _count(records: Sequence[Record]) -> int:
    return sum(record.count for record in records)


def _raise_if_unsafe(error: Exception) -> None:
    """After a failed fsync nothing may be written through the same file handle again."""
    if isinstance(error, apsw.IOError) and getattr(error, "extendedresult", 0) in _FAILED_FSYNC:
        raise Unavailable(
            "state.db could not be made durable", hint="check the disk; rapport doctor"
        ) from error


def _report(error: Exception, what: str) -> None:
    """Log where it happened, but not the message: it may quote personal data."""
    place = "".join(traceback.format_tb(error.__traceback__)[-4:])
    logger.error("%s: %s\n%s", what, type(error).__name__, place)
