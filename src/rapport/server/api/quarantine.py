"""Quarantine: what was accepted but could not be used; look at it, correct it, let it go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from rapport.errors import Conflict, Malformed, NotFound
from rapport.events.quarantine import (
    DISCARDED,
    OPEN,
    REDRIVEN,
    Quarantined,
    QuarantineReads,
)
from rapport.events.reasons import REASONS
from rapport.pipeline_reads import QUARANTINED
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.shapes import Done, Listing, iso, page_size
from rapport.server.commands import Written

# So many in one call; a client with more calls again.
MOST_AT_ONCE = 500
SKIPPED = "skipped"
STATUSES = (OPEN, REDRIVEN, DISCARDED)


class QuarantinedView(msgspec.Struct):
    id: int
    source: str
    message_id: str | None
    reason: str
    meaning: str
    detail: str
    received_at: str | None
    body: Any  # the event as it was sent; text when it is not JSON
    status: str
    note: str


class ReasonCount(msgspec.Struct):
    reason: str
    meaning: str
    count: int


class Correction(msgspec.Struct, forbid_unknown_fields=True):
    body: dict[str, Any] | None = None


class Selection(msgspec.Struct, forbid_unknown_fields=True):
    """Named ones, or all open ones of a reason: of one `source`, and older than `before`."""

    ids: list[int] = []
    reason: str = ""
    source: str = ""
    before: int | None = None


class Why(msgspec.Struct, forbid_unknown_fields=True):
    reason: str = ""


class Redriven(msgspec.Struct):
    """`status` as for any event, or `skipped` for what cannot be sent; `detail` says why.

    `quarantined`: its number when it came back, which is a new one if it was corrected.
    """

    id: int
    status: str
    detail: str
    quarantined: int | None = None


def _view(item: Quarantined, slugs: dict[int, str]) -> QuarantinedView:
    return QuarantinedView(
        item.id,
        slugs.get(item.source, str(item.source)),
        item.message_id,
        item.reason,
        REASONS.get(item.reason, ""),
        item.detail,
        iso(item.received_at),
        _body(item.body),
        item.status,
        item.note,
    )


def _body(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")


async def _ask(
    context: Context, ask: Callable[[QuarantineReads], list[Quarantined]]
) -> list[Quarantined]:
    return await context.rooms.working(lambda: context.rooms.pipeline.quarantine(ask, []))


@get("/api/v1/quarantine")
async def list_quarantine(
    context: Provided,
    reason: FromQuery[str | None] = None,
    source: FromQuery[str | None] = None,
    status: FromQuery[str | None] = OPEN,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[int | None] = None,
) -> Listing[QuarantinedView]:
    """Newest first. `status` is open, redriven, discarded or all."""
    size, slugs, kind = page_size(limit), context.slugs(), _status(status)
    number, reason = _source(context, source), _reason(reason)
    found = await _ask(
        context,
        lambda reads: reads.page(
            reason=reason, source=number, status=kind, before=cursor, limit=size
        ),
    )
    after = str(found[-1].id) if len(found) == size else None
    return Listing([_view(item, slugs) for item in found], after)


@get("/api/v1/quarantine/reasons")
async def list_reasons(
    context: Provided, status: FromQuery[str] = OPEN, source: FromQuery[str | None] = None
) -> Listing[ReasonCount]:
    """How many there are for each reason."""
    none: dict[str, int] = {}
    kind, number = _status(status), _source(context, source)
    counts: dict[str, int] = await context.rooms.working(
        lambda: context.rooms.pipeline.quarantine(
            lambda reads: reads.reasons(status=kind, source=number), none
        )
    )
    items = [ReasonCount(reason, REASONS.get(reason, ""), n) for reason, n in counts.items()]
    return Listing(items, count=sum(counts.values()))


def _status(asked: str | None) -> str | None:
    return None if asked in (None, "", "all") else _one_of(asked, "status", STATUSES)


def _reason(asked: str | None) -> str | None:
    return _one_of(asked, "reason", REASONS) if asked else None


def _one_of(asked: str, what: str, known: Collection[str]) -> str:
    """A name with a typing mistake must not look like a quarantine that is empty."""
    if asked not in known:
        raise Malformed(f"there is no {what} {asked!r}", hint=f"use one of {', '.join(known)}")
    return asked


def _source(context: Context, slug: str | None) -> int | None:
    return context.rooms.sources.by_slug(slug).id if slug else None


@get("/api/v1/quarantine/{number:int}")
async def show_quarantined(number: FromPath[int], context: Provided) -> QuarantinedView:
    """One event that was set aside, with its reason and its body as it came."""
    return _view(await _find(context, number), context.slugs())


async def _find(context: Context, number: int) -> Quarantined:
    found = await context.rooms.working(
        lambda: context.rooms.pipeline.quarantine(lambda reads: reads.get(number), None)
    )
    if found is None:
        raise NotFound(f"nothing in quarantine has the number {number}")
    return found


@post("/api/v1/quarantine/{number:int}/redrive", status_code=200)
async def redrive_one(
    number: FromPath[int], data: JSONBody[Correction], context: Provided
) -> Redriven:
    """Send it again, corrected when `body` is given."""
    return await _redrive(context, await _find(context, number), data.body)


async def _redrive(context: Context, item: Quarantined, body: dict[str, Any] | None) -> Redriven:
    event = _correction(item, body)
    offset = await context.commands.send(item.source, event, redrive=item.id)
    await context.commands.committed(offset)
    return await _redriven(context, item, offset)


def _correction(item: Quarantined, body: dict[str, Any] | None) -> dict[str, Any]:
    if item.status != OPEN:
        raise Conflict(f"number {item.id} is {item.status} already")
    event = _body(item.body) if body is None else body
    if not isinstance(event, dict):
        raise Malformed("this is not a JSON object", hint="give the corrected event as `body`")
    return event


async def _redriven(context: Context, item: Quarantined, offset: int) -> Redriven:
    written: Written = await context.commands.outcome(offset, item.message_id or "")
    # To the books, what is refused unchanged is a duplicate of itself.
    if written.status == "duplicate" and (await _find(context, item.id)).status == OPEN:
        return Redriven(item.id, "quarantined", item.reason, item.id)
    back = None
    if written.status == QUARANTINED:
        rooms = context.rooms
        back = await rooms.working(lambda: rooms.pipeline.quarantined_at(offset))
    return Redriven(item.id, written.status, written.detail, back)


@post("/api/v1/quarantine/redrive", status_code=200)
async def redrive_many(data: JSONBody[Selection], context: Provided) -> Listing[Redriven]:
    """Send the named ones again unchanged, or open ones of a reason: the newest 500, and where to
    go on as `next`, for `before`.

    What cannot be sent as it is (no JSON object, not open any more) is `skipped`; the others go on.
    """
    if not data.ids and not data.reason:
        raise Malformed("name `ids` or a `reason`")
    if data.ids:
        numbers = list(dict.fromkeys(data.ids))[:MOST_AT_ONCE]
        items = [await _find(context, number) for number in numbers]
    else:
        number, reason = _source(context, data.source), _reason(data.reason)
        items = await _ask(
            context,
            lambda reads: reads.page(
                reason=reason,
                source=number,
                status=OPEN,
                before=data.before,
                limit=MOST_AT_ONCE,
            ),
        )
    events: list[tuple[Quarantined, dict[str, Any]]] = []
    done: dict[int, Redriven] = {}
    for item in items:
        try:
            events.append((item, _correction(item, None)))
        except (Conflict, Malformed) as error:
            done[item.id] = Redriven(item.id, SKIPPED, error.message)
    send = context.commands.send
    # All are appended, mostly as one group of the log, and then waited for together.
    offsets = await asyncio.gather(
        *(send(item.source, event, redrive=item.id) for item, event in events)
    )
    await context.commands.committed(max(offsets, default=0))
    for (item, _), offset in zip(events, offsets, strict=True):
        done[item.id] = await _redriven(context, item, offset)
    after = str(items[-1].id) if data.reason and len(items) == MOST_AT_ONCE else None
    return Listing([done[item.id] for item in items], after, len(done))


@post("/api/v1/quarantine/{number:int}/discard", status_code=200)
async def discard(
    request: Asked, number: FromPath[int], data: JSONBody[Why], context: Provided
) -> Done:
    """Decide that this event is not wanted. It stays on record as discarded."""
    item = await _find(context, number)
    if item.status != OPEN:
        raise Conflict(f"number {number} is {item.status} already")
    by = principal_of(request).name
    written = await context.commands.decide("discard_quarantined", by, data.reason, ids=[number])
    return Done(written.status)


ROUTES = [list_quarantine, list_reasons, show_quarantined, redrive_one, redrive_many, discard]
