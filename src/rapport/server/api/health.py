"""For whoever watches over the server: is it there, can it work, what are its numbers?"""

from __future__ import annotations

import msgspec
from litestar import Response, get
from litestar.openapi import ResponseSpec

from rapport.server.api.context import Provided
from rapport.server.operations.metrics import CONTENT_TYPE


class Health(msgspec.Struct):
    status: str = "ok"


class Ready(msgspec.Struct):
    ready: bool
    checks: dict[str, str]  # "ok", or what is wrong


@get("/health", sync_to_thread=False, opt={"public": True})
def health() -> Health:
    """The process answers. Says nothing about the stores."""
    return Health()


@get(
    "/ready",
    opt={"public": True},
    responses={503: ResponseSpec(Ready, description="Not ready; `checks` says why.")},
)
async def ready(context: Provided) -> Response[Ready]:
    """200 when events can be accepted and read, 503 with the reason otherwise."""
    checks = await context.rooms.working(context.readiness.checks)
    fine = all(result == "ok" for result in checks.values())
    return Response(Ready(fine, checks), status_code=200 if fine else 503)


@get("/metrics")
async def metrics(context: Provided) -> Response[bytes]:
    """Prometheus text format."""
    text = await context.rooms.working(context.metrics.text)
    return Response(text, headers={"content-type": CONTENT_TYPE})


ROUTES = [health, ready, metrics]
