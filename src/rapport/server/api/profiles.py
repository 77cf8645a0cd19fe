"""Profiles: one person, why each value is what it is, what happened, and setting traits by API."""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from rapport.errors import Malformed, NotFound
from rapport.ids import profile_id
from rapport.server.api.context import Asked, Provided, principal_of
from rapport.server.api.shapes import Listing, StoredEvent, instant, page_size
from rapport.server.commands import Written
from rapport.server.rooms import Reads
from rapport.server.views import people
from rapport.server.web.paths import unfold
from rapport.warehouse.people import People
from rapport.warehouse.timeline import Wanted

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class IdentifierRef(msgspec.Struct):
    type: str
    value: str


class ProfileSummary(msgspec.Struct):
    id: str
    name: str | None
    identifiers: list[IdentifierRef]
    first_seen: str | None
    last_seen: str | None
    events: int
    brands: list[str]
    known: bool


class ProfileListing(msgspec.Struct):
    """One page. `count` is of all that fit; without `exact` there are at least so many."""

    items: list[ProfileSummary]
    next: str | None
    count: int
    exact: bool


class SeenIdentifier(msgspec.Struct):
    type: str
    value: str
    first_seen: str | None
    last_seen: str | None
    count: int
    sources: list[str]
    shared: bool


class AccountRef(msgspec.Struct):
    id: str
    traits: dict[str, Any]


class EventCount(msgspec.Struct):
    count: int
    first: str | None
    last: str | None


class Counters(msgspec.Struct):
    total: int
    events: dict[str, EventCount]


class Profile(msgspec.Struct):
    id: str
    name: str | None
    known: bool
    identifiers: list[SeenIdentifier]
    traits: dict[str, Any]
    first_seen: str | None
    last_seen: str | None
    sources: list[str]
    brands: list[str]
    accounts: list[AccountRef]
    counters: Counters
    segments: list[str]
    computed: dict[str, Any]  # values of computed traits
    explain: dict[str, Any] | None = None  # only with ?explain=true


class Traits(msgspec.Struct, forbid_unknown_fields=True):
    traits: dict[str, Any]


class PinnedValue(msgspec.Struct, forbid_unknown_fields=True):
    value: Any
    reason: str = ""


def find(reads: Reads, ref: str) -> int:
    return reads.profiles.find(unfold(ref))


def named_with(reads: Reads, ref: str, tail: str) -> Profile | None:
    """The profile whose value itself ends in `tail`, if `ref` without it names nobody."""
    try:
        find(reads, ref)
    except NotFound:
        try:
            profile = reads.profiles.find(unfold(ref) + tail)
        except NotFound:
            return None
        return cast("Profile", reads.profiles.get(profile))
    return None


@get("/api/v1/profiles")
async def list_profiles(
    context: Provided,
    q: FromQuery[str] = "",
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
    sort: FromQuery[str] = "-last_seen",
    known: FromQuery[bool | None] = None,
    brand: FromQuery[str | None] = None,
    source: FromQuery[str | None] = None,
) -> ProfileListing:
    """Last active first; with `q`, those with an identifier or trait that begins with it.

    `sort` is last_seen or first_seen, with a minus for the latest first.
    """
    wanted = People(known=known, brand=brand or None, source=source or None, sort=sort)
    found = await people.page(context.rooms, q, wanted, page_size(limit), cursor)
    items = await context.rooms.reading(lambda reads: reads.profiles.summaries(found.profiles))
    return ProfileListing(cast("list[ProfileSummary]", items), found.next, found.count, found.exact)


@get("/api/v1/profiles/export")
async def export_profiles(
    context: Provided,
    format: FromQuery[str] = "csv",
    ids: FromQuery[str] = "",
    q: FromQuery[str] = "",
    sort: FromQuery[str] = "-last_seen",
    known: FromQuery[bool | None] = None,
    brand: FromQuery[str | None] = None,
    source: FromQuery[str | None] = None,
) -> Stream:
    """A file of those that fit, or of `ids` (`p_1,p_2`): `format` is csv or json."""
    if format not in MEDIA:
        raise Malformed(f"cannot export as {format!r}", hint=f"use {' or '.join(MEDIA)}")
    wanted = People(known=known, brand=brand or None, source=source or None, sort=sort)
    rooms = context.rooms
    if ids:
        named = [id for id in ids.split(",") if id]
        profiles = await rooms.reading(lambda reads: [find(reads, id) for id in named])
    else:
        profiles = await people.every(rooms, q, wanted)
    headers = {"content-disposition": f'attachment; filename="people.{format}"'}
    lines = people.written(rooms, profiles, format)
    return Stream(lines, headers=headers, media_type=MEDIA[format])


