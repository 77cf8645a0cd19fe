"""Carries the outbox of the pipeline into the warehouse, in order, each row exactly once.

The warehouse stores the number of the last row in the transaction that stores the row's data, so a
crash between any two statements repeats nothing and loses nothing. control.db hears of the number
afterwards; it only tells the pipeline what it may forget.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import apsw
import pyarrow as pa
from msgspec.structs import replace

from rapport.database import ChangeSignal, connect, migrate
from rapport.warehouse.base import SourceRow, Warehouse
from rapport.warehouse.outbox import Outbox
from rapport.warehouse.schema import PROFILES
from rapport.warehouse.stubborn import loadable

logger = logging.getLogger(__name__)

CONTROL_STEPS = (
    "CREATE TABLE loader (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
)
_FULL_ROWS = 20_000  # a load of this size is worth its fixed cost; smaller ones wait for company
_FEW_ROWS = 100
_GAP_SECONDS = (0.3, 1.0)  # between loads of few rows, and of more: each costs some 30 ms
_IDLE_SECONDS = (0.02, 0.2)
_QUIET_SECONDS, _QUIET_POLL = 10.0, 0.5  # after so long without rows, looks are so far apart
_PROFILES_AT_ONCE = 4_000  # replacing rows costs a scan of the table, however few they are
_PROFILES_SECONDS = 2.0  # between two looks at them while many come: they change again and again
_MANY_ROWS = 5_000  # a load of so many says that events come in a crowd
_VIEWS_SECONDS = 1.0
_VERSION_SECONDS = 2.0
_REFUSED_SECONDS = 5.0
_PATIENCE = 3  # failures of one batch in a row, after which its rows are looked at


class ProfileRows(Protocol):
    """What the loader asks of profiles: `rapport.profiles.reads.ProfileReads`."""

    def many(self, profiles: Iterable[int]) -> Iterator[dict[str, Any]]: ...
    def version(self) -> str: ...


class Loader:
    """`run` blocks; give it a thread. `profile_reads` is called once, in that thread."""

    def __init__(
        self,
        warehouse: Warehouse,
        state_path: Path,
        control_path: Path,
        profile_reads: Callable[[], ProfileRows],
        *,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._state_path = state_path
        self._control_path = control_path
        self._profile_reads = profile_reads
        self._observe = observe
        self._outbox: Outbox | None = None
        self._control: apsw.Connection | None = None
        self._control_news: ChangeSignal | None = None
        self._profiles: ProfileRows | None = None
        self._maybe_dirty = True
        self._next_profiles = self._crowd_until = 0.0
        self._next_views = 0.0
        self._next_version = 0.0
        self._next_open = 0.0
        self.problem = ""  # why nothing is loaded although the outbox may hold something
        self.stuck = ""  # which batch fails again and again, and with what
        self._failures = 0  # of the next batch, in a row
        self._tried = self._careful_until = 0  # last batch of the present load, and of a bad one

    def run(self, stop: threading.Event) -> None:
        """Load until `stop` is set. Errors are logged and tried again; nothing is skipped."""
        pause, failures, last = _IDLE_SECONDS[0], 0, time.monotonic()
        while not stop.is_set():
            try:
                started = time.monotonic()
                rows = self.step()
                failures = 0
            except Exception as error:  # noqa: BLE001 - this thread is the only one that loads
                failures += 1
                why = self.stuck or type(error).__name__
                logger.error("loading the warehouse failed: %s", why)
                stop.wait(min(10.0, 0.1 * 2**failures))
                continue
            if rows is None:
                stop.wait(pause)
                quiet = time.monotonic() - last > _QUIET_SECONDS
                pause = min(pause * 1.5, _QUIET_POLL if quiet else _IDLE_SECONDS[1])
            else:
                pause, last = _IDLE_SECONDS[0], time.monotonic()
                if rows == 0:  # only profiles, which may have to wait for their time
                    stop.wait(pause)
                elif rows < _FULL_ROWS:
                    gap = _GAP_SECONDS[rows > _FEW_ROWS]
                    stop.wait(max(0.0, gap - (time.monotonic() - started)))
        self.close()

    def step(self) -> int | None:
        """Load what waits, up to one load's worth, then housekeeping.

        Returns the number of event rows loaded, None when there was nothing to do at all.
        """
        if not self._open():
            return None
        rows = self._load()
        if rows is not None and rows > _MANY_ROWS:
            self._crowd_until = time.monotonic() + _PROFILES_SECONDS
        self._renew_profiles()
        self._refresh_profiles(busy=rows is not None)
        if time.monotonic() >= self._next_views and self._warehouse.refresh_views():
            self._next_views = time.monotonic() + _VIEWS_SECONDS
        self._warehouse.tidy()
        return 0 if rows is None and self._maybe_dirty else rows

    def close(self) -> None:
        """Close the connections to SQLite; the warehouse stays open."""
        if self._outbox is not None:
            self._outbox.close()
        if self._control is not None:
            self._control.close()
        self._outbox = self._control = None

    def _open(self) -> bool:
        if self._control is None:
            self._control = connect(self._control_path, cache_mb=1)
            migrate(self._control, "warehouse", CONTROL_STEPS)
            self._control_news = ChangeSignal(self._control)
        if self._outbox is None and time.monotonic() >= self._next_open:
            outbox = Outbox.open(self._state_path)
            if outbox is not None and self._belongs(outbox):
                self._outbox = outbox
                self._record(self._warehouse.loaded())
        return self._outbox is not None

    def _belongs(self, outbox: Outbox) -> bool:
        """Whether outbox and warehouse have one history. If not, rows of the one would be taken for
        rows of the other: nothing is loaded, and nothing may be trimmed, until that is put right.
        """
        found = outbox.mismatch(self._warehouse.loaded(), self._warehouse.mark())
        if found and found != self.problem:
            logger.critical(
                "warehouse.duckdb and state.db do not belong together (%s): nothing is loaded;"
                " stop, and restore the whole folder from one backup",
                found,
            )
        self.problem = found
        if found:
            outbox.close()
            self._record(0)
            self._next_open = time.monotonic() + _REFUSED_SECONDS
        return not found

    def _load(self) -> int | None:
        assert self._outbox is not None  # noqa: S101 - narrows the type; step() has opened it
        if not self._outbox.changed():
            return None
        after = self._warehouse.loaded()
        try:
            rows = self._carry(after)
        except Exception as error:
            self._failures += 1
            if self._failures == _PATIENCE:
                self._careful_until = self._tried
            elif self._failures > _PATIENCE:
                cause = type(error.__cause__ or error).__name__
                self.stuck = f"batch {after + 1} cannot be loaded ({cause})"
            raise
        self._failures, self.stuck = 0, ""
        return rows

    def _carry(self, after: int) -> int | None:
        """Load what lies behind `after`; what failed again and again, batch by batch."""
        assert self._outbox is not None  # noqa: S101 - as above
        careful = after < self._careful_until
        waiting = self._outbox.next(after, alone=careful)
        if waiting is None:
            self._outbox.seen_all()
            return None
        self._tried = waiting.seq
        self._follow_sources()
        started = time.monotonic()
        if careful and waiting.events is not None:
            waiting = replace(
                waiting, events=loadable(self._warehouse, waiting.seq, waiting.events)
            )
        self._warehouse.load(waiting)
        self._record(waiting.seq)
        self._maybe_dirty = True
        rows = waiting.events.num_rows if waiting.events is not None else 0
        if self._observe is not None:
            self._observe(rows, time.monotonic() - started)
        return rows

    def _record(self, seq: int) -> None:
        """Tell the pipeline what it may trim."""
        assert self._control is not None  # noqa: S101 - as above
        self._control.execute(
            "INSERT INTO loader VALUES ('warehouse', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (seq,),
        )

    def _follow_sources(self) -> None:
        assert self._control is not None and self._control_news is not None  # noqa: S101, PT018 - as above
        if not self._control_news.changed():
            return
        try:
            rows = self._control.execute(
                "SELECT id, slug, name, kind, brand, region, party FROM sources ORDER BY id"
            ).fetchall()
        except apsw.SQLError:  # collect has not made its table yet
            return
        self._warehouse.set_sources(
            [SourceRow(int(str(row[0])), *map(str, row[1:])) for row in rows]
        )

    def _renew_profiles(self) -> None:
        """Other rules or names of sources change the row of every profile."""
        if time.monotonic() < self._next_version:
            return
        self._next_version = time.monotonic() + _VERSION_SECONDS
        if self._warehouse.renew_profiles(self._reads().version()):
            self._maybe_dirty = True

    def _refresh_profiles(self, *, busy: bool) -> None:
        """Read dirty profiles again; while events wait, or come in a crowd that needs every core,
        for a sixteenth of the time at most."""
        started = time.monotonic()
        busy = busy or started < self._crowd_until
        if not self._maybe_dirty or (busy and started < self._next_profiles):
            return
        dirty = self._warehouse.dirty_profiles(_PROFILES_AT_ONCE)
        if dirty:
            self._upsert(dirty)
        self._maybe_dirty = bool(dirty)
        spent = time.monotonic() - started
        self._next_profiles = started + max(_PROFILES_SECONDS, 16 * spent)

    def _upsert(self, dirty: Sequence[int]) -> None:
        rows = list(self._reads().many(dirty))
        columns = {name: [row.get(name) for row in rows] for name in PROFILES.names}
        self._warehouse.upsert_profiles(dirty, pa.Table.from_pydict(columns, schema=PROFILES))

    def _reads(self) -> ProfileRows:
        if self._profiles is None:
            self._profiles = self._profile_reads()
        return self._profiles
