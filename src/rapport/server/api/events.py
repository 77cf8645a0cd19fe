"""The catalogue: which events arrive, how often, with which properties."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery

from rapport.server.api.context import Context, Provided
from rapport.server.api.shapes import Listing, StoredEvent
from rapport.server.web.paths import unfold

MOST_DAYS = 90


class DayCount(msgspec.Struct):
    day: str
    count: int


class EventKind(msgspec.Struct):
    type: str
    event: str
    count: int
    first_seen: str | None
    last_seen: str | None
    sources: list[str]
    volume: list[DayCount]


class Property(msgspec.Struct):
    name: str
    types: list[str]
    filled: int
    examples: list[Any]


class SourceVolume(msgspec.Struct):
    """What one source sent: in all, and on each of the last days."""

    source: str
    count: int
    volume: list[DayCount]


class EventDetail(msgspec.Struct):
    type: str
    event: str
    count: int
    first_seen: str | None
    last_seen: str | None
    volumes: list[SourceVolume]
    properties: list[Property]
    samples: list[StoredEvent]


@get("/api/v1/events")
async def list_events(context: Provided, days: FromQuery[int] = 14) -> Listing[EventKind]:
    """Every kind of event with its volume per day."""
    found = await context.rooms.asking(lambda: context.rooms.history.catalogue(_span(days)))
    return Listing(cast("list[EventKind]", found), count=len(found))


def _span(days: int) -> int:
    return max(1, min(days, MOST_DAYS))


async def _detail(context: Context, kind: str, event: str, days: int) -> EventDetail:
    found = await context.rooms.asking(
        lambda: context.rooms.history.event_details(kind, event, days=_span(days))
    )
    return cast("EventDetail", found)


@get("/api/v1/events/{kind:str}/{event:str}")
async def show_event(
    kind: FromPath[str], event: FromPath[str], context: Provided, days: FromQuery[int] = 30
) -> EventDetail:
    """One kind of event with its volume per source and day, its properties and latest samples."""
    return await _detail(context, kind, unfold(event), days)


@get("/api/v1/events/{kind:str}")
async def show_nameless_event(
    kind: FromPath[str], context: Provided, days: FromQuery[int] = 30
) -> EventDetail:
    """The same for identify, group and alias, which have no name."""
    return await _detail(context, kind, "", days)


ROUTES = [list_events, show_event, show_nameless_event]