@get("/api/v1/profiles/{ref:str}")
async def show_profile(
    ref: FromPath[str], context: Provided, explain: FromQuery[bool] = False
) -> Profile:
    """One profile, by `type:value` or by its id `p_…`. Every id ever issued keeps resolving."""

    def read(reads: Reads) -> dict[str, Any]:
        return reads.profiles.get(find(reads, ref), explain=explain)

    return cast("Profile", await context.rooms.reading(read))


@patch("/api/v1/profiles/{ref:str}/traits")
async def set_traits(ref: FromPath[str], data: JSONBody[Traits], context: Provided) -> Written:
    """Set the named traits, leave the others. `null` removes one."""
    profile = await context.rooms.reading(lambda reads: find(reads, ref))
    return await context.commands.set_traits(profile, data.traits)


@put("/api/v1/profiles/{ref:str}/traits")
async def replace_traits(ref: FromPath[str], data: JSONBody[Traits], context: Provided) -> Written:
    """Set exactly the named traits: every other one is removed."""

    def read(reads: Reads) -> tuple[int, dict[str, Any]]:
        profile = find(reads, ref)
        return profile, reads.profiles.get(profile)["traits"]

    profile, before = await context.rooms.reading(read)
    return await context.commands.set_traits(profile, dict.fromkeys(before) | data.traits)


def _identifier(reads: Reads, ref: str) -> str:
    """The identifier that a pin is kept at: the one named, or the profile's strongest."""
    text = unfold(ref)
    if ":" in text and reads.identity.resolve(text):
        return text
    strongest = reads.identity.strongest(find(reads, ref))
    if strongest is None:
        raise NotFound(f"no profile for {text!r}")
    return strongest


@post("/api/v1/profiles/{ref:str}/pins/{trait:str}", status_code=200)
async def pin(
    request: Asked,
    ref: FromPath[str],
    trait: FromPath[str],
    data: JSONBody[PinnedValue],
    context: Provided,
) -> Written:
    """Decide the value of a trait by hand: it wins over every source until it is unpinned."""
    identifier = await context.rooms.reading(lambda reads: _identifier(reads, ref))
    by = principal_of(request).name
    return await context.commands.decide(
        "pin", by, data.reason, identifier=identifier, trait=unfold(trait), value=data.value
    )


@delete("/api/v1/profiles/{ref:str}/pins/{trait:str}", status_code=200, opt={"scope": "write"})
async def unpin(
    request: Asked,
    ref: FromPath[str],
    trait: FromPath[str],
    context: Provided,
    reason: FromQuery[str] = "",
) -> Written:
    """Let the sources decide again."""

    name = unfold(trait)
    identifier = await context.rooms.reading(lambda reads: _pinned_at(reads, ref, name))
    return await context.commands.decide(
        "unpin", principal_of(request).name, reason, identifier=identifier, trait=name
    )


def _pinned_at(reads: Reads, ref: str, trait: str) -> str:
    why = reads.profiles.get(find(reads, ref), explain=True)["explain"].get(trait, {})
    if not why.get("pinned"):
        raise NotFound(f"the trait {trait!r} is not pinned")
    return str(why["identifier"])


@get("/api/v1/profiles/{ref:str}/events")
async def profile_events(
    ref: FromPath[str],
    context: Provided,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
    type: FromQuery[str | None] = None,
    event: FromQuery[str | None] = None,
    source: FromQuery[str | None] = None,
    since: Annotated[str | None, QueryParameter(name="from")] = None,
    until: Annotated[str | None, QueryParameter(name="to")] = None,
) -> Listing[StoredEvent] | Profile:
    """What happened, newest first. `from` and `to` are instants in ISO 8601, both inclusive."""
    size, first, last = page_size(limit), instant(since), instant(until)

    def members(reads: Reads) -> tuple[int, list[int]] | Profile:
        if other := named_with(reads, ref, "/events"):
            return other
        profile = find(reads, ref)
        return profile, reads.identity.members_of(profile)

    found = await context.rooms.reading(members)
    if not isinstance(found, tuple):
        return found
    profile, nodes = found
    wanted = Wanted(
        nodes=nodes,
        type=type or None,
        event=event or None,
        source=source or None,
        from_time=first,
        to_time=last,
    )
    items, after = await context.rooms.asking(
        lambda: context.rooms.history.timeline(wanted, limit=size, cursor=cursor)
    )
    shown = [item | {"profile": profile_id(profile), "status": "stored"} for item in items]
    return Listing(cast("list[StoredEvent]", shown), after)


ROUTES = [
    list_profiles,
    export_profiles,
    show_profile,
    set_traits,
    replace_traits,
    pin,
    unpin,
    profile_events,
]
