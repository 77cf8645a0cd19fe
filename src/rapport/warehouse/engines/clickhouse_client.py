"""Two ways to ClickHouse: a server over HTTP, and the engine inside this process (chdb)."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from rapport.errors import ConfigError, QueryError, RapportError, Unavailable
from rapport.warehouse.dialects.clickhouse import SETTINGS
from rapport.warehouse.engines.sqlstore import Limits, too_large, too_slow
from rapport.warehouse.watch import ending

_TIMEOUT, _MEMORY = ("TIMEOUT_EXCEEDED", "TOO_SLOW", "SOCKET_TIMEOUT"), "MEMORY_LIMIT_EXCEEDED"


class Client(Protocol):
    """Statements are trusted; `batches` is given what users wrote, already checked."""

    def run(self, sql: str) -> None: ...
    def insert(self, table: str, rows: pa.Table) -> None: ...
    def batches(self, sql: str, limits: Limits) -> Generator[pa.RecordBatch, None, None]: ...
    def shape(self, sql: str, limits: Limits) -> pa.Schema:
        """Names and types of the columns of an answer."""
        ...

    def close(self) -> None: ...


class EmbeddedClient:
    """chdb on a folder. Every reader has a session of its own, so that none waits for another."""

    def __init__(self, path: Path, database: str) -> None:
        self._session_of = _chdb()
        self._path = path
        self._database = database
        path.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        self._open: list[Any] = []
        try:
            self._writer = self._session_of(str(path))
        except RuntimeError as error:
            raise Unavailable(
                "ClickHouse cannot open its folder",
                hint="one process can have one folder open, and one folder one process",
            ) from error
        self._writer.query(f"CREATE DATABASE IF NOT EXISTS {database}")
        self._prepare(self._writer)

    def run(self, sql: str) -> None:
        try:
            self._writer.query(sql)
        except RuntimeError as error:
            raise Unavailable("the warehouse could not be written") from error

    def insert(self, table: str, rows: pa.Table) -> None:
        incoming = rows  # noqa: F841 - ClickHouse finds the variable by its name
        try:
            self._writer.query(f"INSERT INTO {table} SELECT * FROM Python(incoming)")
        except RuntimeError as error:
            raise Unavailable("the warehouse could not be written") from error

    def batches(self, sql: str, limits: Limits) -> Generator[pa.RecordBatch, None, None]:
        session = self._take()
        answer = None
        try:
            session.query(f"SET {_settings(limited(limits))}")
            answer = session.send_query(sql, "Arrow")
            yield from answer.record_batch()
        except RuntimeError as error:
            raise explained(str(error), limits) from error
        finally:
            if answer is not None:
                with suppress(RuntimeError):
                    answer.cancel()
            self._give(session)

    def shape(self, sql: str, limits: Limits) -> pa.Schema:
        session = self._take()
        try:
            session.query(f"SET {_settings(limited(limits))}")
            answer = session.query(without_rows(sql), "ArrowStream").bytes()
        except RuntimeError as error:
            raise explained(str(error), limits) from error
        finally:
            self._give(session)
        return pa.ipc.open_stream(answer).schema

    def close(self) -> None:
        with self._lock:
            for session in (*self._idle, self._writer):
                session.close()
            self._idle = []

    def _prepare(self, session: Any) -> None:
        session.query(f"USE {self._database}")
        session.query(f"SET {_settings(SETTINGS)}")

    def _take(self) -> Any:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        session = self._session_of(str(self._path))
        self._prepare(session)
        return session

    def _give(self, session: Any) -> None:
        with self._lock:
            self._idle.append(session)


class ServerClient:
    """A server by its HTTP interface. The password is only ever part of the address."""

    def __init__(self, url: str, database: str) -> None:
        self._connect = _http()
        self._url = url
        self._database = database
        root = self._client(None)
        root.command(f"CREATE DATABASE IF NOT EXISTS {database}")
        root.close()
        self._writer = self._client(database)

    def run(self, sql: str) -> None:
        try:
            self._writer.command(sql)
        except Exception as error:
            raise Unavailable("the warehouse could not be written") from error

    def insert(self, table: str, rows: pa.Table) -> None:
        try:
            self._writer.insert_arrow(table, rows)
        except Exception as error:
            raise Unavailable("the warehouse could not be written") from error

    def batches(self, sql: str, limits: Limits) -> Generator[pa.RecordBatch, None, None]:
        name = uuid.uuid4().hex
        settings = {**_read_only(limits), "query_id": name}
        client = self._client(self._database)
        done = False
        try:
            with ending(limits.watch, lambda: self._kill(name)):
                stream = client.query_arrow_stream(sql, settings=settings)
            with stream as batches:
                yield from batches
            done = True
        except RapportError:
            raise
        except Exception as error:
            raise explained(str(error), limits) from error
        finally:
            if not done:
                self._kill(name)
            client.close()

    def shape(self, sql: str, limits: Limits) -> pa.Schema:
        client = self._client(self._database)
        try:
            answer = client.query_arrow(without_rows(sql), settings=_read_only(limits))
        except Exception as error:
            raise explained(str(error), limits) from error
        finally:
            client.close()
        return answer.schema

    def _kill(self, name: str) -> None:
        """By a client of its own: another thread may be waiting for an answer of the others."""
        with suppress(Exception):
            client = self._client(None)
            client.command(f"KILL QUERY WHERE query_id = '{name}' ASYNC")
            client.close()

    def close(self) -> None:
        self._writer.close()

    def _client(self, database: str | None) -> Any:
        try:
            return self._connect(dsn=self._url, database=database or "default", settings=SETTINGS)
        except Exception as error:
            raise Unavailable(
                "cannot reach ClickHouse", hint="see RAPPORT_WAREHOUSE_URL; is the server up?"
            ) from error


def without_rows(sql: str) -> str:
    """A query with the same columns that finds nothing, whatever `sql` would read."""
    return f"SELECT * FROM (\n{sql}\n) LIMIT 0"


def _read_only(limits: Limits) -> dict[str, Any]:
    """Settings of one call to a server. With 2 they may still be given, but nothing be changed."""
    return limited(limits) | ({"readonly": 2} if limits.of_user else {})


def limited(limits: Limits) -> dict[str, Any]:
    """Settings that end a query by its time and memory."""
    return {
        "max_execution_time": limits.seconds,
        "timeout_overflow_mode": "throw",
        "max_memory_usage": limits.memory_mb * 1024 * 1024,
    }


def explained(words: str, limits: Limits) -> RapportError:
    """What ClickHouse says, as an error of Rapport's."""
    if any(name in words for name in _TIMEOUT):
        return too_slow(limits.seconds)
    if _MEMORY in words:
        return too_large()
    if "DB::Exception" not in words:
        return Unavailable("ClickHouse went away")
    plain = words.partition("DB::Exception:")[2].strip().splitlines()[0]
    return QueryError(plain, hint="see docs/engines.md")


def _settings(settings: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} = {value!r}" if isinstance(value, str) else f"{name} = {value}"
        for name, value in settings.items()
    )


def _chdb() -> Any:
    try:
        from chdb.session import Session
    except ImportError as error:
        raise _missing() from error
    return Session


def _http() -> Any:
    try:
        from clickhouse_connect import get_client
    except ImportError as error:
        raise _missing() from error
    return get_client


def _missing() -> ConfigError:
    return ConfigError(
        "the warehouse 'clickhouse' needs its packages",
        hint="pip install 'rapport-cdp[clickhouse]'",
    )
