"""The first page: does data flow, is anything wrong, what is new? And the balance."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import get
from litestar.params import FromQuery

from rapport.clock import DAY, SECOND, to_iso
from rapport.pipeline.balance import Balance, Row
from rapport.server.api.context import Context, Provided
from rapport.server.rooms import Rooms
from rapport.warehouse.timeline import instant


class BalanceRow(msgspec.Struct):
    accepted: int
    stored: int
    duplicate: int
    filtered: int
    suppressed: int
    quarantined: int
    pending: int


class SourceBalance(BalanceRow):
    source: str = ""


class BalanceView(msgspec.Struct):
    balanced: bool
    totals: BalanceRow
    sources: list[SourceBalance]


class MinuteCount(msgspec.Struct):
    minute: str
    events: int


class Totals(msgspec.Struct):
    events: int
    profiles: int
    known: int
    anonymous: int
    new_today: int


class Freshness(msgspec.Struct):
    last_event_at: str | None
    pipeline_lag_events: int
    pipeline_lag_seconds: float
    warehouse_lag_events: int


class SourceHealth(msgspec.Struct):
    id: int
    slug: str
    name: str
    kind: str
    brand: str
    last_event_at: str | None
    events_24h: int
    quarantined_24h: int
    duplicates: int


class Step(msgspec.Struct):
    key: str
    done: bool


class TopEvent(msgspec.Struct):
    event: str
    count: int


class Overview(msgspec.Struct):
    volume: list[MinuteCount]
    totals: Totals
    freshness: Freshness
    balance: BalanceView
    sources: list[SourceHealth]
    checklist: list[Step]
    top_events: list[TopEvent]


class NewEvent(msgspec.Struct):
    type: str
    event: str
    count: int


class SilentSource(msgspec.Struct):
    slug: str
    name: str
    last_event_at: str


class Changes(msgspec.Struct):
    """What is different from a day ago. `recognised`: anonymous until they said who they are."""

    since: str
    new_people: int
    recognised: int
    merged_by_hand: int
    separated_by_hand: int
    quarantined: int
    new_events: list[NewEvent]
    silent_sources: list[SilentSource]


def balance_view(found: Balance, slugs: dict[int, str]) -> BalanceView:
    return BalanceView(
        found.balanced,
        BalanceRow(*msgspec.structs.astuple(found.totals)),
        [
            SourceBalance(**msgspec.structs.asdict(row), source=slugs.get(number, str(number)))
            for number, row in found.sources.items()
        ],
    )


@get("/api/v1/balance")
async def show_balance(context: Provided) -> BalanceView:
    """accepted = stored + duplicate + filtered + suppressed + quarantined + pending, per source."""
    return balance_view(await context.rooms.asking(context.books.balance), context.slugs())


@get("/api/v1/overview")
async def overview(context: Provided, minutes: FromQuery[int] = 60) -> Overview:
    """Everything that the first page shows, in one answer."""
    rooms, span = context.rooms, max(1, min(minutes, 1440))
    balance, volume, fresh, top, people, refused = await asyncio.gather(
        rooms.asking(context.books.balance),
        rooms.asking(lambda: rooms.history.volumes("minute", span)),
        rooms.asking(rooms.history.freshness),
        rooms.asking(rooms.history.top_events),
        rooms.asking(lambda: _people(rooms)),
        rooms.working(lambda: _refused_lately(rooms)),
    )
    view = balance_view(balance, context.slugs())
    lag = await rooms.working(lambda: _pipeline_lag(rooms, balance.totals))
    seen = [each["last_event_at"] for each in fresh.values() if each["last_event_at"]]
    return Overview(
        [MinuteCount(each["at"], each["events"]) for each in volume],
        people,
        Freshness(
            max(seen, default=None),
            balance.totals.pending,
            lag,
            await rooms.working(rooms.unloaded),
        ),
        view,
        [
            SourceHealth(
                source.id,
                source.slug,
                source.name,
                source.kind,
                source.brand,
                fresh.get(source.slug, {}).get("last_event_at"),
                fresh.get(source.slug, {}).get("events_24h", 0),
                refused.get(source.id, 0),
                balance.sources.get(source.id, Row()).duplicate,
            )
            for source in rooms.sources.list()
        ],
        await rooms.working(lambda: _checklist(context, balance.totals, people)),
        [TopEvent(each["event"], each["count"]) for each in top],
    )


@get("/api/v1/overview/changes")
async def changes(context: Provided) -> Changes:
    """What changed in the last 24 hours."""
    rooms, since = context.rooms, context.rooms.clock.now() - DAY
    people, kinds, fresh, decided, refused = await asyncio.gather(
        rooms.asking(lambda: rooms.history.newcomers(since)),
        rooms.asking(lambda: rooms.history.new_events(since)),
        rooms.asking(rooms.history.freshness),
        rooms.working(lambda: rooms.pipeline.decided(since)),
        rooms.working(lambda: _refused_lately(rooms)),
    )
    return Changes(
        to_iso(since),
        people["new"],
        people["recognised"],
        decided.get("merge", 0),
        decided.get("split", 0),
        refused.total(),
        [NewEvent(each["type"], each["event"], each["count"]) for each in kinds],
        _fell_silent(rooms, fresh),
    )


def _fell_silent(rooms: Rooms, fresh: Mapping[str, Mapping[str, Any]]) -> list[SilentSource]:
    """Sources that may send, sent within the last week, and have not for a day."""
    now = rooms.clock.now()
    week, day = to_iso(now - 7 * DAY), to_iso(now - DAY)
    return [
        SilentSource(source.slug, source.name, last)
        for source in rooms.sources.list()
        if source.enabled and (last := fresh.get(source.slug, {}).get("last_event_at"))
        if week <= last < day
    ]


def _people(rooms: Rooms) -> Totals:
    """Counted in the warehouse, where profiles are columns; a moment behind the profiles.

    A profile bears the number of its oldest identifier, and numbers are given in order of arrival:
    what lies above the highest number of yesterday is new.
    """
    today = rooms.clock.now() // DAY * DAY
    row: dict[str, Any] = rooms.warehouse.read(
        "SELECT count(*) AS profiles, count(*) FILTER (WHERE known) AS known,"
        " count(*) FILTER (WHERE profile > coalesce("
        "(SELECT max(node) FROM events WHERE received_at < ?), 0)) AS fresh FROM profile_rows",
        [instant(today)],
    )[0]
    events = rooms.warehouse.read("SELECT count(*) AS n FROM events")[0]["n"]
    profiles, known = int(row["profiles"]), int(row["known"])
    return Totals(int(events), profiles, known, profiles - known, int(row["fresh"]))


def _refused_lately(rooms: Rooms) -> Counter[int]:
    """Quarantined in the last 24 hours, per source."""
    since = rooms.clock.now() - DAY

    def count(reads: Any) -> Counter[int]:
        found: Counter[int] = Counter()
        before = None
        while page := reads.page(before=before, limit=500):
            lately = [item.source for item in page if item.received_at >= since]
            found.update(lately)
            if len(lately) < len(page):
                break
            before = page[-1].id
        return found

    return rooms.pipeline.quarantine(count, Counter())


def _pipeline_lag(rooms: Rooms, totals: Row) -> float:
    """Seconds since the oldest event that waits was accepted; 0 when none waits."""
    if not totals.pending:
        return 0.0
    waiting = rooms.log.read(rooms.pipeline.committed(), max_records=1, max_bytes=1)
    return (rooms.clock.now() - waiting[0].received_at) / SECOND if waiting else 0.0


def _checklist(context: Context, totals: Row, people: Totals) -> list[Step]:
    rooms = context.rooms
    return [
        Step("send_event", totals.accepted > 0),
        Step("identify_customer", people.known > 0),
        Step("add_source", len(rooms.sources.list()) > 2),
        Step("create_api_key", any(key.revoked_at is None for key in rooms.keys.api_keys())),
        Step("set_password", any(user.has_password for user in rooms.accounts.users())),
    ]


ROUTES = [overview, changes, show_balance]
