"""The two ways to the management API: HTTP to the running server, or the application itself.

Both go through the same gate and routes. In this process there is no socket: a request is handed to
the application the way the HTTP server would hand it over.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import secrets
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from rapport import errors
from rapport.config import Settings
from rapport.errors import RapportError, Unavailable
from rapport.server.folder import Folder, Lock, Running

if TYPE_CHECKING:
    from rapport.server.background.pulse import PipelineThread

Hear = Callable[[dict[str, Any]], None]
BASE = "/api/v1"
TIMEOUT_SECONDS = 3600.0  # a backup or a full check of a large folder takes its time
# Writes that take effect when the pipeline has read them from the log; the API waits for that.
DECIDED_BY_PIPELINE = (
    *("/identity", "/profiles", "/quarantine"),
    *("/segments", "/computed-traits", "/definitions", "/models"),
)

ONLY_CHECKED = "/definitions/check"


class OverHttp:
    """Calls the server that runs on the data folder, with the token of this start."""

    concurrent = True

    def __init__(self, running: Running) -> None:
        self._running = running

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self._running.token}"}
        status, answer = request(self._running.url, method, BASE + path, body, headers)
        return read(status, answer)

    def lines(self, path: str, body: Any, hear: Hear) -> None:
        headers = {"authorization": f"Bearer {self._running.token}"}
        with opened(self._running.url, "POST", BASE + path, body, headers) as answer:
            if answer.status >= 400:
                read(answer.status, answer.read())
            for line in answer:
                hear(json.loads(line))


class InProcess:
    """Calls the application itself; no server may run on the folder."""

    concurrent = False

    def __init__(self, app: Any, token: str, pipeline: PipelineThread) -> None:
        self._app = app
        self._token = token
        self._pipeline = pipeline
        self._processing = False
        self._loop = asyncio.new_event_loop()

    def lines(self, path: str, body: Any, hear: Hear) -> None:
        proto = self._ask("POST", path, body, lambda part: hear(json.loads(part)))
        if proto.status >= 400:
            read(proto.status, proto.body)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        decides = path.startswith(DECIDED_BY_PIPELINE) and path != ONLY_CHECKED
        if method != "GET" and decides and not self._processing:
            self._pipeline.start()
            self._processing = True
        proto = self._ask(method, path, body)
        return read(proto.status, proto.body)

    def _ask(
        self, method: str, path: str, body: Any, hear: Callable[[bytes], None] | None = None
    ) -> _Proto:
        content = b"" if body is None else json.dumps(body).encode()
        scope = _Scope(method, BASE + path, self._token, len(content))
        proto = _Proto(content, hear)
        self._loop.run_until_complete(self._app(scope, proto))
        return proto

    def close(self) -> None:
        if self._processing:
            self._pipeline.stop()
        self._loop.close()


@contextmanager
def in_process(settings: Settings) -> Iterator[InProcess]:
    """Open the stores for some calls. Raises `Conflict` when a server has just been started."""
    from rapport.server import firststart
    from rapport.server.background.pulse import PipelineThread
    from rapport.server.composition import compose

    folder = Folder(settings.folder)
    lock = Lock(folder.root / "up.lock")
    lock.take()
    try:
        firststart.prepare(settings, folder)
        token = secrets.token_hex(20)
        composition = compose(settings, token)
        composition.start()
        transport = InProcess(composition.app, token, PipelineThread(settings, folder))
        try:
            yield transport
        finally:
            transport.close()
            composition.stop_streams()
            composition.close()
    finally:
        lock.release()


def request(
    url: str, method: str, path: str, body: Any, headers: dict[str, str]
) -> tuple[int, bytes]:
    """One HTTP request with a JSON body: status and content of the answer."""
    with opened(url, method, path, body, headers) as answer:
        return answer.status, answer.read()


@contextmanager
def opened(
    url: str, method: str, path: str, body: Any, headers: dict[str, str]
) -> Iterator[http.client.HTTPResponse]:
    """An answer that can be read as it comes. Raises `Unavailable` when nobody answers."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(
        address.hostname or "127.0.0.1", address.port, timeout=TIMEOUT_SECONDS
    )
    content = None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, path, content, headers | {"content-type": "application/json"})
        yield connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(
            f"the server at {url} does not answer: {error}",
            hint="rapport up starts it; its log says why it ended",
        ) from None
    finally:
        connection.close()


def read(status: int, content: bytes) -> Any:
    """The JSON of an answer. Raises the error that the API described."""
    try:
        answer = json.loads(content) if content else None
    except ValueError:
        answer = None
    if status < 400:
        return answer
    raise error_of(answer, status)


def error_of(answer: Any, status: int = 500) -> RapportError:
    """The error that an answer describes; the tracking API says it without `error` around."""
    given = answer if isinstance(answer, dict) else {}
    problem = given.get("error") or given
    code = problem.get("code", "")
    return _class_of(code)(
        problem.get("message", f"the server answered {status}"),
        hint=problem.get("hint", ""),
        code=code or None,
        details=problem.get("details"),
    )


def _class_of(code: str) -> type[RapportError]:
    known = (
        c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, RapportError)
    )
    return next((c for c in known if c.code == code), RapportError)


class _Headers(dict[str, str]):
    """Only what the gate and the routes ask of a header collection."""


class _Scope:
    def __init__(self, method: str, target: str, token: str, length: int) -> None:
        path, _, query = target.partition("?")
        self.method = method
        self.path = unquote(path)
        self.query_string = query
        self.scheme = "http"
        self.client = "127.0.0.1:0"
        self.server = "127.0.0.1:0"
        self.http_version = "1.1"
        self.headers = _Headers(
            {
                "authorization": f"Bearer {token}",
                "content-type": "application/json",
                "content-length": str(length),
                "host": "127.0.0.1",
            }
        )


class _Proto:
    """Takes the answer instead of writing it to a socket."""

    def __init__(self, content: bytes, hear: Callable[[bytes], None] | None = None) -> None:
        self._content = content
        self._hear = hear
        self._left = asyncio.Event()
        self.status = 500
        self.body = b""

    async def __call__(self) -> bytes:
        return self._content

    async def client_disconnect(self) -> None:
        await self._left.wait()

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.status = status

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.body = status, body

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> _Stream:
        """As with Granian, the answer has ended when nobody holds the stream any more."""
        self.status = status
        stream = _Stream(self)
        weakref.finalize(stream, self._left.set)
        return stream

    def take(self, part: bytes) -> None:
        if self._hear is not None and self.status < 400:
            self._hear(part)
        else:
            self.body += part


class _Stream:
    def __init__(self, proto: _Proto) -> None:
        self._proto = proto

    async def send_bytes(self, part: bytes) -> None:
        self._proto.take(part)
