"""The tables of the server in control.db, and how its files are opened.

Every secret is stored as its SHA-256: the secrets are random (>= 160 bits), so a slow hash would
only cost time. Passwords are chosen by people and therefore hashed with argon2id (passwords.py).
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from pathlib import Path

import apsw

from rapport.clock import MINUTE
from rapport.database import connect, migrate

# How far behind the stored "last used" may be: a write per request would cost an fsync each.
TOUCH_EVERY = 5 * MINUTE

STEPS = (
    """
    CREATE TABLE api_keys (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, prefix TEXT NOT NULL,
        last4 TEXT NOT NULL, scopes TEXT NOT NULL, created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL, last_used_at INTEGER, revoked_at INTEGER
    ) STRICT;
    CREATE TABLE users (
        email TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL, password TEXT,
        created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE sessions (
        hash BLOB PRIMARY KEY, email TEXT NOT NULL REFERENCES users(email) ON DELETE CASCADE,
        csrf TEXT NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX sessions_email ON sessions(email);
    CREATE TABLE login_links (
        hash BLOB PRIMARY KEY, email TEXT NOT NULL REFERENCES users(email) ON DELETE CASCADE,
        created_at INTEGER NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE users ADD COLUMN disabled_at INTEGER;
    DROP TABLE login_links;  -- they live for minutes: none is worth keeping
    CREATE TABLE login_links (
        hash BLOB PRIMARY KEY, email TEXT NOT NULL REFERENCES users(email) ON DELETE CASCADE,
        expires_at INTEGER NOT NULL
    ) STRICT;
    """,
    "ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'admin'",  # as all were before
)


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class ControlStore:
    """One connection to control.db. Thread-safe; any number of processes may open the file."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db: apsw.Connection = connect(path, cache_mb=1)
        migrate(self._db, "server", STEPS)

    def close(self) -> None:
        self._db.close()

    def _write(self, sql: str, *values: object) -> int:
        """The number of rows that changed."""
        with self._lock:
            self._db.execute(sql, values)
            return int(self._db.changes())

    def _note(self, sql: str, *values: object) -> None:
        """Write what is only good to know: on a full disk, operators must still get in."""
        with contextlib.suppress(apsw.Error):
            self._write(sql, *values)
