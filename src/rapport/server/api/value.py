"""What customers are worth together: classes, revenue to come, what orders are due to, the like."""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
import numpy as np
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from rapport.clock import to_iso
from rapport.errors import Malformed
from rapport.insights.kernels.credits import Rule
from rapport.insights.value.attribution import Credit
from rapport.server.api.context import Provided
from rapport.server.api.members import number
from rapport.server.api.profiles import ProfileSummary
from rapport.server.api.shapes import LARGEST_PAGE, Listing, instant, page_size

MOST_DAYS = 365


class ClassView(msgspec.Struct):
    """`share` of all customers."""

    name: str
    meaning: str
    people: int
    share: float
    revenue: float
    orders: int


class Classes(msgspec.Struct):
    """`currency` of all amounts of customer value; null where orders tell none, or several."""

    as_of: str
    customers: int
    revenue: float
    currency: str | None
    classes: list[ClassView]


class Day(msgspec.Struct):
    """`low` to `high` holds eight times of ten."""

    day: str
    revenue: float
    low: float
    high: float


class PastDay(msgspec.Struct):
    day: str
    revenue: float


class ForecastView(msgspec.Struct):
    """`past`: the whole days before `days`, twice as many, and four weeks at least."""

    days: list[Day]
    past: list[PastDay]
    total: float
    total_low: float
    total_high: float
    metrics: dict[str, float]
    notes: list[str]


class AttributionQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """Of orders from `from` (inclusive) to `to`; without them, of all."""

    rule: Rule = "last"
    since: str | None = msgspec.field(default=None, name="from")
    until: str | None = msgspec.field(default=None, name="to")


class ChannelCredit(msgspec.Struct):
    """`channel` is null for orders that nothing came before."""

    channel: str | None
    orders: float
    revenue: float


class AttributionView(msgspec.Struct):
    rule: str
    channels: list[ChannelCredit]
    orders: int
    revenue: float


class LikeQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """The nearest `k` customers to the members of `segment`."""

    segment: str
    k: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100


class Like(msgspec.Struct):
    rank: int
    similarity: float
    profile: ProfileSummary


class LikeView(msgspec.Struct):
    """The first `LARGEST_PAGE` of them; a computed trait of the model lookalikes holds all."""

    count: int
    people: list[Like]
    metrics: dict[str, float]
    parameters: dict[str, float]


@get("/api/v1/value/classes")
async def show_classes(context: Provided) -> Classes:
    """The classes of RFM: how many customers and how much revenue each has."""
    now, found = await context.rooms.asking(context.rooms.worth.classes)
    currency = await context.rooms.asking(context.rooms.worth.currency)
    views = [ClassView(*each) for each in found]
    return Classes(
        to_iso(now),
        sum(each.people for each in views),
        round(sum(each.revenue for each in views), 2),
        currency,
        views,
    )


@get("/api/v1/value/classes/{name:str}/people")
async def list_class(
    name: FromPath[str],
    context: Provided,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Listing[ProfileSummary]:
    """Who is in a class, by id. `count` is of all of them."""
    after, size = number(cursor) or 0, page_size(limit)
    found = await context.rooms.asking(lambda: context.rooms.worth.people_of(name))
    page = found[found > after][: size + 1].tolist()
    items = await context.rooms.reading(lambda reads: reads.profiles.summaries(page[:size]))
    more = str(page[size - 1]) if len(page) > size else None
    return Listing(cast("list[ProfileSummary]", items), more, len(found))


@get("/api/v1/value/forecast")
async def show_forecast(context: Provided, days: FromQuery[int] = 30) -> ForecastView:
    """Revenue of the coming days, with intervals that were measured on the past."""
    if not 1 <= days <= MOST_DAYS:
        raise Malformed(f"days is 1 to {MOST_DAYS}")
    found = await context.rooms.asking(lambda: context.rooms.worth.forecast(days))
    return ForecastView(
        [Day(to_iso(p.at)[:10], p.revenue, p.low, p.high) for p in found.points],
        [PastDay(to_iso(p.at)[:10], p.revenue) for p in found.past],
        *(found.total, found.total_low, found.total_high),
        dict(found.card.metrics),
        [each if isinstance(each, str) else each.text for each in found.card.notes],
    )


@post("/api/v1/value/attribution", status_code=200, opt={"scope": "read"})
async def attribute(data: JSONBody[AttributionQuestion], context: Provided) -> AttributionView:
    """Which channels orders are due to, by one of five rules. Shares of an order sum to 1."""
    start, end = instant(data.since), instant(data.until)
    found = await context.rooms.asking(
        lambda: context.rooms.worth.attribution(data.rule, start, end)
    )
    credits: list[tuple[str | None, Credit]] = [*found.channels.items()]
    credits.sort(key=lambda each: (-each[1].revenue, str(each[0])))
    credits.append((None, found.unattributed))
    listed = [ChannelCredit(name, each.orders, each.revenue) for name, each in credits]
    return AttributionView(found.rule, listed, found.orders, found.revenue)


@post("/api/v1/value/lookalikes", status_code=200, opt={"scope": "read"})
async def find_alike(data: JSONBody[LikeQuestion], context: Provided) -> LikeView:
    """The customers nearest to the members of a segment, with how near; never its members."""
    rooms = context.rooms
    run = await rooms.asking(lambda: rooms.worth.lookalikes(rooms.members(data.segment), data.k))
    order = np.argsort(run.values["lookalike_rank"].to_numpy(), kind="stable")[:LARGEST_PAGE]
    rows = run.values.take(order).to_pylist()
    profiles = [row["profile"] for row in rows]
    known: dict[str, Any] = {
        each["id"]: each for each in await rooms.reading(lambda r: r.profiles.summaries(profiles))
    }
    people = [
        Like(row["lookalike_rank"], row["lookalike_similarity"], known[f"p_{row['profile']}"])
        for row in rows
        if f"p_{row['profile']}" in known
    ]
    card = run.card
    return LikeView(len(run.values), people, dict(card.metrics), dict(card.parameters))


ROUTES = [show_classes, list_class, show_forecast, attribute, find_alike]
