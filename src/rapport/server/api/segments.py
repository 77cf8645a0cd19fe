"""Segments: define, list, who is in, what changed, what if, and why."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from rapport.audiences import defining, definitions, diffing, sql, writing
from rapport.audiences.known import Known
from rapport.audiences.model import ComputedTrait, Definition, ModelOutput, Segment
from rapport.audiences.reads import Change, Shown, Version
from rapport.clock import to_iso
from rapport.errors import Malformed
from rapport.ids import profile_id
from rapport.insights import models
from rapport.server import why
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.decisions import Decided, decided_view
from rapport.server.api.profiles import ProfileSummary, find
from rapport.server.api.shapes import Listing, page_size
from rapport.server.paths import unfold
from rapport.server.rooms import Reads
from rapport.warehouse.dialects import dialect_for

SAMPLE = 10


class NewSegment(msgspec.Struct, forbid_unknown_fields=True):
    """`when` is a condition, as docs/conditions.md describes it."""

    key: str
    when: Any
    name: str = ""
    description: str = ""
    of: str = "people"
    reason: str = ""


class Preview(msgspec.Struct, forbid_unknown_fields=True):
    when: Any


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


class PreviewView(msgspec.Struct):
    count: int
    sample: list[ProfileSummary]


class ChangeView(msgspec.Struct):
    profile: str
    entered: bool
    at: str
    reason: dict[str, Any]  # by: events, traits, timer, identity, definition; messages; due
    version: int


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


class WhyView(msgspec.Struct):
    """`member` is what holds now; `verdict` looks at the events that the warehouse has."""

    profile: str
    member: bool
    since: str | None
    verdict: dict[str, Any]
    changes: list[ChangeView]


@post("/api/v1/segments", status_code=201)
async def define_segment(
    request: Asked, data: JSONBody[NewSegment], context: Provided
) -> SegmentView:
    """Define a segment, or a new version of it. Members follow from the next moment on."""
    raw = {key: value for key, value in msgspec.structs.asdict(data).items() if key != "reason"}
    raw = {key: value for key, value in raw.items() if value != ""}
    one = definitions.segment(raw)
    await define(request, context, [("segment", raw)], data.reason)
    return _view(await context.rooms.reading(lambda r: r.audiences.definition("segment", one.key)))


async def define(
    request: Asked, context: Context, raw: list[tuple[str, Any]], reason: str
) -> Decided:
    """Raises `Malformed`, which names the node, before anything is written."""
    fresh = [defining.read(kind, each) for kind, each in raw]
    known = await context.rooms.reading(lambda reads: reads.audiences.known())
    defining.fit(fresh, known)
    for one in fresh:
        if isinstance(one, ComputedTrait) and isinstance(one.trait, ModelOutput):
            models.check(one.key, one.trait)
    listed = [{"kind": kind, "definition": each} for kind, each in raw]
    by = principal_of(request).name
    return decided_view(await context.commands.decide("define", by, reason, definitions=listed))


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


@get("/api/v1/segments/{key:str}/members")
async def list_members(
    key: FromPath[str],
    context: Provided,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Listing[ProfileSummary]:
    """Who is in the segment, by id. `count` is of all of them."""
    after, size = number(cursor) or 0, page_size(limit)

    def read(reads: Reads) -> Listing[ProfileSummary]:
        shown = reads.audiences.definition("segment", key)
        found = reads.audiences.members(key, size + 1, after)
        more = str(found[size - 1]) if len(found) > size else None
        return Listing(_summaries(reads, found[:size]), more, shown.count)

    return await context.rooms.reading(read)


@get("/api/v1/segments/{key:str}/changes")
async def list_changes(
    key: FromPath[str],
    context: Provided,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Listing[ChangeView]:
    """Who entered and left, the latest first, each with the reason."""
    before, size = number(cursor), page_size(limit)

    def read(reads: Reads) -> Listing[ChangeView]:
        reads.audiences.definition("segment", key)
        found = reads.audiences.changes(key, size + 1, before)
        more = str(found[size - 1].seq) if len(found) > size else None
        return Listing([_change(each) for each in found[:size]], more)

    return await context.rooms.reading(read)


@get("/api/v1/segments/{key:str}/versions")
async def list_versions(key: FromPath[str], context: Provided) -> Listing[VersionView]:
    """Every version of a segment, the latest first: who, when, why, and what it changed."""
    return await versions(context, "segment", key)


async def versions(context: Context, kind: str, key: str) -> Listing[VersionView]:
    found = await context.rooms.reading(lambda reads: reads.audiences.versions(kind, key))
    before = [each.definition for each in found[1:]]
    pairs = zip(found, [*before, found[-1].definition], strict=True)
    return Listing([_version(one, was) for one, was in pairs])


@post("/api/v1/segments/preview", status_code=200, opt={"scope": "read"})
async def preview_segment(data: JSONBody[Preview], context: Provided) -> PreviewView:
    """How many would be in, and some of them. Nothing is stored."""
    one = definitions.segment({"key": "unsaved_preview", "when": data.when})
    known = await context.rooms.reading(lambda reads: reads.audiences.known())
    found = await context.rooms.asking(lambda: _ask(context, one, defining.fit([one], known)))
    sample = [row["profile"] for row in found[:SAMPLE]]
    people = await context.rooms.reading(lambda reads: _summaries(reads, sample))
    return PreviewView(found[0]["count"] if found else 0, people)


@get("/api/v1/segments/{key:str}/why/{ref:str}")
async def why_member(key: FromPath[str], ref: FromPath[str], context: Provided) -> WhyView:
    """Why this person is in the segment, or is not: each part of the condition, with events."""

    def read(reads: Reads) -> WhyView:
        shown = reads.audiences.definition("segment", key)
        profile = find(reads, unfold(ref))
        since = reads.audiences.since(key, profile)
        changes = reads.audiences.changes(key, 20, profile=profile)
        assert isinstance(shown.definition, Segment)  # noqa: S101 - its kind says so
        condition, known = shown.definition.when, reads.audiences.known()
        verdict = why.explain(context.rooms, reads, condition, profile, known)
        return WhyView(
            profile_id(profile),
            since is not None,
            None if since is None else to_iso(since),
            verdict,
            [_change(each) for each in changes],
        )

    return await context.rooms.studying(read)


def number(cursor: str | None) -> int | None:
    """Raises `Malformed` for what no list gave out."""
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 18:
        raise Malformed("this cursor is none of ours", hint="pass `next` as it was given")
    return int(cursor)


def _ask(context: Context, one: Segment, known: Known) -> list[dict[str, Any]]:
    warehouse = context.rooms.warehouse
    dialect = dialect_for(warehouse.capabilities.dialect)
    zones = [row["zone"] for row in warehouse.read(dialect.sql(sql.zones_in_use(dialect)))]
    now = context.rooms.clock.now()
    named = [zone for zone in zones if zone is not None]
    inner = sql.snapshot([one], known, now, dialect, zones=named)
    text = (
        f'SELECT profile, count(*) OVER () AS "count" FROM ({dialect.sql(inner)}) AS found'
        f" WHERE {one.key} ORDER BY profile LIMIT {SAMPLE}"
    )
    return warehouse.read(text)


def _summaries(reads: Reads, profiles: list[int]) -> list[ProfileSummary]:
    return msgspec.convert(reads.profiles.summaries(profiles), list[ProfileSummary])


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


def _change(one: Change) -> ChangeView:
    reason = dict(one.reason)
    if "due" in reason:
        reason["due"] = to_iso(reason["due"])
    return ChangeView(profile_id(one.profile), one.entered, to_iso(one.at), reason, one.version)


ROUTES = [
    define_segment,
    list_segments,
    preview_segment,
    show_segment,
    retire_segment,
    list_members,
    list_changes,
    list_versions,
    why_member,
]
