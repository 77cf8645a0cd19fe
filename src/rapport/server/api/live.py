"""The stream of what is being stored, as server-sent events."""

from __future__ import annotations

from litestar import get
from litestar.params import FromQuery
from litestar.response import Stream

from rapport.server.api.context import Asked, Provided, still_reads
from rapport.server.views.live import Filter


@get("/api/v1/live", media_type="text/event-stream")
async def live(
    request: Asked,
    context: Provided,
    source: FromQuery[str] = "",
    type: FromQuery[str] = "",
    event: FromQuery[str] = "",
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
) -> Stream:
    """`event: past` with the latest 50, then `event: event` for each that is stored, quarantined or
    a duplicate, and `event: skipped` when there are too many. Ends with the session or key.
    """
    wanted = Filter(source, type, event, q, status)
    frames = context.live.watch(wanted, lambda: still_reads(request))
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(frames, headers=headers, media_type="text/event-stream")


ROUTES = [live]
