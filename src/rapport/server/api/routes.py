"""All routes of the management API, put together into one Litestar application."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, get
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from rapport import __version__
from rapport.server.api import (
    accounts,
    computed_traits,
    dashboards,
    decisions,
    definitions,
    described,
    events,
    exports,
    failures,
    health,
    identity,
    insights,
    keys,
    live,
    mailing,
    models,
    operations,
    overview,
    profiles,
    quarantine,
    rules,
    running,
    segments,
    session,
    sources,
    sql,
    survivorship,
    trace,
    users,
    value,
)
from rapport.server.api.context import Asked, Context, Provided, has_scope

AREAS = (
    health,
    session,
    users,
    keys,
    sources,
    overview,
    profiles,
    survivorship,
    identity,
    decisions,
    rules,
    accounts,
    events,
    quarantine,
    live,
    sql,
    insights,
    running,
    dashboards,
    mailing,
    trace,
    operations,
    exports,
    segments,
    computed_traits,
    definitions,
    models,
    value,
)


def build(context: Context) -> Litestar:
    """The ASGI application. Who calls is decided before it is reached (server/web/app.py)."""

    def provide() -> Context:
        return context

    handlers: list[Any] = [route for area in AREAS for route in area.ROUTES]
    handlers.append(openapi)
    return Litestar(
        handlers,
        dependencies={"context": Provide(provide, sync_to_thread=False, use_cache=True)},
        guards=[has_scope],
        exception_handlers=failures.HANDLERS,
        openapi_config=_openapi(),
        logging_config=None,
        request_max_body_size=None,
    )


@get("/api/v1/openapi.json", include_in_schema=False)
async def openapi(request: Asked, context: Provided) -> dict[str, Any]:
    """This API, described for machines."""
    return await context.rooms.working(lambda: description(request.app))


def description(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document. Takes a third of a second."""
    return described.describe(app.openapi_schema.to_schema(), AREAS)


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Rapport",
        version=__version__,
        # Litestar's own pages would answer in HTML. This path is not reachable from outside.
        path="/openapi",
        security=[{"apiKey": []}],
        components=Components(
            security_schemes={
                "apiKey": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A management API key; or a session cookie with X-CSRF-Token.",
                )
            }
        ),
    )
