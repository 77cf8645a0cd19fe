"""Apache Spark 4 as warehouse: Parquet files that Spark reads, in a session of this process.

Rows are written by Arrow, since a job of Spark's costs a second for the smallest load. What is
overtaken (identities, profiles) lies in logs whose latest row counts; `tidy` writes them anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

from rapport.errors import ConfigError, QueryError, RapportError, Unavailable
from rapport.warehouse import incoming
from rapport.warehouse.base import Capabilities, Load, SourceRow
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects.spark import SparkDialect
from rapport.warehouse.engines import spark_tables
from rapport.warehouse.engines.spark_files import Folder, latest
from rapport.warehouse.engines.sqlstore import Limits, SqlWarehouse, naive, too_large, too_slow
from rapport.warehouse.schema import PROFILES
from rapport.warehouse.watch import ending

_MANY_FILES = 64  # of one table, above which tidy writes them as one
_ROWS_AT_ONCE = 10_000
_MISSING = {
    "typed views": "properties are read out of the JSON columns, without a column for each",
    "activity pages": "timeline, catalogue and volumes are asked in the words of DuckDB",
    "several writers": "one process writes the files; others may read the folder with Spark",
    "memory limit": "Spark's memory is that of its Java process; a query has no bound of its own",
    "fast first answer": "starting Spark takes seconds, a small query a good part of one",
}


class SparkWarehouse(SqlWarehouse):
    """`path` is a folder; `master` where Spark runs, e.g. local[2] or spark://host:7077."""

    dialect: ClassVar[Dialect] = SparkDialect()

    def __init__(self, path: Path, *, master: str = "local[2]", memory_mb: int = 1024) -> None:
        super().__init__(memory_mb=memory_mb)
        self._folder = Folder(path, spark_tables.TABLES)
        self._master = master
        self._spark: Any = None  # once something is asked in SQL
        self._shown: dict[str, list[str]] = {}
        rows = self._folder.rows("sources").to_pylist()
        self._sources = incoming.by_id(SourceRow(**row) for row in rows)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=False, dialect="spark", missing=_MISSING)

    def set_sources(self, sources: Sequence[SourceRow]) -> None:
        rows = incoming.source_rows(sources)
        self._change({"sources": rows}, replaced=["sources"])
        self._sources = incoming.by_id(sources)

    def load(self, load: Load) -> bool:
        with self._lock:
            self._check_open()
            if load.seq <= self.loaded():
                return False
            added: dict[str, pa.Table] = {}
            if load.events is not None:
                added["events"] = incoming.stored_events(load.events, self._sources)
            touched = set(load.dirty["profile"].to_pylist()) if load.dirty is not None else set()
            if load.identities is not None:
                moved = incoming.last_per_node(load.identities)
                touched |= self._touched(moved)
                added["identity_log"] = self._stamped(moved)
            if touched:
                added["dirty_log"] = self._dirty(sorted(touched), dirty=True)
            if load.memberships is not None:
                added["membership_changes"] = incoming.membership_changes(load.memberships)
            if load.traits is not None:
                added["trait_log"] = self._stamped(incoming.last_traits(load.traits))
            if load.account_memberships is not None:
                changes = incoming.account_changes(load.account_memberships)
                added["account_membership_changes"] = changes
            self._change(added, seq=load.seq, mark=load.mark)
            return True

    def refuses(self, events: pa.Table) -> bool:
        """Only what cannot be shaped: Parquet takes every row of the right columns."""
        try:
            incoming.stored_events(events, self._sources)
        except (Unavailable, pa.ArrowException):
            return True
        return False

    def loaded(self) -> int:
        return self._folder.manifest.seq

    def mark(self) -> str:
        return self._folder.manifest.mark

    def upsert_profiles(self, read: Sequence[int], rows: pa.Table) -> None:
        with self._lock:
            held = rows.select(PROFILES.names).cast(PROFILES)
            there = set(held["profile"].to_pylist())
            gone = [{"profile": n, "profile_id": ""} for n in read if n not in there]
            both = pa.concat_tables([held, pa.Table.from_pylist(gone, schema=PROFILES)])
            flags = pa.array([False] * held.num_rows + [True] * len(gone), pa.bool_())
            log = self._stamped(both.append_column("gone", flags))
            self._change({"profile_log": log, "dirty_log": self._dirty(read, dirty=False)})

    def renew_profiles(self, version: str) -> bool:
        with self._lock:
            if self._folder.manifest.version == version:
                return False
            rows = latest(self._folder.rows("profile_log"), "profile")
            profiles = rows.filter(pc.invert(rows["gone"]))["profile"].to_pylist()
            added = {"dirty_log": self._dirty(profiles, dirty=True)} if profiles else {}
            added["profile_version"] = pa.table({"version": [version]})
            self._change(added, version=version, replaced=["profile_version"])
            return True

    def size(self) -> int:
        return self._folder.size()

    def dirty_profiles(self, limit: int) -> list[int]:
        self._check_open()
        rows = latest(self._folder.rows("dirty_log"), "profile")
        found: list[int] = rows.filter(rows["dirty"])["profile"].to_pylist()
        return found[:limit]

    def tidy(self) -> None:
        """Write tables of many files as one, logs without what was overtaken."""
        with self._lock:
            self._check_open()
            for name, query in spark_tables.COMPACT.items():
                if len(self._folder.paths(name)) > _MANY_FILES:
                    batches = self._batches(query, Limits(600, self._memory_mb))
                    schema = spark_tables.TABLES[name]
                    rows = pa.Table.from_batches([naive(b) for b in batches]).cast(schema)
                    self._change({name: rows}, replaced=[name])

    def close(self) -> None:
        """The session stays: Spark has one for the process, and another may be using it."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._folder.sweep()

    def _change(self, added: dict[str, pa.Table], **changes: Any) -> None:
        with self._lock:
            self._check_open()
            self._folder.change(added, **changes)

    def _ready(self) -> Any:
        """The session, its views on the files that count now."""
        with self._lock:
            self._check_open()
            if self._spark is None:
                self._spark = _session(self._master, self._memory_mb)
                self._shown = {}
            for name, schema in spark_tables.TABLES.items():
                paths = self._folder.paths(name)
                if self._shown.get(name) != paths:
                    reader = self._spark.read.schema(spark_tables.ddl(schema))
                    reader.parquet(*paths).createOrReplaceTempView(name)
            if not self._shown:
                for name, query in spark_tables.VIEWS.items():
                    self._spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {query}")
            self._shown = {name: self._folder.paths(name) for name in spark_tables.TABLES}
            return self._spark

    def _batches(self, sql: str, limits: Limits) -> Iterator[pa.RecordBatch]:
        """In a group of jobs of its own, which a timer or a reader that leaves ends."""
        spark = self._ready()
        context, group = spark.sparkContext, uuid4().hex
        done, expired, over = threading.Event(), threading.Event(), threading.Event()

        def watch() -> None:
            """Again and again: only jobs that run are ended, and a query makes several."""
            over.wait(limits.seconds)
            if done.is_set():
                return
            expired.set()
            while not done.wait(0.2):
                context.cancelJobGroup(group)

        watcher = threading.Thread(target=watch, daemon=True)
        try:
            context.setJobGroup(group, "rapport", interruptOnCancel=True)
            watcher.start()
            with ending(limits.watch, over.set):
                table = spark.sql(sql).toArrow()
        except Exception as error:
            if limits.watch is not None:
                limits.watch.check()
            raise _explained(error, limits, expired=expired.is_set()) from error
        finally:
            done.set()
            over.set()
            context.setLocalProperty("spark.jobGroup.id", None)
        yield from table.to_batches(_ROWS_AT_ONCE) or [
            pa.RecordBatch.from_pylist([], schema=table.schema)
        ]

    def _stamped(self, rows: pa.Table) -> pa.Table:
        number = self._folder.manifest.next
        return rows.append_column("version", pa.array([number] * rows.num_rows, pa.int64()))

    def _dirty(self, profiles: Sequence[int], *, dirty: bool) -> pa.Table:
        rows = {"profile": pa.array(profiles, pa.int64()), "dirty": [dirty] * len(profiles)}
        return self._stamped(pa.table(rows, schema=spark_tables.DIRTY))

    def _touched(self, moved: pa.Table) -> set[int]:
        """The new profiles of these nodes, and those that they leave."""
        of_these = pc.field("node").isin(moved["node"])
        before = latest(self._folder.rows("identity_log", where=of_these), "node").to_pylist()
        after = {row["node"]: row["profile"] for row in moved.to_pylist()}
        left = {row["profile"] for row in before if row["profile"] != after[row["node"]]}
        return left | set(after.values())


def _session(master: str, memory_mb: int) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(
            "the warehouse 'spark' needs its package and Java 17 or later",
            hint="pip install 'rapport-cdp[spark]'",
        ) from error
    builder = SparkSession.builder.master(master).appName("rapport")
    for name, value in spark_tables.SESSION.items():
        builder = builder.config(name, value)
    try:
        return builder.config("spark.driver.memory", f"{memory_mb}m").getOrCreate()
    except Exception as error:
        raise Unavailable("Spark does not start", hint="is Java 17 or later there?") from error


def _explained(error: Exception, limits: Limits, *, expired: bool) -> RapportError:
    words = str(error)
    if expired:
        return too_slow(limits.seconds)
    if "OutOfMemoryError" in words:
        return too_large()
    if "Connection refused" in words:
        return Unavailable("Spark went away")
    return QueryError(words.strip().splitlines()[0], hint="see docs/engines.md")
