"""What models learn from: everything that is known at `now`, read once, when first asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlglot import exp

from rapport.audiences.language.instants import zone_named
from rapport.clock import DAY, MINUTE
from rapport.insights import identities
from rapport.insights.value import orders, reading
from rapport.insights.value.arrays import Floats, Ints
from rapport.insights.value.settings import Settings
from rapport.warehouse.base import Warehouse
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer, one_of

QUARTER = 15 * MINUTE  # every zone is a whole number of these away from UTC
WEB, APP, OTHER = 0, 1, 2
_OLDEST = 800 * DAY  # activity before that is not read


class Activity(NamedTuple):
    """Quarters of an hour in which somebody did something, at one kind of place. Unsorted."""

    person: Ints
    at: Ints  # when the quarter began, µs UTC
    place: Ints  # WEB, APP, OTHER


class Touches(NamedTuple):
    """What came to people by a channel, and what they did with it. Sorted by person, instant."""

    person: Ints
    at: Ints
    channel: Ints  # place in `Settings.channels`
    weight: Floats  # of the response; 0 for what was only sent


class Zones(NamedTuple):
    """`zone` is a number of `zones`; sorted by profile."""

    profile: Ints
    zone: Ints
    zones: tuple[ZoneInfo, ...]


class Interests(NamedTuple):
    """Looks at products, beside orders. Unsorted."""

    person: Ints
    at: Ints
    category: tuple[str, ...]
    weight: Floats


class History:
    """`now` in µs UTC; later events are not seen. `seeds` are profiles to find the like of."""

    def __init__(
        self, warehouse: Warehouse, now: int, settings: Settings, *, seeds: Ints | None = None
    ) -> None:
        self.warehouse = warehouse
        self.now = now
        self.settings = settings
        self.seeds = np.unique(np.zeros(0, np.int64) if seeds is None else seeds)

    @cached_property
    def owner(self) -> Ints:
        return identities.owners(self.warehouse)

    @cached_property
    def book(self) -> orders.Book:
        """Every order, with the refunds as rows of their own."""
        return orders.read(self.warehouse, self.owner, self.settings, self.now)

    @cached_property
    def orders(self) -> orders.Book:
        """What the orders are worth now."""
        return orders.as_of(self.book, self.now)

    @cached_property
    def activity(self) -> Activity:
        engine = reading.dialect(self.warehouse)
        name = exp.Coalesce(this=column("event"), expressions=[exp.Literal.string("")])
        done = exp.and_(
            one_of(column("type"), ["page", "screen", "track"]),
            *(
                exp.not_(engine.ends_with(name, exp.Literal.string(end)))
                for end in self.settings.passive
            ),
            reading.before(engine, self.now),
            binary(exp.GTE, column("timestamp"), engine.instant(self.now - _OLDEST)),
        )
        place = choose(
            (equals(column("type"), "page"), integer(WEB)),
            (equals(column("type"), "screen"), integer(APP)),
            default=integer(OTHER),
        )
        quarter = engine.int_div(reading.micros(engine), QUARTER)
        columns: list[tuple[str, E]] = [("node", column("node")), ("quarter", quarter)]
        node, slot, where = reading.numbers(
            self.warehouse, [*columns, ("place", place)], done, distinct=True
        )
        return Activity(identities.of_nodes(self.owner, node), slot * QUARTER, where)

    @cached_property
    def touches(self) -> Touches:
        known = _known(self.settings)
        engine = reading.dialect(self.warehouse)
        medium = engine.cast(column("campaign_medium"), "text")
        campaign = exp.and_(
            one_of(column("type"), ["page", "screen"]),
            exp.not_(exp.Is(this=medium, expression=exp.null())),
        )
        named = exp.and_(
            one_of(column("type"), ["track"]),
            one_of(column("event"), [name for kind, name in known if kind == "event"] or [""]),
        )
        where = exp.and_(exp.or_(named, campaign), reading.before(engine, self.now))
        columns = [("node", column("node")), ("at", reading.micros(engine))]
        columns += [("event", column("event")), ("medium", medium)]
        rows = [
            (node, at, *found)
            for batch in reading.select(self.warehouse, columns, where)
            for node, at, event, told in zip(*batch, strict=True)
            if (found := known.get(("event", event)) or known.get(("medium", (told or "").lower())))
        ]
        return _sorted(self.owner, _sent_once(rows))

    @cached_property
    def interests(self) -> Interests:
        weights = self.settings.interests
        if not weights:
            return Interests(np.zeros(0, np.int64), np.zeros(0, np.int64), (), np.zeros(0))
        engine = reading.dialect(self.warehouse)
        columns = [(name, column(name)) for name in ("node", "event", "properties")]
        columns.insert(1, ("at", reading.micros(engine)))
        rows = [
            (node, at, str(category), weights[event])
            for batch in reading.select(
                self.warehouse, columns, reading.named(engine, tuple(weights), self.now)
            )
            for node, at, event, raw in zip(*batch, strict=True)
            if (category := reading.first_at(reading.decoded(raw), self.settings.category))
            is not None
        ]
        return Interests(
            identities.of_nodes(self.owner, np.array([r[0] for r in rows], np.int64)),
            np.array([r[1] for r in rows], np.int64),
            tuple(r[2] for r in rows),
            np.array([r[3] for r in rows], np.float64),
        )

    @cached_property
    def zones(self) -> Zones:
        """Of everybody who told it, in the trait `timezone`."""
        engine = reading.dialect(self.warehouse)
        zone = engine.json_text(column("traits"), ("timezone",))
        query = exp.select(column("profile"), exp.alias_(zone, "zone", quoted=True)).from_(
            exp.to_table("profile_rows")
        )
        found: dict[int, ZoneInfo] = {}
        for batch in self.warehouse.stream(engine.sql(query)):
            profiles, names = (each.to_pylist() for each in batch.columns)
            for profile, name in zip(profiles, names, strict=True):
                if name and (known := zone_named(name)) is not None:
                    found[profile] = known
        known_zones = list(dict.fromkeys(found.values()))
        place = {zone: n for n, zone in enumerate(known_zones)}
        people = sorted(found)
        return Zones(
            np.array(people, np.int64),
            np.array([place[found[p]] for p in people], np.int64),
            tuple(known_zones),
        )

    def local(self, person: Ints, at: Ints) -> Ints:
        """µs on the wall clock of each person."""
        held = self.zones
        where = np.searchsorted(held.profile, person)
        where = np.minimum(where, max(len(held.profile) - 1, 0))
        told = held.profile[where] == person if len(held.profile) else np.zeros(len(at), np.bool_)
        zone = np.where(told, held.zone[where], -1) if len(held.profile) else np.full(len(at), -1)
        ahead = np.zeros(len(at), np.int64)
        named = (zone_named(self.settings.zone) or ZoneInfo("UTC"), *held.zones)
        for number, clock in enumerate(named, -1):
            mine = np.flatnonzero(zone == number)
            if len(mine):
                ahead[mine] = _ahead(at[mine], clock)
        found: Ints = at + ahead
        return found


def _known(settings: Settings) -> dict[tuple[str, str], tuple[int, float, int]]:
    """What an event or a medium tells: channel, weight of the response, place in `sent`."""
    found: dict[tuple[str, str], tuple[int, float, int]] = {}
    for place, channel in enumerate(settings.channels.values()):
        found |= {("event", name): (place, 0.0, n) for n, name in enumerate(channel.sent)}
        found |= {("event", name): (place, weight, 0) for name, weight in channel.responses.items()}
        found |= {("medium", name): (place, 1.0, 0) for name in channel.media}
    return found


Row = tuple[int, int, int, float, int]  # node, at, channel, weight, place in `sent`


def _sent_once(rows: list[Row]) -> list[Row]:
    """Without what tells of a message again: who counts the sent ones needs no delivered ones."""
    first: dict[int, int] = {}
    for _, _, channel, weight, place in rows:
        if not weight:
            first[channel] = min(place, first.get(channel, place))
    return [row for row in rows if row[3] or row[4] == first[row[2]]]


def _sorted(owner: Ints, rows: list[Row]) -> Touches:
    person = identities.of_nodes(owner, np.array([r[0] for r in rows], np.int64))
    at = np.array([r[1] for r in rows], np.int64)
    channel = np.array([r[2] for r in rows], np.int64)
    weight = np.array([r[3] for r in rows], np.float64)
    order = np.lexsort((weight, channel, at, person))
    return Touches(person[order], at[order], channel[order], weight[order])


def _ahead(at: Ints, zone: ZoneInfo) -> Ints:
    """µs by which the zone's clock is ahead of UTC; asked once for each quarter of an hour."""
    quarters, of = np.unique(at // QUARTER, return_inverse=True)
    seconds = [
        datetime.fromtimestamp(q * (QUARTER // 1_000_000), UTC).astimezone(zone).utcoffset()
        for q in quarters.tolist()
    ]
    micros = np.array([0 if s is None else int(s.total_seconds()) for s in seconds], np.int64)
    found: Ints = (micros * 1_000_000)[of]
    return found
