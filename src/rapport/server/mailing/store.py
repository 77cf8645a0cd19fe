"""Schedules and what became of each letter, in control.db."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final, Literal

import apsw
import msgspec

from rapport.clock import DAY, MINUTE, Clock
from rapport.database import connect, migrate, writing
from rapport.server.mailing.schedule import Schedule, following

STEPS: Final = (
    """
    CREATE TABLE mailing (
        dashboard TEXT PRIMARY KEY, schedule TEXT NOT NULL, author TEXT NOT NULL,
        due INTEGER NOT NULL, try_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
        problem TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE mailed (
        dashboard TEXT NOT NULL, due INTEGER NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL,
        status TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (dashboard, due, address)
    ) STRICT, WITHOUT ROWID;
    """,
)
# After the first failure, the second ...; behind the last of them it is given up until the next.
BACK_OFF: Final = tuple(minutes * MINUTE for minutes in (1, 5, 15, 60, 180))
_KEPT: Final = 500  # deliveries a dashboard
_REMEMBERED: Final = 90 * DAY
_COLUMNS: Final = "dashboard, schedule, author, due, try_at, attempts, problem"


class Mailing(msgspec.Struct, frozen=True):
    """`due`: of the next letter; `try_at`: when it is tried (again), in µs UTC. `problem`: why the
    last attempt failed."""

    dashboard: str
    schedule: Schedule
    author: str
    due: int
    try_at: int
    attempts: int
    problem: str


class Delivery(msgspec.Struct, frozen=True):
    due: int
    address: str
    at: int
    status: Literal["sent", "failed"]
    detail: str


class MailStore:
    """Thread-safe; any number of processes may open the file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._db: apsw.Connection = connect(path, cache_mb=1)
        migrate(self._db, "mailing", STEPS)

    def close(self) -> None:
        self._db.close()

    def put(self, dashboard: str, schedule: Schedule, *, by: str) -> Mailing:
        """From now on by this schedule: the next letter is its next."""
        due = following(schedule, self._clock.now())
        self._write(
            f"INSERT OR REPLACE INTO mailing ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0, '')",
            (dashboard, msgspec.json.encode(schedule).decode(), by, due, due),
        )
        return Mailing(dashboard, schedule, by, due, due, 0, "")

    def at_once(self, dashboard: str) -> None:
        """The next letter is due now. One that is tried again stays the same letter: who has got
        it already does not get it twice."""
        now = self._clock.now()
        self._write(
            "UPDATE mailing SET due = CASE WHEN attempts > 0 THEN due ELSE ? END, try_at = ?"
            " WHERE dashboard = ?",
            (now, now, dashboard),
        )

    def remove(self, dashboard: str) -> None:
        """What was sent stays known for a while."""
        self._write("DELETE FROM mailing WHERE dashboard = ?", (dashboard,))

    def forget(self, dashboard: str | None = None) -> None:
        """What was sent long ago, and all of a dashboard that is gone."""
        self._write(
            "DELETE FROM mailed WHERE at < ? OR dashboard = ?",
            (self._clock.now() - _REMEMBERED, dashboard),
        )

    def get(self, dashboard: str) -> Mailing | None:
        found = self._mailings("WHERE dashboard = ?", dashboard)
        return found[0] if found else None

    def due(self) -> list[Mailing]:
        """Those to be tried now, the longest overdue first."""
        return self._mailings("WHERE try_at <= ? ORDER BY try_at, dashboard", self._clock.now())

    def deliveries(self, dashboard: str, due: int | None = None, most: int = 50) -> list[Delivery]:
        """The newest first; those of one letter with `due`."""
        one = "" if due is None else "AND due = ?"
        rows = self._read(
            f"SELECT due, address, at, status, detail FROM mailed WHERE dashboard = ? {one}"
            " ORDER BY due DESC, address LIMIT ?",
            *(dashboard, *([] if due is None else [due]), most),
        )
        return [Delivery(*row) for row in rows]

    def delivered(self, mailing: Mailing, address: str, status: str, detail: str = "") -> None:
        """What became of the letter for one address."""
        self._write(
            "INSERT OR REPLACE INTO mailed VALUES (?, ?, ?, ?, ?, ?)",
            (mailing.dashboard, mailing.due, address, self._clock.now(), status, detail),
        )

    def done(self, mailing: Mailing, problem: str = "") -> None:
        """The next letter is the next of the schedule: of several that were missed, one is sent.
        `problem`: why this one was given up."""
        due = following(mailing.schedule, self._clock.now())
        self._move(mailing, due, due, 0, problem)
        self._write(
            "DELETE FROM mailed WHERE dashboard = ? AND due < (SELECT min(due) FROM (SELECT due"
            " FROM mailed WHERE dashboard = ? ORDER BY due DESC LIMIT ?))",
            (mailing.dashboard, mailing.dashboard, _KEPT),
        )

    def failed(self, mailing: Mailing, problem: str) -> bool:
        """Try it later; False when it is given up."""
        now = self._clock.now()
        following_due = following(mailing.schedule, mailing.due)
        if mailing.attempts < len(BACK_OFF) and now + BACK_OFF[mailing.attempts] < following_due:
            try_at = now + BACK_OFF[mailing.attempts]
            self._move(mailing, mailing.due, try_at, mailing.attempts + 1, problem)
            return True
        self.done(mailing, problem)
        return False

    def _move(self, mailing: Mailing, due: int, try_at: int, attempts: int, problem: str) -> None:
        """Unless the schedule was changed meanwhile."""
        self._write(
            "UPDATE mailing SET due = ?, try_at = ?, attempts = ?, problem = ?"
            " WHERE dashboard = ? AND due = ?",
            (due, try_at, attempts, problem, mailing.dashboard, mailing.due),
        )

    def _mailings(self, rest: str, *values: Any) -> list[Mailing]:
        rows = self._read(f"SELECT {_COLUMNS} FROM mailing {rest}", *values)
        return [
            Mailing(key, msgspec.json.decode(schedule, type=Schedule), *others)
            for key, schedule, *others in rows
        ]

    def _write(self, sql: str, values: tuple[Any, ...]) -> None:
        with self._lock, writing(self._db):
            self._db.execute(sql, values)

    def _read(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
