"""Definitions as files have them: segments, computed traits, kept insights and dashboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rapport.audiences.language import diffing, writing
from rapport.clock import to_iso
from rapport.insights import documents, schema, written
from rapport.insights.saved import Fresh, Saved, Sort
from rapport.insights.written import Kept
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.segments import EditView, VersionView, define, fitting
from rapport.server.api.shapes import Done, Listing
from rapport.server.rooms import Reads

Listed = list[dict[str, Any]]
Raw = list[tuple[str, Any]]


class Document(msgspec.Struct, forbid_unknown_fields=True):
    segments: Listed = []
    traits: Listed = []
    insights: Listed = []
    dashboards: Listed = []
    reason: str = ""


class Definitions(msgspec.Struct):
    segments: Listed
    traits: Listed
    insights: Listed
    dashboards: Listed


class Applied(msgspec.Struct):
    """`decision` is about segments and traits, where there were some; `kept` says how many insights
    and dashboards have a new version."""

    kept: int
    decision: str | None = None
    status: str | None = None
    offset: int | None = None


@get("/api/v1/definitions")
async def show_definitions(context: Provided) -> Definitions:
    """All segments, traits, kept insights and dashboards, as `rapport pull` writes them."""

    def read(reads: Reads) -> dict[str, Any]:
        shown = [one for kind in ("segment", "trait") for one in reads.audiences.definitions(kind)]
        return writing.document(one.definition for one in shown if one.status != "retiring")

    audiences = await context.rooms.reading(read)
    kept = await context.rooms.working(lambda: _everything(context))
    return Definitions(**{**documents.document(kept), **audiences})


@post("/api/v1/definitions", status_code=200)
async def define_all(request: Asked, data: JSONBody[Document], context: Provided) -> Applied:
    """Define several at once, which may look at each other. Equal ones change nothing."""
    raw, kept = await _checked(context, data)
    by = principal_of(request).name
    fresh = [Fresh(one.sort, one.key, one.name, one.body, one.description) for one in kept]
    answer = Applied(0)
    if raw:
        decided = await define(request, context, raw, data.reason)
        answer = Applied(0, decided.decision, decided.status, decided.offset)
    saved = context.rooms.saved
    answer.kept = await context.rooms.working(lambda: saved.keep(fresh, by=by, reason=data.reason))
    return answer


@post("/api/v1/definitions/check", status_code=200, opt={"scope": "read"})
async def check_all(data: JSONBody[Document], context: Provided) -> Done:
    """Whether several could be defined: the same errors, and nothing is changed."""
    await _checked(context, data)
    return Done()


@get("/api/v1/reference/definitions.schema.json")
async def show_schema() -> dict[str, Any]:
    """JSON Schema (draft 7) of files of definitions, for editors."""
    return schema.document()


@get("/api/v1/saved-insights/{key:str}/versions")
async def list_insight_versions(key: FromPath[str], context: Provided) -> Listing[VersionView]:
    """Every version of a kept question, the latest first, as those of segments."""
    return await _versions(context, "insight", key)


@get("/api/v1/dashboards/{key:str}/versions")
async def list_dashboard_versions(key: FromPath[str], context: Provided) -> Listing[VersionView]:
    """Every version of a dashboard, the latest first, as those of segments."""
    return await _versions(context, "dashboard", key)


async def _checked(context: Context, data: Document) -> tuple[Raw, Sequence[Kept]]:
    """Raises `Malformed`, which names the node, before anything is written."""
    raw: Raw = [("segment", each) for each in data.segments]
    raw += [("trait", each) for each in data.traits]
    known = await fitting(context, raw)
    listed = {"insights": data.insights, "dashboards": data.dashboards}
    kept = documents.kept(listed, context.rooms.clock.now())
    held = await context.rooms.working(lambda: context.rooms.saved.latest("insight"))
    insights = {one.key for one in held} | {one.key for one in kept if one.sort == "insight"}
    documents.check(kept, known.segments, insights)
    return raw, kept


def _everything(context: Context) -> list[Kept]:
    sorts: tuple[Sort, ...] = ("insight", "dashboard")
    return [written.kept(one, sort) for sort in sorts for one in context.rooms.saved.latest(sort)]


async def _versions(context: Context, sort: Sort, key: str) -> Listing[VersionView]:
    found = await context.rooms.working(lambda: context.rooms.saved.versions(sort, key))
    return Listing([_version(found, place, sort) for place in range(len(found))])


def _version(found: Sequence[Saved], place: int, sort: Sort) -> VersionView:
    one, was = found[place], found[min(place + 1, len(found) - 1)]
    status = "retired" if one.removed else "replaced" if place else "live"
    definition = written.written(written.kept(one, sort))
    edits = diffing.between(written.written(written.kept(was, sort)), definition)
    return VersionView(
        one.version,
        status,
        one.author,
        one.reason,
        to_iso(one.at),
        definition,
        msgspec.convert(edits, list[EditView], from_attributes=True),
    )


ROUTES = [
    show_definitions,
    define_all,
    check_all,
    show_schema,
    list_insight_versions,
    list_dashboard_versions,
]
