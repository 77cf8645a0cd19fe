"""A Collector on real stores, called without a network."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from rapport.clock import FixedClock
from rapport.collect.app import Collector
from rapport.collect.sources import SourceStore
from rapport.config import Settings
from rapport.log.base import EventLog, Record
from rapport.log.sqlite import SqliteLog

KEY = "wk_test"
NOW = 1_795_000_000_000_000


class Answer(msgspec.Struct):
    handled: bool
    status: int = 0
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class RequestHeaders(dict[str, str]):
    def get_all(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


class Scope:
    proto = "http"
    authority = None

    def __init__(
        self, method: str, target: str, headers: Mapping[str, str], client: str, scheme: str
    ) -> None:
        self.method = method
        self.path, _, self.query_string = target.partition("?")
        self.headers = RequestHeaders({n.lower(): value for n, value in headers.items()})
        self.client = client
        self.scheme = scheme


class Proto:
    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts = parts
        self.answer = Answer(handled=True)
        self.read = 0

    async def __call__(self) -> bytes:
        self.read = sum(map(len, self.parts))
        return b"".join(self.parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            self.read += len(part)
            yield part

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert self.answer.status == 0, "answered twice"
        assert all(name == name.lower() for name, _ in headers)
        self.answer = Answer(True, status, dict(headers), body)


def basic(key: str = KEY, *, colon: bool = True) -> dict[str, str]:
    text = f"{key}:" if colon else key
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


class Caller:
    """One installation in `folder`, and a way to call its tracking routes."""

    def __init__(self, folder: Path, *, log: EventLog | None = None, **settings: Any) -> None:
        self.folder = folder
        self.clock = FixedClock(NOW)
        self.log: EventLog = log or SqliteLog(folder / "log.db")
        self.sources = SourceStore(folder / "control.db", clock=self.clock)
        self.sources.ensure_default(KEY)
        self.outcomes: Callable[[int], Any] = lambda offset: None
        self.committed = 0
        self.collector = Collector(
            Settings(**settings),
            self.log,
            self.sources,
            lambda offset: self.outcomes(offset),
            self.clock,
            committed=lambda: self.committed,
            sdk_folder=folder / "sdk",
        )
        self.proto = Proto([])
        self._loop = asyncio.new_event_loop()

    def __call__(
        self,
        method: str,
        target: str,
        body: bytes | Sequence[bytes] | dict[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        client: str = "203.0.113.9:1234",
        scheme: str = "http",
    ) -> Answer:
        """`body` as a list of bytes is sent in chunks, without a content-length."""
        given = {"host": "track.example:8000", **(headers or {})}
        if isinstance(body, dict):
            body = msgspec.json.encode(body)
        if isinstance(body, bytes):
            given["content-length"] = str(len(body))
            body = [body]
        self.proto = Proto(body or [])
        scope = Scope(method, target, given, client, scheme)
        handled = self.run(self.collector.handle(scope, self.proto))
        assert handled is (self.proto.answer.status != 0)
        return self.proto.answer if handled else Answer(handled=False)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    def records(self) -> list[Record]:
        return self.log.read(0, max_records=100_000, max_bytes=10**9)

    def last(self) -> Record:
        return self.records()[-1]

    def close(self) -> None:
        self._loop.close()
        self.log.close()
        self.sources.close()
