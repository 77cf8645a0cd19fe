"""Joining and separating people by hand, and taking it back."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import post
from litestar.params import FromQuery, JSONBody

from rapport.errors import Malformed
from rapport.identity.model import Decision
from rapport.identity.views import Preview, ProfileSample
from rapport.ids import profile_id
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.identity import node_of
from rapport.server.commands import Written
from rapport.server.rooms import Reads
from rapport.warehouse.base import Warehouse


class Pair(msgspec.Struct, forbid_unknown_fields=True):
    a: str
    b: str
    reason: str = ""


class Undo(msgspec.Struct, forbid_unknown_fields=True):
    decision: str
    reason: str = ""


class SampleView(msgspec.Struct):
    profile: str
    identifiers: list[str]
    count: int


class PreviewView(msgspec.Struct):
    before: list[SampleView]
    after: list[SampleView]
    events_moved: int


class Decided(msgspec.Struct):
    decision: str
    status: str
    offset: int


def _pair(reads: Reads, pair: Pair) -> tuple[str, str]:
    """What a decision about the two says. Raises `Malformed` when both name the same thing."""
    a, b = _label(reads, pair.a), _label(reads, pair.b)
    if node_of(reads, a) == node_of(reads, b):
        raise Malformed(
            f"{pair.a!r} and {pair.b!r} name the same identifier",
            hint="name one of each of the two people",
        )
    return a, b


def _label(reads: Reads, text: str) -> str:
    """What a decision says: an identifier, not the number of a profile, which may change."""
    node = node_of(reads, text)
    if ":" in text:
        return text
    return reads.identity.strongest(reads.identity.profile_of(node)) or text


async def _decide(
    request: Asked,
    context: Context,
    action: Literal["merge", "split"],
    pair: Pair,
    preview: bool,
) -> PreviewView | Decided:
    a, b = await context.rooms.reading(lambda reads: _pair(reads, pair))
    if preview:
        decision = Decision(id="preview", at=context.rooms.clock.now(), action=action, a=a, b=b)
        return await _preview(context, decision)
    written = await context.commands.decide(
        action, principal_of(request).name, pair.reason, a=a, b=b
    )
    return decided_view(written)


async def _preview(context: Context, decision: Decision) -> PreviewView:
    found: Preview = await context.rooms.studying(lambda reads: reads.identity.preview(decision))
    moved = await context.rooms.asking(
        lambda: _events_of(context.rooms.warehouse, found.nodes_moved)
    )
    return PreviewView(
        [sample_view(each) for each in found.before],
        [sample_view(each) for each in found.after],
        moved,
    )


def _events_of(warehouse: Warehouse, nodes: list[int]) -> int:
    if not nodes:
        return 0
    marks = ", ".join("?" * len(nodes))
    rows = warehouse.read(f"SELECT count(*) AS n FROM events WHERE node IN ({marks})", nodes)
    return int(rows[0]["n"])


def sample_view(sample: ProfileSample) -> SampleView:
    return SampleView(profile_id(sample.profile), sample.identifiers, sample.count)


def decided_view(written: Written) -> Decided:
    return Decided(written.id, written.status, written.offset)


@post("/api/v1/identity/merge", status_code=200)
async def merge(
    request: Asked, data: JSONBody[Pair], context: Provided, preview: FromQuery[bool] = False
) -> PreviewView | Decided:
    """Two identifiers belong to one person. With `?preview=true`, only what that would do."""
    return await _decide(request, context, "merge", data, preview)


@post("/api/v1/identity/split", status_code=200)
async def split(
    request: Asked, data: JSONBody[Pair], context: Provided, preview: FromQuery[bool] = False
) -> PreviewView | Decided:
    """Two identifiers do not belong to one person. With `?preview=true`, only what it would do."""
    return await _decide(request, context, "split", data, preview)


@post("/api/v1/identity/undo", status_code=200)
async def undo(
    request: Asked, data: JSONBody[Undo], context: Provided, preview: FromQuery[bool] = False
) -> PreviewView | Decided:
    """Take back a merge or split: everything is again as if it had not been decided."""
    now = context.rooms.clock.now()
    decision = Decision(id="preview", at=now, action="undo", decision=data.decision)
    if preview:
        return await _preview(context, decision)
    await context.rooms.studying(lambda reads: reads.identity.preview(decision))  # is it there?
    by = principal_of(request).name
    return decided_view(
        await context.commands.decide("undo", by, data.reason, decision=data.decision)
    )


ROUTES = [merge, split, undo]
