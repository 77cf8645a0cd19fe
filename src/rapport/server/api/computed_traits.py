"""Computed traits: define, list, and every version."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from rapport.audiences.language import definitions, writing
from rapport.audiences.language.model import ComputedTrait
from rapport.audiences.reads import Shown
from rapport.clock import to_iso
from rapport.ids import parse_profile_id
from rapport.server.api.context import Asked, Context, Provided
from rapport.server.api.decisions import Decided
from rapport.server.api.members import UNSAVED, fitting, summaries
from rapport.server.api.profiles import ProfileSummary
from rapport.server.api.segments import VersionView, define, retire, status_of, versions
from rapport.server.api.shapes import Listing
from rapport.server.rooms import Reads
from rapport.server.views import snapshots
from rapport.server.views.asked import Failure


class NewTrait(msgspec.Struct, forbid_unknown_fields=True):
    """`trait` is a computation, as docs/conditions.md describes it."""

    key: str
    trait: Any
    name: str = ""
    description: str = ""
    reason: str = ""


class TraitView(msgspec.Struct):
    key: str
    name: str
    description: str
    trait: dict[str, Any]
    version: int
    status: str  # filling, sweeping, live, retiring
    progress: float  # of filling and sweeping, 0 to 1
    count: int  # profiles with a value
    by: str
    reason: str
    at: str
    error: Failure | None = None  # of a trait in SQL that could not be asked the last time


class TraitDraft(msgspec.Struct, forbid_unknown_fields=True):
    trait: Any


class ValueOf(msgspec.Struct):
    profile: ProfileSummary
    value: Any


class TraitPreview(msgspec.Struct):
    """`count` is of profiles with a value; unless `exact` there are at least so many."""

    count: int
    sample: list[ValueOf]
    exact: bool


@post(
    "/api/v1/computed-traits",
    status_code=201,
    responses={200: ResponseSpec(TraitView, description="A new version of one that was there.")},
)
async def define_trait(
    request: Asked, data: JSONBody[NewTrait], context: Provided
) -> Response[TraitView]:
    """Define a computed trait, or a new version of it (200), as segments are."""
    raw = {key: value for key, value in msgspec.structs.asdict(data).items() if key != "reason"}
    raw = {key: value for key, value in raw.items() if value != ""}
    one = definitions.computed_trait(raw)
    status = await status_of(request, context, "trait", one.key)
    await define(request, context, [("trait", raw)], data.reason)
    found = await context.rooms.reading(lambda r: r.audiences.definition("trait", one.key))
    return Response(_view(context, found), status_code=status)


@get("/api/v1/computed-traits")
async def list_traits(context: Provided) -> Listing[TraitView]:
    """All computed traits by key."""
    found = await context.rooms.reading(lambda reads: reads.audiences.definitions("trait"))
    return Listing([_view(context, each) for each in found])


@get("/api/v1/computed-traits/{key:str}")
async def show_trait(key: FromPath[str], context: Provided) -> TraitView:
    """One computed trait."""
    found = await context.rooms.reading(lambda r: r.audiences.definition("trait", key))
    return _view(context, found)


@post("/api/v1/computed-traits/preview", status_code=200, opt={"scope": "read"})
async def preview_trait(data: JSONBody[TraitDraft], context: Provided) -> TraitPreview:
    """How many would have a value, and which, of some of them. Nothing is stored."""
    one = definitions.computed_trait({"key": UNSAVED, "trait": data.trait})

    def ask(reads: Reads) -> TraitPreview:
        known = fitting(one, reads.audiences.known())
        found = snapshots.values(context.rooms, reads, one, known)
        held = dict(found.sample)
        people = {parse_profile_id(each.id): each for each in summaries(reads, [*held])}
        sample = [ValueOf(people[who], value) for who, value in held.items() if who in people]
        return TraitPreview(found.count, sample, found.exact)

    return await context.rooms.studying(ask)


@delete("/api/v1/computed-traits/{key:str}", status_code=200)
async def retire_trait(request: Asked, key: FromPath[str], context: Provided) -> Decided:
    """End a computed trait. Refused while other definitions look at it."""
    return await retire(request, context, "trait", key)


@get("/api/v1/computed-traits/{key:str}/versions")
async def list_versions(key: FromPath[str], context: Provided) -> Listing[VersionView]:
    """Every version of a computed trait, the latest first, as those of segments."""
    return await versions(context, "trait", key)


def _view(context: Context, shown: Shown) -> TraitView:
    one = shown.definition
    failure = context.rooms.failures.get(shown.key)
    assert isinstance(one, ComputedTrait)  # noqa: S101 - its kind says so
    return TraitView(
        one.key,
        one.name,
        one.description,
        writing.computation(one.trait),
        shown.version,
        shown.status,
        round(shown.progress, 3),
        shown.count,
        shown.by,
        shown.reason,
        to_iso(shown.at),
        failure if failure is not None and failure.version == shown.version else None,
    )


ROUTES = [
    define_trait,
    preview_trait,
    list_traits,
    show_trait,
    retire_trait,
    list_versions,
]
