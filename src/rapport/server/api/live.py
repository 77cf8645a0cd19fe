"""The stream of what is being stored, as server-sent events."""

from __future__ import annotations

from litestar import get
from litestar.response import Stream

from rapport.server.api.context import Context
from rapport.server.live import Filter


@get("/api/v1/live", media_type="text/event-stream")
async def live(
    context: Context,
    source: str = "",
    type: str = "",
    event: str = "",
    q: str = "",
) -> Stream:
    """`event: event` per stored or quarantined event, `event: skipped` when there are too many."""
    frames = context.live.watch(Filter(source, type, event, q))
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(frames, headers=headers, media_type="text/event-stream")


ROUTES = [live]
