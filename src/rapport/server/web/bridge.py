"""RSGI → ASGI: lets Litestar serve the management API on the server that the tracking routes need.

Understands what the API uses: request bodies up to a cap, plain and streamed answers, and clients
that go away while an answer streams.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol
from urllib.parse import quote

from rapport.errors import TooLarge

Message = MutableMapping[str, Any]
AsgiApp = Callable[..., Awaitable[None]]
MAX_BODY = 4_000_000


class Headers(Protocol):
    def get(self, key: str, default: Any = None) -> Any: ...
    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """What Granian tells about a request."""

    method: str
    path: str  # percent-decoded
    query_string: str
    scheme: str
    client: str
    server: str
    authority: str | None
    http_version: str

    @property
    def headers(self) -> Headers: ...


class Proto(Protocol):
    """Granian's answering side."""

    async def __call__(self) -> bytes: ...
    def __aiter__(self) -> Any: ...
    async def client_disconnect(self) -> None: ...
    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...
    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Any: ...


async def read_body(scope: Scope, proto: Proto, limit: int = MAX_BODY) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to be over `limit` bytes."""
    length = scope.headers.get("content-length")
    if length is not None and length.isdigit() and int(length) > limit:
        raise TooLarge(f"the body is over {limit} bytes", details={"limit": limit})
    if length is not None:
        return await proto() if length != "0" else b""
    parts, size = [], 0
    async for part in proto:
        size += len(part)
        if size > limit:
            raise TooLarge(f"the body is over {limit} bytes", details={"limit": limit})
        parts.append(part)
    return b"".join(parts)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port) if port.isdigit() else 0


def asgi_scope(scope: Scope, path: str, more: dict[str, Any]) -> dict[str, Any]:
    """`path` may differ from `scope.path` (see paths.fold); `more` goes into the ASGI scope."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": path,
        "raw_path": quote(path, safe="/:@%+-._~!$&'()*,;=").encode(),
        "query_string": scope.query_string.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [
            (name.encode("latin-1"), value.encode("utf-8", "surrogateescape"))
            for name, value in scope.headers.items()
        ],
        "client": _address(scope.client),
        "server": _address(scope.server),
        "state": {},
        "extensions": {},
        **more,
    }


class Answer:
    """Collects one ASGI answer and gives it to Granian, streaming only if it comes in parts."""

    def __init__(self, proto: Proto, extra: list[tuple[str, str]]) -> None:
        self._proto = proto
        self._extra = extra
        self.status = 500
        self._headers: list[tuple[str, str]] = []
        self._stream: Any = None
        self.done = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
            ]
            return
        if message["type"] == "http.response.body":
            await self._body(bytes(message.get("body", b"")), bool(message.get("more_body")))

    async def _body(self, body: bytes, more: bool) -> None:
        if self._stream is None and not more:
            self._proto.response_bytes(self.status, self._headers + self._extra, body)
        else:
            if self._stream is None:
                self._stream = self._proto.response_stream(self.status, self._headers + self._extra)
            if body:
                await self._stream.send_bytes(body)
            if not more:
                self._stream = None  # Granian ends the answer when nobody holds its stream
        self.done = not more


async def _left(proto: Proto) -> None:
    """Until the client goes away."""
    await proto.client_disconnect()


class Bridge:
    def __init__(self, app: AsgiApp, headers: list[tuple[str, str]]) -> None:
        self._app = app
        self._headers = headers

    async def handle(self, scope: Scope, proto: Proto, path: str, more: dict[str, Any]) -> int:
        """Serve one request; the status of the answer. Raises `TooLarge`."""
        body: bytes | None = None
        if scope.method not in ("GET", "HEAD", "OPTIONS"):
            body = await read_body(scope, proto)
        given, leaving = False, None

        async def receive() -> Message:
            nonlocal given, leaving
            if not given:
                given = True
                return {"type": "http.request", "body": body or b"", "more_body": False}
            # Granian's future does not let itself be cancelled; waiting beside it does.
            leaving = leaving or asyncio.ensure_future(_left(proto))
            await asyncio.wait({leaving})
            return {"type": "http.disconnect"}

        answer = Answer(proto, self._headers)
        try:
            await self._app(asgi_scope(scope, path, more), receive, answer.send)
        finally:
            if leaving is not None:
                leaving.cancel()
        return answer.status
