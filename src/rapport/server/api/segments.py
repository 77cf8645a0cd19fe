"""Segments: define, list, who is in, what changed, what if, and why."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from rapport.audiences import defining
from rapport.audiences.language import definitions, diffing, writing
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    ComputedTrait,
    Definition,
    ModelOutput,
    Segment,
    SqlQuery,
)
from rapport.audiences.reads import Shown, Version
from rapport.clock import to_iso
from rapport.errors import Conflict, NotFound
from rapport.insights import models
from rapport.server.api import members
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.decisions import Decided, decided_view
from rapport.server.api.shapes import Listing
from rapport.server.views import asked


class NewSegment(msgspec.Struct, forbid_unknown_fields=True):
    """`when` is a condition, as docs/conditions.md describes it."""

    key: str
    when: Any
    name: str = ""
    description: str = ""
    of: str = "people"
    reason: str = ""


class SegmentView(msgspec.Struct):
    key: str
    name: str
    description: str
    of: str
    when: dict[str, Any]
    version: int
    status: str  # filling, sweeping, live, retiring
    progress: float  # of filling and sweeping, 0 to 1
    count: int
    by: str
    reason: str
    at: str


class EditView(msgspec.Struct):
    """One place that differs from the version before; null is nothing there."""

    at: str  # as in errors: when.all[1].value
    before: Any
    after: Any


class VersionView(msgspec.Struct):
    version: int
    status: str  # filling, sweeping, live, replaced, retiring, retired
    by: str
    reason: str
    at: str
    definition: dict[str, Any]  # as a file has it
    edits: list[EditView]  # empty for the first one


@post(
    "/api/v1/segments",
    status_code=201,
    responses={200: ResponseSpec(SegmentView, description="A new version of one that was there.")},
)
async def define_segment(
    request: Asked, data: JSONBody[NewSegment], context: Provided
) -> Response[SegmentView]:
    """Define a segment, or a new version of it (200). Members follow from the next moment on. With
    `If-None-Match: *` one that is there already is not replaced (409)."""
    raw = {key: value for key, value in msgspec.structs.asdict(data).items() if key != "reason"}
    raw = {key: value for key, value in raw.items() if value != ""}
    one = definitions.segment(raw)
    status = await status_of(request, context, "segment", one.key)
    await define(request, context, [("segment", raw)], data.reason)
    found = await context.rooms.reading(lambda r: r.audiences.definition("segment", one.key))
    return Response(_view(found), status_code=status)


async def status_of(request: Asked, context: Context, kind: str, key: str) -> int:
    """Of the answer to a definition: 201 when it is made, 200 when there is one. Raises `Conflict`
    when there is one and `If-None-Match: *` asked not to replace it."""
    try:
        shown = await context.rooms.reading(lambda r: r.audiences.definition(kind, key))
    except NotFound:
        return 201
    if request.headers.get("if-none-match", "").strip() == "*":
        raise Conflict(
            f"there is a {kind} {key!r} already, in version {shown.version}",
            hint="choose another key, or leave If-None-Match out to make a new version",
        )
    return 200


async def define(
    request: Asked, context: Context, raw: list[tuple[str, Any]], reason: str
) -> Decided:
    """Raises `Malformed`, which names the node, before anything is written."""
    await fitting(context, raw)
    listed = [{"kind": kind, "definition": each} for kind, each in raw]
    by = principal_of(request).name
    return decided_view(await context.commands.decide("define", by, reason, definitions=listed))


async def fitting(context: Context, raw: list[tuple[str, Any]]) -> Known:
    """All definitions with these among them. Raises `Malformed` when they do not fit."""
    fresh = [defining.read(kind, each) for kind, each in raw]
    known = await context.rooms.reading(lambda reads: reads.audiences.known())
    for one in fresh:
        if isinstance(one, ComputedTrait) and isinstance(one.trait, ModelOutput):
            models.check(one.key, one.trait)
    everything = defining.fit(fresh, known)
    for one in fresh:
        if isinstance(one, ComputedTrait) and isinstance(one.trait, SqlQuery):
            await _answerable(context, one.key, one.trait)
    return everything


async def _answerable(context: Context, key: str, one: SqlQuery) -> None:
    rooms = context.rooms
    seconds, at = float(rooms.settings.sql_timeout_seconds), f"{key}: trait.sql"
    await rooms.asking(lambda: asked.check(rooms.warehouse, one.text, at, seconds))


@get("/api/v1/segments")
async def list_segments(context: Provided) -> Listing[SegmentView]:
    """All segments by key, with their number of members."""
    found = await context.rooms.reading(lambda reads: reads.audiences.definitions("segment"))
    return Listing([_view(each) for each in found])


@get("/api/v1/segments/{key:str}")
async def show_segment(key: FromPath[str], context: Provided) -> SegmentView:
    """One segment: its definition, how many are in it, and whether it is live."""
    return _view(await context.rooms.reading(lambda r: r.audiences.definition("segment", key)))


@delete("/api/v1/segments/{key:str}", status_code=200)
async def retire_segment(request: Asked, key: FromPath[str], context: Provided) -> Decided:
    """End a segment: everybody leaves it. Refused while other definitions look at it."""
    return await retire(request, context, "segment", key)


async def retire(request: Asked, context: Context, kind: str, key: str) -> Decided:
    await context.rooms.reading(lambda reads: reads.audiences.definition(kind, key))
    by = principal_of(request).name
    return decided_view(await context.commands.decide("retire", by, "", kind=kind, key=key))


@get("/api/v1/segments/{key:str}/versions")
async def list_versions(key: FromPath[str], context: Provided) -> Listing[VersionView]:
    """Every version of a segment, the latest first: who, when, why, and what it changed."""
    return await versions(context, "segment", key)


async def versions(context: Context, kind: str, key: str) -> Listing[VersionView]:
    found = await context.rooms.reading(lambda reads: reads.audiences.versions(kind, key))
    before = [each.definition for each in found[1:]]
    pairs = zip(found, [*before, found[-1].definition], strict=True)
    return Listing([_version(one, was) for one, was in pairs])


def _view(shown: Shown) -> SegmentView:
    one = shown.definition
    assert isinstance(one, Segment)  # noqa: S101 - its kind says so
    return SegmentView(
        one.key,
        one.name,
        one.description,
        one.of,
        writing.condition(one.when),
        shown.version,
        shown.status,
        round(shown.progress, 3),
        shown.count,
        shown.by,
        shown.reason,
        to_iso(shown.at),
    )


def _version(one: Version, was: Definition) -> VersionView:
    return VersionView(
        one.version,
        one.status,
        one.by,
        one.reason,
        to_iso(one.at),
        writing.definition(one.definition),
        msgspec.convert(diffing.edits(was, one.definition), list[EditView], from_attributes=True),
    )


ROUTES = [
    define_segment,
    list_segments,
    show_segment,
    retire_segment,
    list_versions,
    *members.ROUTES,
]
