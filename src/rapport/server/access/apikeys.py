"""Keys of the management API, in control.db. The secret of a key is known to its owner only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from rapport import ids
from rapport.clock import Clock
from rapport.database import ChangeSignal
from rapport.errors import BadRequest, NotFound
from rapport.server.access.scopes import SCOPES
from rapport.server.control import TOUCH_EVERY, ControlStore, digest


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


class KeyStore(ControlStore):
    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path)
        self._clock = clock
        self._signal = ChangeSignal(self._db)
        self._keys: dict[bytes, ApiKey] = {}
        self._stale = True

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

    def _write(self, sql: str, *values: object) -> int:
        with self._lock:
            self._stale = True  # the signal tells of other connections only
            return super()._write(sql, *values)

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
