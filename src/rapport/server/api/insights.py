"""Questions about many people: answers, the people behind each number, and why somebody counts."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from rapport.errors import Malformed
from rapport.insights.saved import Description, Name, Saved
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.profiles import ProfileSummary
from rapport.server.api.running import answered
from rapport.server.api.shapes import Done, Listing, iso, page_size


class Behind(msgspec.Struct, forbid_unknown_fields=True):
    """`cell` names a number of the answer, such as {"step": 2, "outcome": "dropped"}."""

    question: dict[str, Any]
    cell: dict[str, Any]


class Counted(msgspec.Struct, forbid_unknown_fields=True):
    """`profile` is p_42 or type:value."""

    question: dict[str, Any]
    profile: str


class NewInsight(msgspec.Struct, forbid_unknown_fields=True):
    """`question` carries its `kind`: {"kind": "funnel", "steps": [...]}."""

    key: str
    name: Name
    question: dict[str, Any]
    description: Description = ""


class InsightChange(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    question: dict[str, Any]
    description: Description = ""


class SavedInsight(msgspec.Struct):
    key: str
    version: int
    name: str
    description: str
    kind: str
    question: dict[str, Any]
    saved_at: str | None
    saved_by: str


@post("/api/v1/insights/{kind:str}", status_code=200, opt={"scope": "read"})
async def ask(
    request: Asked,
    kind: FromPath[str],
    data: JSONBody[dict[str, Any]],
    context: Provided,
    run: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """Answer one question. docs/insights.md describes the kinds, their questions and answers.

    With `run` its progress is told, and it can be cancelled, under that name.
    """
    insights = context.rooms.insights
    return await answered(
        request, context, kind, run, lambda watch: insights.answer(data, kind, watch=watch)
    )


@post("/api/v1/insights/{kind:str}/people", status_code=200, opt={"scope": "read"})
async def people(
    request: Asked,
    kind: FromPath[str],
    data: JSONBody[Behind],
    context: Provided,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
    run: FromQuery[str | None] = None,
) -> Listing[ProfileSummary]:
    """The people behind one number of the answer, by profile id; `count` is all of them."""
    size, after = page_size(limit), _after(cursor)
    insights = context.rooms.insights
    found = await answered(
        request,
        context,
        kind,
        run,
        lambda watch: insights.people(data.question, data.cell, kind, watch=watch),
    )
    page = found[found > after][: size + 1].tolist()
    items = await context.rooms.reading(lambda reads: reads.profiles.summaries(page[:size]))
    following = str(page[size - 1]) if len(page) > size else None
    return Listing(cast("list[ProfileSummary]", items), following, len(found))


@post("/api/v1/insights/{kind:str}/why", status_code=200, opt={"scope": "read"})
async def why(
    request: Asked, kind: FromPath[str], data: JSONBody[Counted], context: Provided
) -> dict[str, Any]:
    """Why one person was counted, or was not: her events, and what became of each."""
    profile = await context.rooms.reading(lambda reads: reads.profiles.find(data.profile))
    insights = context.rooms.insights
    return await answered(
        request,
        context,
        kind,
        None,
        lambda watch: insights.why(data.question, profile, kind, watch=watch),
    )


@get("/api/v1/saved-insights")
async def list_saved(context: Provided) -> Listing[SavedInsight]:
    """Questions that somebody kept, by name."""
    found = await context.rooms.working(lambda: context.rooms.saved.latest("insight"))
    return Listing([_view(one) for one in found], count=len(found))


@post("/api/v1/saved-insights")
async def save(request: Asked, data: JSONBody[NewInsight], context: Provided) -> SavedInsight:
    """Keep a question under a key. It has to be one that can be answered."""
    by = principal_of(request).name
    await _answer(request, context, data.question)
    return _view(
        await context.rooms.working(
            lambda: context.rooms.saved.create(
                "insight", data.key, data.name, data.question, description=data.description, by=by
            )
        )
    )


@get("/api/v1/saved-insights/{key:str}")
async def show_saved(key: FromPath[str], context: Provided) -> SavedInsight:
    """One kept question."""
    return _view(await context.rooms.working(lambda: context.rooms.saved.get("insight", key)))


@get("/api/v1/saved-insights/{key:str}/answer")
async def answer_saved(
    request: Asked,
    key: FromPath[str],
    context: Provided,
    run: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """The answer to a kept question, as of now."""
    found = await context.rooms.working(lambda: context.rooms.saved.get("insight", key))
    return await _answer(request, context, found.body, run)


@put("/api/v1/saved-insights/{key:str}")
async def change_saved(
    request: Asked, key: FromPath[str], data: JSONBody[InsightChange], context: Provided
) -> SavedInsight:
    """Write the next version of a kept question."""
    by = principal_of(request).name
    await _answer(request, context, data.question)
    return _view(
        await context.rooms.working(
            lambda: context.rooms.saved.replace(
                "insight", key, data.name, data.question, description=data.description, by=by
            )
        )
    )


@delete("/api/v1/saved-insights/{key:str}", status_code=200)
async def remove_saved(request: Asked, key: FromPath[str], context: Provided) -> Done:
    """Dashboards that show it say that it is gone."""
    by = principal_of(request).name
    await context.rooms.working(lambda: context.rooms.saved.remove("insight", key, by=by))
    return Done()


async def _answer(
    request: Asked, context: Context, question: dict[str, Any], run: str | None = None
) -> dict[str, Any]:
    return await answered(
        request,
        context,
        str(question.get("kind", "")),
        run,
        lambda watch: context.rooms.insights.answer(question, watch=watch),
    )


def _view(saved: Saved) -> SavedInsight:
    return SavedInsight(
        saved.key,
        saved.version,
        saved.name,
        saved.description,
        str(saved.body.get("kind", "")),
        saved.body,
        iso(saved.at),
        saved.author,
    )


def _after(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not cursor.isdecimal():
        raise Malformed("cursor is not one of this list", hint="take `next` of the page before")
    return int(cursor)


ROUTES = [
    ask,
    people,
    why,
    list_saved,
    save,
    show_saved,
    answer_saved,
    change_saved,
    remove_saved,
]
