"""Sources: who sends events, and the write keys with which they do.

A write key is public (it stands in web pages): it may only send. Owns in control.db: `sources`,
`write_keys`. Several processes may have the file open; each notices what another one changed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import apsw
import msgspec

from rapport.clock import SECOND, Clock, SystemClock
from rapport.collect.slugs import free_slug
from rapport.database import ChangeSignal, connect, migrate, writing
from rapport.errors import BadRequest, Conflict, NotFound, Unavailable
from rapport.ids import new_write_key

PARTIES = ("first", "second", "third")
DEFAULT, API = 1, 2  # ids of the two sources that every installation has
# Keys stand in addresses, in Basic headers (no colon) and inside a script (no quote).
_KEY = re.compile(r"[A-Za-z0-9._~+=-]{1,200}")
_CHANGEABLE = ("name", "kind", "brand", "region", "party", "ttl_days", "enabled")
_LOOK_SECONDS = 0.2  # how long a key that another process revoked may still be taken

STEPS = (
    "CREATE TABLE sources (id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " kind TEXT NOT NULL, brand TEXT NOT NULL, region TEXT NOT NULL, party TEXT NOT NULL,"
    " ttl_days INTEGER, enabled INTEGER NOT NULL, created_at INTEGER NOT NULL)",
    "CREATE TABLE write_keys (key TEXT PRIMARY KEY, source INTEGER NOT NULL REFERENCES sources,"
    " created_at INTEGER NOT NULL, revoked_at INTEGER, last_used_at INTEGER) WITHOUT ROWID",
)


class WriteKey(msgspec.Struct, frozen=True):
    """Works until `revoked_at`, which lies ahead while an old and a new key overlap. Times: µs."""

    key: str
    created_at: int
    revoked_at: int | None = None
    last_used_at: int | None = None

    def works(self, now: int) -> bool:
        return self.revoked_at is None or self.revoked_at > now


class Source(msgspec.Struct, frozen=True):
    id: int
    slug: str
    name: str
    kind: str  # web, server, mobile, crm, import, api, demo, ...
    brand: str
    region: str
    party: str  # first: own customers; second: a partner's; third: bought
    ttl_days: int | None  # after this its data may be forgotten
    enabled: bool
    created_at: int
    write_keys: list[WriteKey]


class SourceStore:
    """All sources in memory, kept equal to control.db. Thread-safe.

    Everything raises `Unavailable` when the file cannot be read or written.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = RLock()
        self._connection = connect(path)
        migrate(self._connection, "collect", STEPS)
        self._signal = ChangeSignal(self._connection)
        self._problem: Unavailable | None = None
        self._looked = time.monotonic()
        self._sources: dict[int, Source] = {}
        self._keys: dict[str, tuple[Source, WriteKey]] = {}
        self._uses: dict[str, int] = {}
        self._refresh()

    def list(self) -> Sequence[Source]:
        """All sources, in the order in which they were made."""
        self._look(strict=True)
        return [*self._sources.values()]

    def get(self, source_id: int) -> Source:
        self._look(strict=True)
        try:
            return self._sources[source_id]
        except KeyError:
            raise _no_source(str(source_id)) from None

    def by_slug(self, slug: str) -> Source:
        for source in self.list():
            if source.slug == slug:
                return source
        raise _no_source(slug)

    def create(
        self,
        *,
        name: str,
        kind: str = "server",
        brand: str = "",
        region: str = "",
        party: str = "first",
        ttl_days: int | None = None,
        key: str | None = None,
    ) -> Source:
        """A new source with one write key (made when `key` is None)."""
        given = {"name": name, "kind": kind, "brand": brand, "region": region}
        fields = {**given, "party": party, "ttl_days": ttl_days, "enabled": True}
        with self._writing() as connection:
            slug = free_slug(name, [source.slug for source in self._sources.values()])
            source_id = self._insert(connection, None, slug, fields)
            self._add_key(connection, source_id, key or new_write_key())
        return self.get(source_id)

    def update(self, source_id: int, **fields: Any) -> Source:
        """Change name, kind, brand, region, party, ttl_days or enabled."""
        wrong = [name for name in fields if name not in _CHANGEABLE]
        if wrong:
            raise BadRequest(
                f"a source has no changeable {wrong[0]!r}", hint=f"use {', '.join(_CHANGEABLE)}"
            )
        before = self.get(source_id)
        _check({**{name: getattr(before, name) for name in _CHANGEABLE}, **fields})
        if fields:
            columns = ", ".join(f"{name} = ?" for name in fields)
            with self._writing() as connection:
                connection.execute(
                    f"UPDATE sources SET {columns} WHERE id = ?", (*fields.values(), source_id)
                )
        return self.get(source_id)

    def rotate_key(self, source_id: int, *, overlap_seconds: int = 86_400) -> WriteKey:
        """A new write key; the ones before work `overlap_seconds` longer."""
        self.get(source_id)
        key = new_write_key()
        with self._writing() as connection:
            connection.execute(
                "UPDATE write_keys SET revoked_at = ?1 WHERE source = ?2"
                " AND (revoked_at IS NULL OR revoked_at > ?1)",
                (self._clock.now() + overlap_seconds * SECOND, source_id),
            )
            self._add_key(connection, source_id, key)
        return self._keys[key][1]

    def revoke_key(self, source_id: int, key: str) -> None:
        """The key stops working at once."""
        if all(known.key != key for known in self.get(source_id).write_keys):
            raise NotFound("this source has no such write key", hint="rapport sources list")
        with self._writing() as connection:
            connection.execute(
                "UPDATE write_keys SET revoked_at = ? WHERE key = ?", (self._clock.now(), key)
            )

    def resolve(self, write_key: str) -> Source | None:
        """The source that a working write key belongs to, or None for any other key.

        A key that is known keeps working while the file cannot be read; for one that is not known,
        `Unavailable` is raised then, since a client would throw its events away on "unknown key".
        """
        unreadable = self._look()
        found = self._keys.get(write_key)
        if found is None:
            if unreadable:
                raise unreadable
            return None
        source, key = found
        now = self._clock.now()
        if not key.works(now):
            return None
        self._uses[write_key] = now
        return source

    def save_uses(self) -> None:
        """Write down when keys were last used. Blocks; call it now and then, off the event loop."""
        uses, self._uses = self._uses, {}
        if uses:
            with self._writing() as connection:
                connection.executemany(
                    "UPDATE write_keys SET last_used_at = ? WHERE key = ?",
                    [(at, key) for key, at in uses.items()],
                )

    def ensure_default(self, write_key: str = "") -> Source:
        """Make the sources `default` and `api` unless they are there.

        The default source takes `write_key`; without one, it gets a new key if it has none.
        """
        with self._writing() as connection:
            for source_id, slug, kind in ((DEFAULT, "default", "server"), (API, "api", "api")):
                if source_id not in self._sources:
                    fields = {"name": slug.title() if slug != "api" else "API", "kind": kind}
                    self._insert(connection, source_id, slug, fields)
            default = self._sources.get(DEFAULT)
            keys = [key.key for key in default.write_keys] if default else []
            if write_key and write_key not in keys:
                self._add_key(connection, DEFAULT, write_key)
            elif not write_key and not keys:
                self._add_key(connection, DEFAULT, new_write_key())
        return self.get(DEFAULT)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _insert(
        self,
        connection: apsw.Connection,
        source_id: int | None,
        slug: str,
        given: Mapping[str, Any],
    ) -> int:
        usual = {"brand": "", "region": "", "party": "first", "ttl_days": None, "enabled": True}
        fields = _check({**usual, **given})
        connection.execute(
            "INSERT INTO sources VALUES (:id, :slug, :name, :kind, :brand, :region, :party,"
            " :ttl_days, :enabled, :created_at)",
            {**fields, "id": source_id, "slug": slug, "created_at": self._clock.now()},
        )
        return connection.last_insert_rowid()

    def _add_key(self, connection: apsw.Connection, source_id: int, key: str) -> None:
        if not _KEY.fullmatch(key):
            raise BadRequest(
                "this cannot be a write key", hint="use 1-200 of A-Z a-z 0-9 . _ ~ + = -"
            )
        try:
            connection.execute(
                "INSERT INTO write_keys (key, source, created_at) VALUES (?, ?, ?)",
                (key, source_id, self._clock.now()),
            )
        except apsw.ConstraintError:
            raise Conflict(
                "this write key belongs to a source already", hint="leave the key out to get one"
            ) from None

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        """One transaction that starts from, and ends with, what the file says."""
        with self._lock:
            try:
                with writing(self._connection):
                    self._refresh()
                    yield self._connection
            except apsw.Error as error:
                raise _unusable(error) from error
            self._refresh()

    def _look(self, *, strict: bool = False) -> Unavailable | None:
        """Notice changes of others, at most every 0.2 s. Gives (or raises) what is wrong."""
        now = time.monotonic()
        if now - self._looked >= _LOOK_SECONDS:
            with self._lock:
                self._looked = now
                try:
                    if self._signal.changed() or self._problem:
                        self._refresh()
                    self._problem = None
                except (apsw.Error, Unavailable) as error:
                    self._problem = _unusable(error)
        if strict and self._problem:
            raise self._problem
        return self._problem

    def _refresh(self) -> None:
        try:
            keys = self._connection.execute(
                "SELECT source, key, created_at, revoked_at, last_used_at FROM write_keys"
                " ORDER BY created_at, key"
            ).fetchall()
            rows = self._connection.execute("SELECT * FROM sources ORDER BY id").fetchall()
        except apsw.Error as error:
            raise _unusable(error) from error
        of_source: dict[Any, list[WriteKey]] = {}
        for source_id, *key in keys:
            of_source.setdefault(source_id, []).append(_write_key(key))
        sources = [_source(row, of_source.get(row[0], [])) for row in rows]
        self._sources = {source.id: source for source in sources}
        self._keys = {key.key: (source, key) for source in sources for key in source.write_keys}


def _write_key(values: Sequence[Any]) -> WriteKey:
    return WriteKey(*values)


def _source(row: Any, keys: list[WriteKey]) -> Source:
    values: Sequence[Any] = [*row[:8], bool(row[8]), row[9], keys]
    return Source(*values)


def _check(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    if not str(fields["name"]).strip():
        raise BadRequest("a source needs a name", hint="give it the name of the shop, app or tool")
    if not fields["kind"]:
        raise BadRequest("a source needs a kind", hint="web, mobile, server, crm, import, ...")
    if fields["party"] not in PARTIES:
        raise BadRequest(f"unknown party {fields['party']!r}", hint="use " + ", ".join(PARTIES))
    ttl = fields["ttl_days"]
    if ttl is not None and (not isinstance(ttl, int) or ttl < 1):
        raise BadRequest("ttl_days must be a whole number of days", hint="leave it out for ever")
    return fields


def _no_source(name: str) -> NotFound:
    return NotFound(f"there is no source {name!r}", hint="rapport sources list")


def _unusable(error: Exception) -> Unavailable:
    return Unavailable(
        f"the sources cannot be read or written ({type(error).__name__})", hint="rapport doctor"
    )
