"""Insights and dashboards that people keep, in control.db; every version of each.

A thing is known by its key. To change it is to write its next version; nothing is overwritten.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import apsw
import msgspec

from rapport.clock import Clock
from rapport.database import connect, migrate, writing
from rapport.errors import Conflict, Malformed, NotFound

STEPS: Final = (
    """
    CREATE TABLE saved (
        sort TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL,
        removed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (sort, key, version)
    ) STRICT, WITHOUT ROWID;
    """,
    "ALTER TABLE saved ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
)
Sort = Literal["insight", "dashboard"]
Name = Annotated[str, msgspec.Meta(max_length=200)]
Description = Annotated[str, msgspec.Meta(max_length=5_000)]
KEY: Final = r"[a-z0-9][a-z0-9_\-]{0,79}"
KEY_HINT: Final = "lower-case letters, digits, - and _; at most 80"
_COLUMNS: Final = "key, version, name, description, body, at, author, reason, removed"
_LATEST: Final = (
    f"SELECT {_COLUMNS} FROM saved s WHERE sort = ? AND NOT removed AND version ="
    " (SELECT max(version) FROM saved t WHERE t.sort = s.sort AND t.key = s.key)"
)


class Saved(msgspec.Struct, frozen=True):
    """`body`: the question of an insight, or the cards of a dashboard, as JSON."""

    key: str
    version: int
    name: str
    description: str
    body: Any
    at: int  # µs UTC
    author: str
    reason: str = ""
    removed: bool = False


class Fresh(msgspec.Struct, frozen=True):
    """What somebody wants to be kept."""

    sort: Sort
    key: str
    name: str
    body: Any
    description: str = ""


class SavedStore:
    """Thread-safe; any number of processes may open the file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._db: apsw.Connection = connect(path, cache_mb=1)
        migrate(self._db, "insights", STEPS)

    def close(self) -> None:
        self._db.close()

    def latest(self, sort: Sort) -> list[Saved]:
        """The latest version of each, by name."""
        return self._read(f"{_LATEST} ORDER BY name, key", sort)

    def get(self, sort: Sort, key: str, version: int | None = None) -> Saved:
        """The latest version, or an earlier one. Raises `NotFound`."""
        if version is None:
            found = self._read(f"{_LATEST} AND key = ?", sort, key)
        else:
            found = self._read(
                f"SELECT {_COLUMNS} FROM saved WHERE sort = ? AND key = ? AND version = ?"
                " AND NOT removed",
                sort,
                key,
                version,
            )
        if not found:
            raise NotFound(f"there is no {sort} {key!r}")
        return found[0]

    def create(
        self, sort: Sort, key: str, name: str, body: Any, *, description: str, by: str
    ) -> Saved:
        """Raises `Conflict` when the key is taken, `Malformed` when it cannot be one."""
        if not re.fullmatch(KEY, key):
            raise Malformed(f"{key!r} cannot be a key", hint=KEY_HINT)
        with self._lock, writing(self._db):
            if self._latest_version(sort, key, present=True):
                raise Conflict(f"there is a {sort} {key!r} already", hint="choose another key")
            made = self._write(Fresh(sort, key, name, body, description), by)
        return made  # noqa: RET504 - to mypy, the transaction above might swallow an error

    def replace(
        self, sort: Sort, key: str, name: str, body: Any, *, description: str, by: str
    ) -> Saved:
        """Write the next version. Raises `NotFound`."""
        with self._lock, writing(self._db):
            if not self._latest_version(sort, key, present=True):
                raise NotFound(f"there is no {sort} {key!r}")
            made = self._write(Fresh(sort, key, name, body, description), by)
        return made  # noqa: RET504 - to mypy, the transaction above might swallow an error

    def keep(self, fresh: Iterable[Fresh], *, by: str, reason: str) -> int:
        """Write the first or the next version of each that differs from what is kept, all of them
        or none. How many those were."""
        changed = 0
        with self._lock, writing(self._db):
            for one in fresh:
                held = self._rows(f"{_LATEST} AND key = ?", one.sort, one.key)
                wanted = (one.name, one.description, one.body)
                if wanted not in [(each.name, each.description, each.body) for each in held]:
                    self._write(one, by, reason)
                    changed += 1
        return changed

    def versions(self, sort: Sort, key: str) -> list[Saved]:
        """All that ever were, also of what was removed; the latest first. Raises `NotFound`."""
        found = self._read(
            f"SELECT {_COLUMNS} FROM saved WHERE sort = ? AND key = ? ORDER BY version DESC",
            sort,
            key,
        )
        if not found:
            raise NotFound(f"there is no {sort} {key!r}")
        return found

    def remove(self, sort: Sort, key: str, *, by: str, reason: str = "") -> None:
        """Its versions stay; the key is free again. Raises `NotFound`."""
        last = self.get(sort, key)
        with self._lock, writing(self._db):
            gone = Fresh(sort, key, last.name, last.body, last.description)
            self._write(gone, by, reason, removed=True)

    def _write(self, one: Fresh, by: str, reason: str = "", *, removed: bool = False) -> Saved:
        name = one.name.strip()
        if not name:
            raise Malformed(f"the {one.sort} needs a name")
        version, at = self._latest_version(one.sort, one.key) + 1, self._clock.now()
        body = msgspec.json.encode(one.body).decode()
        self._db.execute(
            f"INSERT INTO saved (sort, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (one.sort, one.key, version, name, one.description, body, at, by, reason, removed),
        )
        return Saved(
            one.key, version, name, one.description, one.body, at, by, reason, removed=removed
        )

    def _latest_version(self, sort: Sort, key: str, *, present: bool = False) -> int:
        """0 when there is none; with `present`, also when it was removed."""
        row = self._db.execute(
            "SELECT version, removed FROM saved WHERE sort = ? AND key = ?"
            " ORDER BY version DESC LIMIT 1",
            (sort, key),
        ).fetchone()
        return 0 if row is None or (present and row[1]) else int(str(row[0]))

    def _read(self, sql: str, *values: Any) -> list[Saved]:
        with self._lock:
            return self._rows(sql, *values)

    def _rows(self, sql: str, *values: Any) -> list[Saved]:
        rows: list[Any] = self._db.execute(sql, values).fetchall()
        return [
            Saved(
                key,
                version,
                name,
                description,
                msgspec.json.decode(body),
                at,
                author,
                reason,
                removed=bool(removed),
            )
            for key, version, name, description, body, at, author, reason, removed in rows
        ]
