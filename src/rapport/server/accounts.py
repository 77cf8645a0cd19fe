"""Who may use the management API: users, sessions, login links and API keys, in control.db.

Every secret is stored as its SHA-256: the secrets are random (>= 160 bits), so a slow hash would
only cost time. Passwords are chosen by people and therefore hashed with argon2id (passwords.py).
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from rapport import ids
from rapport.clock import DAY, HOUR, MINUTE, Clock
from rapport.database import ChangeSignal, connect, migrate
from rapport.errors import BadRequest, Conflict, NotFound, Unauthorized

SCOPES = ("read", "write", "admin")
LINK_LIFE = 15 * MINUTE
SESSION_IDLE = 12 * HOUR
SESSION_LIFE = 14 * DAY
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
)


class ApiKey(msgspec.Struct, frozen=True):
    id: str
    name: str
    prefix: str
    last4: str
    scopes: tuple[str, ...]
    created_at: int
    created_by: str
    last_used_at: int | None
    revoked_at: int | None


class User(msgspec.Struct, frozen=True):
    email: str
    name: str
    has_password: bool


class Session(msgspec.Struct, frozen=True):
    user: User
    csrf: str
    created_at: int
    seen_at: int


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class AccountStore:
    """Thread-safe. Any number of processes may open the same file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._db = connect(path, cache_mb=1)
        self._db.execute("BEGIN IMMEDIATE")  # two processes may open a new file at once
        migrate(self._db, "server", STEPS)
        self._db.execute("COMMIT")
        self._signal = ChangeSignal(self._db)
        self._keys: dict[bytes, ApiKey] = {}
        self._stale = True

    def close(self) -> None:
        self._db.close()

    def create_key(self, name: str, scopes: tuple[str, ...], by: str) -> tuple[ApiKey, str]:
        """A new key and its secret, which is not stored and cannot be shown again."""
        if not name.strip():
            raise BadRequest("a key needs a name", hint="name what will use it")
        if not scopes or not set(scopes) <= set(SCOPES):
            raise BadRequest(f"scopes are some of {', '.join(SCOPES)}", hint="e.g. ['read']")
        secret = ids.new_api_key()
        key = ApiKey(
            secrets.token_hex(6),
            name.strip(),
            secret[:7],
            secret[-4:],
            scopes,
            self._clock.now(),
            by,
            None,
            None,
        )
        self._write(
            "INSERT INTO api_keys VALUES (?,?,?,?,?,?,?,?,NULL,NULL)",
            key.id,
            key.name,
            digest(secret),
            key.prefix,
            key.last4,
            ",".join(scopes),
            key.created_at,
            by,
        )
        return key, secret

    def api_keys(self) -> list[ApiKey]:
        with self._lock:
            rows = self._db.execute(
                "SELECT id, name, prefix, last4, scopes, created_at, created_by, last_used_at,"
                " revoked_at FROM api_keys ORDER BY created_at"
            ).fetchall()
        return [_key(row) for row in rows]

    def revoke_key(self, key_id: str) -> None:
        if not self._write(
            "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            self._clock.now(),
            key_id,
        ):
            raise NotFound("there is no such key in use", hint="GET /api/v1/keys lists them")

    def find_key(self, secret: str) -> ApiKey | None:
        """The key behind a secret. Cheap: answered from memory until control.db changes."""
        with self._lock:
            if self._signal.changed() or self._stale:
                self._load_keys()
            return self._keys.get(digest(secret))

    def touch_key(self, key: ApiKey) -> None:
        """Remember that the key was used; written at most every few minutes."""
        now = self._clock.now()
        if key.last_used_at is None or now - key.last_used_at > TOUCH_EVERY:
            self._note("UPDATE api_keys SET last_used_at = ? WHERE id = ?", now, key.id)

    def users(self) -> list[User]:
        with self._lock:
            rows: list[Any] = self._db.execute(
                "SELECT email, name, password IS NOT NULL FROM users ORDER BY created_at"
            ).fetchall()
        return [User(email, name, bool(has)) for email, name, has in rows]

    def add_user(self, email: str, name: str) -> User:
        email = email.strip()
        if "@" not in email or len(email) > 254:
            raise BadRequest("that is not an e-mail address", hint="name@example.com")
        if any(user.email.lower() == email.lower() for user in self.users()):
            raise Conflict(f"there is a user {email} already")
        self._write("INSERT INTO users VALUES (?,?,NULL,?)", email, name, self._clock.now())
        return User(email, name, False)

    def password_of(self, email: str) -> tuple[User, str | None] | None:
        """The user and the argon2id hash, None without user."""
        with self._lock:
            row = self._db.execute(
                "SELECT email, name, password FROM users WHERE email = ?", (email.strip(),)
            ).fetchone()
        return (User(row[0], row[1], row[2] is not None), row[2]) if row else None

    def set_password(self, email: str, hashed: str) -> None:
        """All sessions and login links of the user end."""
        with self._lock, self._db:
            self._db.execute("UPDATE users SET password = ? WHERE email = ?", (hashed, email))
            self._db.execute("DELETE FROM sessions WHERE email = ?", (email,))
            self._db.execute("DELETE FROM login_links WHERE email = ?", (email,))

    def new_login_link(self, email: str) -> str:
        """A token that signs `email` in once, within 15 minutes."""
        if self.password_of(email) is None:
            raise NotFound(f"there is no user {email}", hint="rapport login --email lists them")
        token = secrets.token_urlsafe(24)
        now = self._clock.now()
        self._write("DELETE FROM login_links WHERE created_at < ?", now - LINK_LIFE)
        self._write(
            "INSERT INTO login_links SELECT ?, email, ? FROM users WHERE email = ?",
            digest(token),
            now,
            email.strip(),
        )
        return token

    def redeem_login_link(self, token: str) -> User:
        """Raises `Unauthorized` when it was used before, is too old or never existed."""
        with self._lock:
            row: list[Any] = self._db.execute(
                "DELETE FROM login_links WHERE hash = ? RETURNING email, created_at",
                (digest(token),),
            ).fetchall()
        found = self.password_of(row[0][0]) if row else None
        if found is None or row[0][1] < self._clock.now() - LINK_LIFE:
            raise Unauthorized(
                "this login link does not work any more",
                hint="rapport login prints a new one",
                code="login_link_used",
            )
        return found[0]

    def open_session(self, user: User) -> tuple[str, Session]:
        """A secret for the cookie, and the session that it opens."""
        secret, now = secrets.token_urlsafe(32), self._clock.now()
        session = Session(user, secrets.token_urlsafe(24), now, now)
        self._write("DELETE FROM sessions WHERE created_at < ?", now - SESSION_LIFE)
        self._write(
            "INSERT INTO sessions VALUES (?,?,?,?,?)",
            digest(secret),
            user.email,
            session.csrf,
            now,
            now,
        )
        return secret, session

    def session(self, secret: str) -> Session | None:
        """The session, unless it was idle or open for too long."""
        hashed, now = digest(secret), self._clock.now()
        with self._lock:
            row = self._db.execute(
                "SELECT email, name, password IS NOT NULL, csrf, s.created_at, seen_at"
                " FROM sessions s JOIN users USING (email) WHERE hash = ?",
                (hashed,),
            ).fetchone()
        if row is None or now - row[5] > SESSION_IDLE or now - row[4] > SESSION_LIFE:
            return None
        if now - row[5] > TOUCH_EVERY:
            self._note("UPDATE sessions SET seen_at = ? WHERE hash = ?", now, hashed)
        return Session(User(row[0], row[1], bool(row[2])), row[3], row[4], row[5])

    def close_session(self, secret: str) -> None:
        self._write("DELETE FROM sessions WHERE hash = ?", digest(secret))

    def _note(self, sql: str, *values: object) -> None:
        """Write what is only good to know: on a full disk, operators must still get in."""
        with contextlib.suppress(apsw.Error):
            self._write(sql, *values)

    def _write(self, sql: str, *values: object) -> int:
        with self._lock:
            self._db.execute(sql, values)
            self._stale = True
            return int(self._db.changes())

    def _load_keys(self) -> None:
        rows: list[Any] = self._db.execute(
            "SELECT hash, id, name, prefix, last4, scopes, created_at, created_by, last_used_at,"
            " revoked_at FROM api_keys WHERE revoked_at IS NULL"
        ).fetchall()
        self._keys = {row[0]: _key(row[1:]) for row in rows}
        self._stale = False


def _key(row: Sequence[Any]) -> ApiKey:
    values = [*row]
    values[4] = tuple(values[4].split(","))
    return ApiKey(*values)
