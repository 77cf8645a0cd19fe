"""ClickHouse as warehouse: a server, or the engine inside this process.

ClickHouse has no transaction over several tables. So every row says by which load it came, and is
seen once the row of that load stands in `loads`, which is written last: one insert that is there
whole or not at all. What a load that failed left behind is deleted before the next one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
from xxhash import xxh3_64_hexdigest

from rapport.errors import ConfigError, Unavailable
from rapport.warehouse import incoming
from rapport.warehouse.base import Capabilities, Load, SourceRow
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects.clickhouse import ClickhouseDialect
from rapport.warehouse.engines import clickhouse_schema as schema
from rapport.warehouse.engines.clickhouse_client import Client, EmbeddedClient, ServerClient
from rapport.warehouse.engines.sqlstore import Limits, SqlWarehouse
from rapport.warehouse.schema import PROFILES

DATABASE = "rapport"
_TIDY_ROWS = 100_000  # rows of a log that were overtaken, above which it is written anew
_MISSING = {
    "typed views": "properties are read out of the JSON columns, without a column for each",
    "activity pages": "timeline, catalogue and volumes are asked in the words of DuckDB",
}


class ClickhouseWarehouse(SqlWarehouse):
    """`url` is clickhouse://user:password@host:port (http) or clickhouses:// (https)."""

    dialect: ClassVar[Dialect] = ClickhouseDialect()

    def __init__(self, url: str, *, memory_mb: int = 512) -> None:
        if not url:
            raise ConfigError("the warehouse 'clickhouse' needs RAPPORT_WAREHOUSE_URL")
        self._begin(ServerClient(url, DATABASE), memory_mb, shared=True)

    @classmethod
    def embedded(
        cls, path: Path, *, memory_mb: int = 512, database: str = DATABASE
    ) -> ClickhouseWarehouse:
        """The engine inside this process on the folder `path`. A process can have one folder."""
        self = cls.__new__(cls)
        self._begin(EmbeddedClient(path, database), memory_mb, shared=False)
        return self

    def _begin(self, client: Client, memory_mb: int, *, shared: bool) -> None:
        super().__init__(memory_mb=memory_mb)
        self._client = client
        self._shared = shared
        self._version = 0
        try:
            self._make_tables()
            rows = self.read("SELECT * FROM sources")
        except BaseException:
            client.close()
            raise
        self._sources = incoming.by_id(SourceRow(**row) for row in rows)
        self._clean = False  # whether no load left anything behind

    def _make_tables(self) -> None:
        """Unless this version of them is there: some thirty statements take a second."""
        self._client.run(schema.layout())
        statements = schema.statements()
        digest = xxh3_64_hexdigest("\n".join(statements).encode())
        if self.read("SELECT digest FROM layout WHERE digest = ?", [digest]):
            return
        for statement in statements:
            self._client.run(statement)
        self._client.run("TRUNCATE TABLE layout")
        self._client.insert("layout", pa.table({"digest": [digest]}))

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=self._shared, dialect="clickhouse", missing=_MISSING)

    def set_sources(self, sources: Sequence[SourceRow]) -> None:
        """A row with the number -1 stands for a list that is empty."""
        with self._lock:
            self._check_open()
            rows = incoming.source_rows(sources or [SourceRow(-1, "")])
            self._insert("source_log", rows, self._next())
            self._sources = incoming.by_id(sources)

    def load(self, load: Load) -> bool:
        with self._lock:
            self._check_open()
            if load.seq <= self.loaded():
                return False
            rows = None
            if load.events is not None:
                rows = incoming.stored_events(load.events, self._sources)
            moved = None
            if load.identities is not None:
                moved = incoming.last_per_node(load.identities)
            changes = values = of_accounts = None
            if load.memberships is not None:
                changes = incoming.membership_changes(load.memberships)
            if load.traits is not None:
                values = incoming.last_traits(load.traits)
            if load.account_memberships is not None:
                of_accounts = incoming.account_changes(load.account_memberships)
            self._clear()
            self._clean = False
            if rows is not None:
                self._insert("event_rows", rows, load.seq)
            touched = set(load.dirty["profile"].to_pylist()) if load.dirty is not None else set()
            if moved is not None:
                touched |= self._touched(moved)
                self._insert("identity_log", moved, load.seq)
            if touched:
                self._insert_dirty(sorted(touched), load.seq)
            if changes is not None:
                self._insert("membership_rows", changes, load.seq)
            if of_accounts is not None:
                self._insert("account_membership_rows", of_accounts, load.seq)
            if values is not None:
                self._insert("trait_log", values, load.seq)
            self._client.insert("loads", pa.table({"seq": [load.seq], "mark": [load.mark]}, _LOADS))
            self._clean = True
            return True

    def refuses(self, events: pa.Table) -> bool:
        """Only what cannot be shaped: ClickHouse takes every row of the right columns."""
        try:
            incoming.stored_events(events, self._sources)
        except (Unavailable, pa.ArrowException):
            return True
        return False

    def loaded(self) -> int:
        return int(self.read("SELECT max(seq) AS seq FROM loads")[0]["seq"] or 0)

    def mark(self) -> str:
        rows = self.read("SELECT mark FROM loads ORDER BY seq DESC LIMIT 1")
        return str(rows[0]["mark"]) if rows else ""

    def upsert_profiles(self, read: Sequence[int], rows: pa.Table) -> None:
        """First the rows, then that they were read: a crash between reads them again."""
        with self._lock:
            self._check_open()
            version = self._next()
            held = rows.select(PROFILES.names).cast(PROFILES)
            there = set(held["profile"].to_pylist())
            gone = [{"profile": n, "profile_id": ""} for n in read if n not in there]
            tombs = pa.Table.from_pylist(gone, schema=PROFILES)
            both = pa.concat_tables([held, tombs]).append_column(
                "gone", pa.array([False] * held.num_rows + [True] * len(gone))
            )
            self._insert("profile_log", schema.without_null_lists(both), version)
            done = pa.table({"profile": pa.array(read, pa.int64())})
            done = done.append_column("dirty", pa.array([False] * len(read)))
            self._insert("dirty_log", schema.with_load(done, 0), version)

    def renew_profiles(self, version: str) -> bool:
        with self._lock:
            self._check_open()
            rows = self.read("SELECT rows FROM profile_versions ORDER BY version DESC LIMIT 1")
            if rows and rows[0]["rows"] == version:
                return False
            profiles = [row["profile"] for row in self.read("SELECT profile FROM profile_rows")]
            self._insert_dirty(profiles, 0)
            self._insert("profile_versions", pa.table({"rows": [version]}), self._next())
            return True

    def size(self) -> int:
        sql = "SELECT sum(total_bytes) AS n FROM system.tables WHERE database = currentDatabase()"
        return int(self.read(sql)[0]["n"] or 0)

    def tidy(self) -> None:
        """Write logs anew that mostly hold what was overtaken; one table takes another's place."""
        with self._lock:
            self._check_open()
            for log, keys in schema.LOGS.items():
                counted = f"SELECT count() AS n, uniqExact({keys}) AS kept FROM {log}"
                row = self.read(counted)[0]
                if row["n"] - row["kept"] > _TIDY_ROWS:
                    self._clear()
                    for statement in schema.rewritten(log, keys):
                        self._client.run(statement)

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._client.close()

    def _batches(self, sql: str, limits: Limits) -> Iterator[pa.RecordBatch]:
        batches = self._client.batches(sql, limits)
        with closing(batches):
            first = next(batches, None)
            if first is None:  # an empty answer comes without its columns
                shape = self._client.shape(sql, limits)
                yield pa.RecordBatch.from_pylist([], schema=shape)
                return
            yield first
            yield from batches

    def _insert(self, table: str, rows: pa.Table, version: int) -> None:
        name = schema.VERSIONS[table]
        column = pa.array([version] * rows.num_rows, pa.int64())
        self._client.insert(table, rows.append_column(name, column))

    def _insert_dirty(self, profiles: Sequence[int], seq: int) -> None:
        if profiles:
            rows = pa.table({"profile": pa.array(profiles, pa.int64())})
            rows = rows.append_column("dirty", pa.array([True] * len(profiles)))
            self._insert("dirty_log", schema.with_load(rows, seq), self._next())

    def _touched(self, moved: pa.Table) -> set[int]:
        """The new profiles of these nodes, and those that they leave."""
        nodes = moved["node"].to_pylist()
        before = self.read("SELECT node, profile FROM identities WHERE node IN ?", [nodes])
        after = dict(zip(nodes, moved["profile"].to_pylist(), strict=True))
        left = {row["profile"] for row in before if row["profile"] != after[row["node"]]}
        return left | set(after.values())

    def _clear(self) -> None:
        """Delete what a load without its row in `loads` left behind."""
        if self._clean:
            return
        last = self.loaded()
        for table in schema.LOADED:
            if self.read(f"SELECT 1 AS n FROM {table} WHERE load > {last} LIMIT 1"):
                self._client.run(f"DELETE FROM {table} WHERE load > {last}")
        self._clean = True

    def _next(self) -> int:
        """Versions grow, also over a clock that was set back."""
        if not self._version:
            with suppress(Unavailable):
                rows = [self.read(f"SELECT max(version) AS v FROM {t}") for t in schema.VERSIONED]
                self._version = max(int(found[0]["v"] or 0) for found in rows)
        self._version = max(self._version + 1, time.time_ns())
        return self._version


_LOADS = pa.schema([("seq", pa.int64()), ("mark", pa.string())])
