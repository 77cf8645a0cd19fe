"""The one RSGI application: tracking routes, then API and health, then the console's files.

The order is that of traffic. Authentication happens here, before any route is looked up, so that a
route that forgets to ask cannot exist.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any, Protocol

import apsw
import msgspec

from rapport.database import unreadable
from rapport.errors import RapportError, Retryable
from rapport.server.access.auth import PUBLIC, Gate
from rapport.server.operations.metrics import Metrics
from rapport.server.web import static
from rapport.server.web.bridge import Bridge, Proto, Scope
from rapport.server.web.glance import Glance
from rapport.server.web.paths import fold

log = logging.getLogger("rapport.http")
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
STREAM = "/api/v1/live"  # lasts as long as somebody watches; says nothing about speed
PLAIN = ("/health", "/ready", "/metrics")


class Tracking(Protocol):
    async def handle(self, scope: Any, proto: Any) -> bool: ...


class App:
    def __init__(
        self,
        tracking: Tracking,
        gate: Gate,
        bridge: Bridge,
        console: static.Console,
        metrics: Metrics,
        glance: Glance,
    ) -> None:
        self._tracking = tracking
        self._gate = gate
        self._bridge = bridge
        self._console = console
        self._metrics = metrics
        self._glance = glance

    async def __call__(self, scope: Scope, proto: Proto) -> None:
        try:
            if await self._tracking.handle(scope, proto):
                return
        except Exception:  # here, since Granian would quote the exception in its log
            log.exception("a tracking request failed", extra={"method": scope.method})
            refuse(proto, _inside())
            return
        path = scope.path
        if path.startswith("/api/") or path in PLAIN:
            await self._api(scope, proto, path)
            return
        reply = self._console.reply(
            scope.method, path, scope.headers.get("accept-encoding", "") or ""
        )
        body = b"" if scope.method == "HEAD" else reply.body
        proto.response_bytes(reply.status, reply.headers, body)

    async def _api(self, scope: Scope, proto: Proto, path: str) -> None:
        begun = time.perf_counter()
        more: dict[str, Any] = {}
        if scope.method == "HEAD" and path in PLAIN:  # as monitors of uptime ask
            more["method"] = "GET"
        try:
            if (scope.method, path) not in PUBLIC:
                more["principal"] = self._gate.admit(scope)
                if path == STREAM:
                    more["admit"] = partial(self._gate.admit, scope)  # to be asked again
            elif scope.method == "POST":
                self._gate.check_origin(scope)
            if self._glance.wants(scope, path):
                status = await self._glance.answer(proto, path, more["principal"])
            else:
                status = await self._bridge.handle(scope, proto, fold(scope.method, path), more)
        except RapportError as error:
            status = refuse(proto, error)
        except apsw.Error as error:
            log.error("a store failed: %s", type(error).__name__, extra={"method": scope.method})
            status = refuse(proto, unreadable("a store", error))
        except Exception:
            log.exception("a request failed", extra={"method": scope.method})
            status = refuse(proto, _inside())
        if path != STREAM:
            method = scope.method if scope.method in METHODS else "other"
            self._metrics.api.labels(method, status).observe(time.perf_counter() - begun)


def _inside() -> RapportError:
    """What to say of a mistake of ours."""
    return RapportError("something went wrong inside", hint="see the server's log")


def refuse(proto: Proto, error: RapportError) -> int:
    """Answer with an error; its status."""
    headers = [*static.API_SECURITY, ("content-type", "application/json")]
    if error.status == 401:
        headers.append(("www-authenticate", 'Bearer realm="rapport"'))
    if isinstance(error, Retryable):
        headers.append(("retry-after", str(error.retry_after)))
    proto.response_bytes(error.status, headers, msgspec.json.encode(error.as_dict()))
    return error.status
