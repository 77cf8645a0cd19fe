"""The two ways to the management API: HTTP to the running server, or the application itself.

Both go through the same gate and routes. In this process there is no socket: a request is handed to
the application the way the HTTP server would hand it over.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from rapport import errors
from rapport.config import Settings
from rapport.errors import RapportError, Unavailable
from rapport.server.folder import Folder, Lock, Running

if TYPE_CHECKING:
    from rapport.server.pulse import PipelineThread

BASE = "/api/v1"
TIMEOUT_SECONDS = 3600.0  # a backup or a full check of a large folder takes its time
# Writes that take effect when the pipeline has read them from the log; the API waits for that.
DECIDED_BY_PIPELINE = ("/identity", "/profiles", "/quarantine")


class OverHttp:
    """Calls the server that runs on the data folder, with the token of this start."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self._running.token}"}
        status, answer = request(self._running.url, method, BASE + path, body, headers)
        return read(status, answer)


class InProcess:
    """Calls the application itself; no server may run on the folder."""

    def __init__(self, app: Any, token: str, pipeline: PipelineThread) -> None:
        self._app = app
        self._token = token
        self._pipeline = pipeline
        self._processing = False
        self._loop = asyncio.new_event_loop()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        if method != "GET" and path.startswith(DECIDED_BY_PIPELINE) and not self._processing:
            self._pipeline.start()
            self._processing = True
        content = b"" if body is None else json.dumps(body).encode()
        scope, proto = _Scope(method, BASE + path, self._token, len(content)), _Proto(content)
        self._loop.run_until_complete(self._app(scope, proto))
        return read(proto.status, proto.body)

    def close(self) -> None:
        if self._processing:
            self._pipeline.stop()
        self._loop.close()


@contextmanager
def in_process(settings: Settings) -> Iterator[InProcess]:
    """Open the stores for some calls. Raises `Conflict` when a server has just been started."""
    from rapport.server import firststart
    from rapport.server.composition import compose
    from rapport.server.pulse import PipelineThread

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
    """One HTTP request with a JSON body. Raises `Unavailable` when nobody answers."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(
        address.hostname or "127.0.0.1", address.port, timeout=TIMEOUT_SECONDS
    )
    content = None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, path, content, headers | {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
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
    problem = (answer or {}).get("error") or {}
    code = problem.get("code", "")
    raise _class_of(code)(
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

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.status = 500
        self.body = b""

    async def __call__(self) -> bytes:
        return self._content

    async def client_disconnect(self) -> None:
        await asyncio.Event().wait()

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.status = status

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.body = status, body

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Any:
        self.status = status
        return self

    async def send_bytes(self, part: bytes) -> None:
        self.body += part
