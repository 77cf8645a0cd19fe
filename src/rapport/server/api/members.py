"""Who is in a segment: members, changes, previews and reasons, of people and of accounts."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from rapport.audiences import defining
from rapport.audiences.language import definitions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import ComputedTrait, Segment
from rapport.audiences.reads import AccountChange, Change
from rapport.audiences.stream.plans import of_accounts
from rapport.clock import to_iso
from rapport.errors import Malformed
from rapport.ids import profile_id
from rapport.server.api.accounts import AccountSummary
from rapport.server.api.context import Context, Provided
from rapport.server.api.profiles import ProfileSummary, find
from rapport.server.api.shapes import Listing, page_size
from rapport.server.background import account_segments
from rapport.server.rooms import Reads
from rapport.server.views import snapshots, why
from rapport.server.views.snapshots import SAMPLE
from rapport.server.web.paths import unfold

UNSAVED = "unsaved_preview"  # the key of a draft


class Preview(msgspec.Struct, forbid_unknown_fields=True):
    when: Any
    of: str = "people"


class PreviewView(msgspec.Struct):
    count: int
    sample: list[ProfileSummary]
    accounts: list[AccountSummary] = []  # the sample of a segment of accounts


class MemberListing(msgspec.Struct):
    """`items` are people; `accounts` are those of a segment of accounts."""

    items: list[ProfileSummary]
    accounts: list[AccountSummary]
    next: str | None
    count: int


class ChangeView(msgspec.Struct):
    """Of a profile, or of an account in segments of accounts."""

    profile: str | None
    account: str | None
    entered: bool
    at: str
    # by: events, traits, timer, identity, definition, schedule; messages; due
    reason: dict[str, Any]
    version: int


class WhyView(msgspec.Struct):
    """`member` is what holds now; `verdict` looks at the events that the warehouse has."""

    profile: str | None
    account: str | None
    member: bool
    since: str | None
    verdict: dict[str, Any]
    changes: list[ChangeView]


@get("/api/v1/segments/{key:str}/members")
async def list_members(
    key: FromPath[str],
    context: Provided,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> MemberListing:
    """Who is in the segment, by id: people, or accounts. `count` is of all of them."""
    size = page_size(limit)

    def read(reads: Reads) -> MemberListing:
        shown = reads.audiences.definition("segment", key)
        if of_accounts(shown.definition):
            ids = reads.audiences.accounts_in(key, size + 1, cursor or "")
            more = ids[size - 1] if len(ids) > size else None
            return MemberListing([], _accounts(reads, ids[:size]), more, shown.count)
        found = reads.audiences.members(key, size + 1, number(cursor) or 0)
        more = str(found[size - 1]) if len(found) > size else None
        return MemberListing(summaries(reads, found[:size]), [], more, shown.count)

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
        shown = reads.audiences.definition("segment", key)
        whole = reads.audiences
        ask = whole.account_changes if of_accounts(shown.definition) else whole.changes
        found: list[Any] = [*ask(key, size + 1, before)]
        more = str(found[size - 1].seq) if len(found) > size else None
        return Listing([_change(each) for each in found[:size]], more)

    return await context.rooms.reading(read)


@post("/api/v1/segments/preview", status_code=200, opt={"scope": "read"})
async def preview_segment(data: JSONBody[Preview], context: Provided) -> PreviewView:
    """How many would be in, and some of them. Nothing is stored."""
    raw = {"key": UNSAVED, "when": data.when, "of": data.of}
    one = definitions.segment(raw)

    def ask(reads: Reads) -> PreviewView:
        known = fitting(one, reads.audiences.known())
        if one.of == "accounts":
            ids = account_segments.members(context.rooms, reads, [one], known)[one.key]
            return PreviewView(len(ids), [], _accounts(reads, ids[:SAMPLE]))
        found = _ask(context, reads, one, known)
        people = summaries(reads, [row["profile"] for row in found[:SAMPLE]])
        return PreviewView(found[0]["count"] if found else 0, people)

    return await context.rooms.studying(ask)


@get("/api/v1/segments/{key:str}/why/{ref:str}")
async def why_member(key: FromPath[str], ref: FromPath[str], context: Provided) -> WhyView:
    """Why this person (or account) is in the segment, or is not: each part, with events."""

    def read(reads: Reads) -> WhyView:
        shown = reads.audiences.definition("segment", key)
        assert isinstance(shown.definition, Segment)  # noqa: S101 - its kind says so
        known = reads.audiences.known()
        if shown.definition.of == "accounts":
            return _why_account(context, reads, shown.definition, unfold(ref), known)
        profile = find(reads, unfold(ref))
        since = reads.audiences.since(key, profile)
        changes = reads.audiences.changes(key, 20, profile=profile)
        verdict = why.explain(context.rooms, reads, shown.definition.when, profile, known)
        return WhyView(
            profile_id(profile), None, since is not None, _iso(since), verdict, _changes(changes)
        )

    return await context.rooms.studying(read)


def _why_account(
    context: Context, reads: Reads, segment: Segment, id: str, known: Known
) -> WhyView:
    verdict = why.explain_account(context.rooms, reads, segment.when, id, known)
    since = reads.audiences.account_since(segment.key, id)
    changes = reads.audiences.account_changes(segment.key, 20, account=id)
    return WhyView(None, id, since is not None, _iso(since), verdict, _changes(changes))


def number(cursor: str | None) -> int | None:
    """Raises `Malformed` for what no list gave out."""
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 18:
        raise Malformed("this cursor is none of ours", hint="pass `next` as it was given")
    return int(cursor)


def fitting(one: Segment | ComputedTrait, known: Known) -> Known:
    """`defining.fit` of a draft, whose mistakes name the node alone: nobody gave it that key."""
    try:
        return defining.fit([one], known)
    except Malformed as error:
        node = str(error.details.get("node", "")).removeprefix(f"{UNSAVED}: ")
        words = error.message.removeprefix(f"{UNSAVED}: ")
        raise Malformed(words, hint=error.hint, details={"node": node}) from None


def _ask(context: Context, reads: Reads, one: Segment, known: Known) -> list[dict[str, Any]]:
    text = (
        f'SELECT profile, count(*) OVER () AS "count"'
        f" FROM ({snapshots.query(context.rooms, reads, [one], known)}) AS found"
        f" WHERE {one.key} ORDER BY profile LIMIT {SAMPLE}"
    )
    return context.rooms.warehouse.read(text)


def summaries(reads: Reads, profiles: list[int]) -> list[ProfileSummary]:
    return msgspec.convert(reads.profiles.summaries(profiles), list[ProfileSummary])


def _accounts(reads: Reads, ids: list[str]) -> list[AccountSummary]:
    return msgspec.convert(reads.profiles.account_summaries(ids), list[AccountSummary])


def _changes(found: list[Any]) -> list[ChangeView]:
    return [_change(each) for each in found]


def _change(one: Change | AccountChange) -> ChangeView:
    reason = dict(one.reason)
    if "due" in reason:
        reason["due"] = to_iso(reason["due"])
    return ChangeView(
        profile_id(one.profile) if isinstance(one, Change) else None,
        one.account if isinstance(one, AccountChange) else None,
        one.entered,
        to_iso(one.at),
        reason,
        one.version,
    )


def _iso(at: int | None) -> str | None:
    return None if at is None else to_iso(at)


ROUTES = [preview_segment, list_members, list_changes, why_member]
