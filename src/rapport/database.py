"""Opening the embedded SQLite files, and bringing their tables to the present version.

Every file has ONE writer connection in the whole installation; any number of readers. WAL mode,
`synchronous=FULL`: a commit that returned has been fsynced.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from rapport.errors import Unavailable

# 3.7.0-3.51.2 can corrupt a database when a WAL reset races a checkpoint (sqlite.org/wal.html).
SAFE_SQLITE = 3_051_003


def connect(path: Path, *, readonly: bool = False, cache_mb: int = 16) -> apsw.Connection:
    """Open one SQLite file. Write to it with `writing`.

    Raises `Unavailable` when the linked SQLite has the WAL-reset bug, or the file cannot be opened.
    """
    if apsw.SQLITE_VERSION_NUMBER < SAFE_SQLITE:
        raise Unavailable(
            f"SQLite {apsw.sqlite_lib_version()} can corrupt its write-ahead log",
            hint="pip install -U apsw",
        )
    flags = (
        apsw.SQLITE_OPEN_READONLY
        if readonly
        else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    )
    try:
        connection = apsw.Connection(str(path), flags=flags)
        connection.set_busy_timeout(10_000)
        connection.pragma("cache_size", -cache_mb * 1024)
        if not readonly:
            connection.pragma("journal_mode", "wal")
            connection.pragma("synchronous", "full")
            connection.pragma("foreign_keys", True)
            if sys.platform == "darwin":  # whose fsync leaves pages in the cache of the drive
                connection.pragma("fullfsync", True)
                connection.pragma("checkpoint_fullfsync", True)
    except apsw.CantOpenError as error:
        raise Unavailable(f"cannot open {path.name}", hint="rapport doctor") from error
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise Unavailable(
            f"{path.name} is damaged, or no store at all", hint="restore an earlier backup"
        ) from error
    return connection


@contextmanager
def writing(connection: apsw.Connection) -> Iterator[None]:
    """One transaction: all that is written inside, or nothing when an error leaves it.

    It takes the right to write at once, not at the first write: what is looked up in it cannot be
    overtaken by other connections. `with connection:` of apsw would wait for that right, and for
    the disk, with the GIL held: no other thread would run meanwhile.

    Raises `apsw.BusyError` when another connection writes for longer than the busy timeout.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended it already
            connection.execute("ROLLBACK")
        raise


def unreadable(store: str, error: apsw.Error) -> Unavailable:
    """What to raise when reading a file failed: the disk, or the file itself is damaged."""
    return Unavailable(
        f"{store} cannot be read ({type(error).__name__})",
        hint="rapport doctor --full reads every page; restore a backup if the file is damaged",
    )


def migrate(connection: apsw.Connection, room: str, steps: Sequence[str]) -> None:
    """Run the steps of one room that this file has not seen yet: all of them, or none.

    `steps` only ever grows: a released step is never edited. The count of steps done is kept per
    room in the table `migrations`, so several rooms can share one file, and several processes may
    open a new one at once.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (room TEXT PRIMARY KEY, done INTEGER NOT NULL)"
    )
    if _done(connection, room) >= len(steps):
        return
    with writing(connection):
        for step in steps[_done(connection, room) :]:
            connection.execute(step)
        connection.execute(
            "INSERT INTO migrations VALUES (?, ?)"
            " ON CONFLICT (room) DO UPDATE SET done = max(done, excluded.done)",
            (room, len(steps)),
        )


def _done(connection: apsw.Connection, room: str) -> int:
    return int(connection.execute("SELECT done FROM migrations WHERE room = ?", (room,)).get or 0)


class ChangeSignal:
    """Tells cheaply whether another connection or process has committed to a file.

    Backed by SQLite's `data_version`, so stages in different processes need no sockets.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._seen = -1

    def changed(self) -> bool:
        """True once per commit of others since the last call (and on the first call)."""
        version = self._connection.pragma("data_version")
        changed = bool(version != self._seen)
        self._seen = version
        return changed
