"""Questions that are being answered: how far each is, and ending it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec
from litestar import delete, get
from litestar.params import FromPath

from rapport.clock import to_iso
from rapport.insights.running import Run
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.shapes import Done, Listing
from rapport.warehouse.watch import Watch

T = TypeVar("T")


class RunView(msgspec.Struct):
    """`done` of `of` events were looked at; `of` is null while it is not known."""

    id: str
    kind: str
    by: str
    started_at: str
    done: int
    of: int | None


async def answered(
    request: Asked, context: Context, kind: str, run: str | None, work: Callable[[Watch], T]
) -> T:
    """What `work` gives, with the limits of a question; ended when the client goes away.

    `run` is the name under which it can be watched and cancelled.
    """
    rooms = context.rooms
    with rooms.running.asked(kind, principal_of(request).name, run) as running:
        task = asyncio.ensure_future(rooms.asking(lambda: work(running.watch)))
        gone = asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                running.watch.cancel()
            return await task
        finally:
            gone.cancel()


async def _left(request: Asked) -> None:
    """Until the client is gone. Of a request without a body, that comes first as a message."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


@get("/api/v1/insights/running")
async def list_running(context: Provided) -> Listing[RunView]:
    """Questions that are being answered, or wait for their turn; the oldest first."""
    found = [_view(run) for run in context.rooms.running.all()]
    return Listing(found, count=len(found))


@get("/api/v1/insights/running/{run:str}")
async def show_running(run: FromPath[str], context: Provided) -> RunView:
    """How far one of them is."""
    return _view(context.rooms.running.get(run))


@delete("/api/v1/insights/running/{run:str}", status_code=200, opt={"scope": "read"})
async def cancel(request: Asked, run: FromPath[str], context: Provided) -> Done:
    """End one: its caller gets the error `question_cancelled`. That of another needs `write`."""
    found, caller = context.rooms.running.get(run), principal_of(request)
    if found.by != caller.name:
        caller.needs("write")
    found.watch.cancel()
    return Done()


def _view(run: Run) -> RunView:
    watch = run.watch
    return RunView(run.id, run.kind, run.by, to_iso(run.at), watch.done, watch.of or None)


ROUTES = [list_running, show_running, cancel]
