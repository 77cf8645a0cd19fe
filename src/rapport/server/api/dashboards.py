"""Dashboards: kept insights beside each other, over one range of time."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from rapport.insights.boards import MOST_CARDS, Card, Filters
from rapport.insights.saved import Description, Name, Saved
from rapport.server.api.context import Asked, Provided, principal_of
from rapport.server.api.shapes import Done, Listing, iso

Cards = Annotated[list[Card], msgspec.Meta(max_length=MOST_CARDS)]


class NewDashboard(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    name: Name
    cards: Cards = []
    filters: Filters = Filters()
    description: Description = ""


class DashboardChange(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    cards: Cards
    filters: Filters = Filters()
    description: Description = ""


class Dashboard(msgspec.Struct):
    key: str
    version: int
    name: str
    description: str
    cards: list[Card]
    filters: Filters
    saved_at: str | None
    saved_by: str


@get("/api/v1/dashboards")
async def list_dashboards(context: Provided) -> Listing[Dashboard]:
    """All dashboards, by name."""
    found = await context.rooms.working(lambda: context.rooms.saved.latest("dashboard"))
    return Listing([_view(one) for one in found], count=len(found))


@post("/api/v1/dashboards")
async def create_dashboard(
    request: Asked, data: JSONBody[NewDashboard], context: Provided
) -> Dashboard:
    """Make a dashboard. A card may name an insight that is made later."""
    by = principal_of(request).name
    data.filters.check(context.rooms.clock.now())
    return _view(
        await context.rooms.working(
            lambda: context.rooms.saved.create(
                "dashboard", data.key, data.name, _body(data), description=data.description, by=by
            )
        )
    )


@get("/api/v1/dashboards/{key:str}")
async def show_dashboard(key: FromPath[str], context: Provided) -> Dashboard:
    """One dashboard; its answers come from the insights that its cards name."""
    return _view(await context.rooms.working(lambda: context.rooms.saved.get("dashboard", key)))


@put("/api/v1/dashboards/{key:str}")
async def change_dashboard(
    request: Asked, key: FromPath[str], data: JSONBody[DashboardChange], context: Provided
) -> Dashboard:
    """Write the next version of a dashboard."""
    by = principal_of(request).name
    data.filters.check(context.rooms.clock.now())
    return _view(
        await context.rooms.working(
            lambda: context.rooms.saved.replace(
                "dashboard", key, data.name, _body(data), description=data.description, by=by
            )
        )
    )


@delete("/api/v1/dashboards/{key:str}", status_code=200)
async def remove_dashboard(request: Asked, key: FromPath[str], context: Provided) -> Done:
    """Its insights stay. It is not sent any more."""
    by = principal_of(request).name

    def work() -> Done:
        context.rooms.saved.remove("dashboard", key, by=by)
        context.rooms.mailing.remove(key)
        return Done()

    return await context.rooms.working(work)


def _body(data: NewDashboard | DashboardChange) -> dict[str, Any]:
    return {"cards": msgspec.to_builtins(data.cards), "filters": msgspec.to_builtins(data.filters)}


def _view(saved: Saved) -> Dashboard:
    return Dashboard(
        saved.key,
        saved.version,
        saved.name,
        saved.description,
        msgspec.convert(saved.body["cards"], list[Card]),
        msgspec.convert(saved.body["filters"], Filters),
        iso(saved.at),
        saved.author,
    )


ROUTES = [
    list_dashboards,
    create_dashboard,
    show_dashboard,
    change_dashboard,
    remove_dashboard,
]
