"""PostgreSQL 14 and later as warehouse, through ADBC: rows go in and come out as Arrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, TypeVar

import pyarrow as pa

from rapport.errors import ConfigError, QueryError, Unavailable
from rapport.warehouse import incoming
from rapport.warehouse.base import Capabilities, Load, SourceRow
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects.postgres import PostgresDialect
from rapport.warehouse.engines import postgres_schema
from rapport.warehouse.engines.postgres_arrow import decimals
from rapport.warehouse.engines.sqlstore import Limits, SqlWarehouse, too_large, too_slow
from rapport.warehouse.schema import PROFILES
from rapport.warehouse.watch import ending

T = TypeVar("T")
_IDLE = 4  # reading connections that are kept
_TIMED_OUT, _NO_MEMORY = "57014", ("53200", "53100", "53400")
_MISSING = {
    "typed views": "properties are read out of the JSON columns, without a column for each",
    "activity pages": "timeline, catalogue and volumes are asked in the words of DuckDB",
    "memory limit": "work_mem bounds every sort and hash; PostgreSQL has no bound for a query",
}


class PostgresWarehouse(SqlWarehouse):
    """`url` is a libpq address; its schema `rapport` is made and holds everything.

    The role in `url` writes. SQL of users runs in read-only transactions.
    """

    dialect: ClassVar[Dialect] = PostgresDialect()

    def __init__(self, url: str, *, memory_mb: int = 512) -> None:
        super().__init__(memory_mb=memory_mb)
        self._url = url
        self._driver = _driver()
        self._idle: list[Any] = []
        self._sources: dict[int, SourceRow] = {}
        self._writer = self._connect()
        self._transaction(postgres_schema.create)
        rows = self.read("SELECT id, slug, name, kind, brand, region, party FROM sources")
        self._sources = incoming.by_id(SourceRow(**row) for row in rows)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=True, dialect="postgres", missing=_MISSING)

    def set_sources(self, sources: Sequence[SourceRow]) -> None:
        def write(cursor: Any) -> None:
            cursor.execute("DELETE FROM sources")
            if sources:
                cursor.adbc_ingest("sources", incoming.source_rows(sources), mode="append")

        self._transaction(write)
        self._sources = incoming.by_id(sources)

    def load(self, load: Load) -> bool:
        def write(cursor: Any) -> bool:
            held = _scalar(cursor, "SELECT coalesce(max(seq), 0) FROM loaded")
            if load.seq <= held:
                return False
            if load.events is not None:
                rows = incoming.stored_events(load.events, self._sources, forbid_nul=True)
                postgres_schema.append_events(cursor, rows)
            if load.identities is not None:
                postgres_schema.apply_identities(cursor, incoming.last_per_node(load.identities))
            if load.dirty is not None:
                postgres_schema.mark_dirty(cursor, load.dirty)
            if load.memberships is not None:
                changes = incoming.membership_changes(load.memberships, forbid_nul=True)
                postgres_schema.apply_memberships(cursor, changes)
            if load.traits is not None:
                said = incoming.last_traits(load.traits, forbid_nul=True)
                postgres_schema.apply_traits(cursor, said)
            if load.account_memberships is not None:
                changes = incoming.account_changes(load.account_memberships, forbid_nul=True)
                postgres_schema.apply_memberships(cursor, changes, "account")
            cursor.execute("DELETE FROM loaded")
            cursor.adbc_ingest(
                "loaded", pa.table({"seq": [load.seq], "mark": [load.mark]}), mode="append"
            )
            return True

        return self._transaction(write)

    def refuses(self, events: pa.Table) -> bool:
        def attempt(cursor: Any) -> None:
            rows = incoming.stored_events(events, self._sources, forbid_nul=True)
            postgres_schema.append_events(cursor, rows)
            raise _Undone

        try:
            self._transaction(attempt)
        except _Undone:
            return False
        except Unavailable as error:
            if not isinstance(error.__cause__, self._driver.Error | pa.ArrowException):
                raise
            if isinstance(error.__cause__, self._driver.OperationalError):
                raise
        return True

    def loaded(self) -> int:
        return int(self.read("SELECT coalesce(max(seq), 0) AS seq FROM loaded")[0]["seq"])

    def mark(self) -> str:
        rows = self.read("SELECT mark FROM loaded")
        return str(rows[0]["mark"]) if rows else ""

    def upsert_profiles(self, read: Sequence[int], rows: pa.Table) -> None:
        def write(cursor: Any) -> None:
            postgres_schema.replace_profiles(cursor, read, rows.select(PROFILES.names))

        self._transaction(write)

    def renew_profiles(self, version: str) -> bool:
        def write(cursor: Any) -> bool:
            if _scalar(cursor, "SELECT max(version) FROM profile_version") == version:
                return False
            cursor.execute("DELETE FROM profile_version")
            cursor.adbc_ingest("profile_version", pa.table({"version": [version]}), mode="append")
            cursor.execute(
                "INSERT INTO dirty_profiles SELECT profile FROM profile_rows ON CONFLICT DO NOTHING"
            )
            return True

        return self._transaction(write)

    def size(self) -> int:
        sql = (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS n FROM pg_class c"
            " JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = 'rapport'"
            " AND c.relkind = 'r'"
        )
        return int(self.read(sql)[0]["n"])

    def tidy(self) -> None:
        """Nothing: autovacuum does it."""

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                for connection in (self._writer, *self._idle):
                    with suppress(self._driver.Error):
                        connection.close()

    def _connect(self, *, reading: bool = False) -> Any:
        try:
            connection = self._driver.connect(self._url, autocommit=reading)
        except self._driver.Error as error:
            raise Unavailable(
                "cannot reach PostgreSQL", hint="see RAPPORT_WAREHOUSE_URL; is the server up?"
            ) from error
        with connection.cursor() as cursor:
            cursor.execute("SET search_path = rapport")
            cursor.execute("SET timezone = 'UTC'")
            cursor.execute(f"SET work_mem = '{max(4, self._memory_mb // 4)}MB'")
            if reading:
                cursor.execute("SET default_transaction_read_only = on")
        if not reading:
            connection.commit()
        return connection

    @contextmanager
    def _reader(self) -> Iterator[Any]:
        """A reading connection; one on which something failed is not used again."""
        with self._lock:
            self._check_open()
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect(reading=True)
        try:
            yield connection
        except BaseException:
            with suppress(self._driver.Error):
                connection.close()
            raise
        with self._lock:
            if self._closed or len(self._idle) >= _IDLE:
                connection.close()
            else:
                self._idle.append(connection)

    def _batches(self, sql: str, limits: Limits) -> Iterator[pa.RecordBatch]:
        with self._reader() as connection, connection.cursor() as cursor:
            try:
                cursor.execute(f"SET statement_timeout = {max(1, int(limits.seconds * 1000))}")
                with ending(limits.watch, cursor.adbc_cancel):
                    cursor.execute(sql)
                reader = cursor.fetch_record_batch()
                empty = True
                for batch in reader:
                    if batch.num_rows:
                        empty = False
                        yield from decimals(pa.Table.from_batches([batch])).to_batches()
                if empty:
                    yield from _nothing(reader.schema)
            except (self._driver.Error, OSError) as error:  # OSError: in the midst of reading
                raise self._explained(error, limits) from error
            except GeneratorExit:
                with suppress(self._driver.Error):
                    cursor.adbc_cancel()
                raise

    def _explained(self, error: Exception, limits: Limits) -> Exception:
        words = str(error)
        state = str(getattr(error, "sqlstate", None) or "")
        if state == _TIMED_OUT or "statement timeout" in words:
            return too_slow(limits.seconds)
        if state in _NO_MEMORY or "out of memory" in words:
            return too_large()
        if "ERROR:" not in words:
            return Unavailable("PostgreSQL went away")
        return QueryError(_plain_words(words), hint="see docs/engines.md")

    def _transaction(self, write: Callable[[Any], T]) -> T:
        with self._lock:
            self._check_open()
            try:
                with self._writer.cursor() as cursor:
                    result = write(cursor)
                self._writer.commit()
            except (self._driver.Error, pa.ArrowException) as error:
                self._undo()
                raise Unavailable("the warehouse could not be written") from error
            except BaseException:
                self._undo()
                raise
            return result

    def _undo(self) -> None:
        """Roll back; a connection that cannot is replaced at once or by the next call."""
        try:
            self._writer.rollback()
        except self._driver.Error:
            with suppress(self._driver.Error):
                self._writer.close()
            with suppress(Unavailable):
                self._writer = self._connect()


class _Undone(Exception):
    """Ends a transaction that was only a trial."""


def _driver() -> Any:
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        raise ConfigError(
            "the warehouse 'postgres' needs its driver", hint="pip install 'rapport-cdp[postgres]'"
        ) from error
    return dbapi


def _scalar(cursor: Any, sql: str) -> Any:
    cursor.execute(sql)
    rows = cursor.fetchall()
    return rows[0][0] if rows else None


def _nothing(schema: pa.Schema) -> list[pa.RecordBatch]:
    table = decimals(schema.empty_table())
    return [pa.RecordBatch.from_pylist([], schema=table.schema)]


def _plain_words(words: str) -> str:
    """The server's own words without what the driver puts around them."""
    return words.partition("ERROR:")[2].partition("SQLSTATE")[0].strip().splitlines()[0]
