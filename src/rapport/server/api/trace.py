"""The way of one event through the stages."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath

from rapport.server.api.context import Provided
from rapport.server.views.trace import Trace, Tracer
from rapport.server.web.paths import unfold


@get("/api/v1/trace/{message_id:str}")
async def show_trace(message_id: FromPath[str], context: Provided) -> Trace:
    """What happened to the event with this messageId. `found` is false when nothing is known."""
    tracer, wanted = Tracer(context.rooms, context.slugs()), unfold(message_id)
    return await context.rooms.studying(lambda reads: tracer.trace(reads, wanted))


ROUTES = [show_trace]
