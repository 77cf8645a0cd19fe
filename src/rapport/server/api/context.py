"""What a handler is given besides the request: the rooms and the few services of the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope

from rapport.errors import Forbidden, Unauthorized
from rapport.server.access.attempts import Attempts
from rapport.server.access.auth import Principal
from rapport.server.access.front import Front
from rapport.server.access.passwords import Passwords
from rapport.server.access.scopes import scope_of
from rapport.server.background.loading import Loading
from rapport.server.background.models import Models
from rapport.server.commands import Commands
from rapport.server.mailing.service import Mailer
from rapport.server.operations.books import Books
from rapport.server.operations.metrics import Metrics
from rapport.server.operations.readiness import Readiness
from rapport.server.rooms import Rooms
from rapport.server.views.live import Live

Asked: TypeAlias = Request[Any, Any, Any]


class Context:
    def __init__(
        self, rooms: Rooms, live: Live, metrics: Metrics, loading: Loading, url: str
    ) -> None:
        self.rooms = rooms
        self.live = live
        self.metrics = metrics
        self.loading = loading
        self.url = url  # where browsers reach the console
        self.front = Front(rooms.settings)
        self.passwords = Passwords()
        self.attempts = Attempts(rooms.clock)
        self.readiness = Readiness(rooms, loading)
        self.commands = Commands(rooms)
        self.books = Books(rooms)
        self.models = Models(rooms, rooms.models)
        self.mailer = Mailer(rooms, url)

    def slugs(self) -> dict[int, str]:
        """Number of a source → the name by which people know it."""
        return {source.id: source.slug for source in self.rooms.sources.list()}


# The type of a handler's parameter `context`: the one that routes.build puts there.
Provided: TypeAlias = NamedDependency[Context]


def principal_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Who is calling. Raises `Unauthorized` when the gate let nobody in."""
    principal = connection.scope.get("principal")
    if not isinstance(principal, Principal):
        raise Unauthorized("this needs an API key or a session", hint="see docs/api.md")
    return principal


def still_reads(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether who called at the beginning would be let in now, for an answer that lasts."""
    admit = cast("Callable[[], Principal]", connection.scope.get("admit"))  # put there by App
    try:
        admit().needs("read")
    except (Unauthorized, Forbidden):
        return False
    return True


async def has_scope(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard of every route, which needs the scope that `scope_of` names.

    Async although it awaits nothing: Litestar would run a plain function in a thread.
    """
    method = cast("HTTPScope", connection.scope)["method"]  # no route is a websocket
    if scope := scope_of(method, handler.opt):
        principal_of(connection).needs(scope)
