"""What SQL can say of accounts: of their people, and of their events.

An event counts for the account that it names; one that names none counts for each account of its
person. `members` and `events` give one row an account; accounts without a row have nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlglot import exp

from rapport.audiences.language import windows
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Condition, Did, Segment, Window
from rapport.audiences.sql.belonging import ReadAccounts, names_one, pairs
from rapport.audiences.sql.conditions import Conditions
from rapport.audiences.sql.events import BELONGING, Events
from rapport.audiences.sql.snapshot import DEFAULT_ZONE, snapshot
from rapport.audiences.sql.zones import OLDEST, Zones
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, column, equals, integer


def members(
    wanted: Sequence[Condition],
    known: Known,
    now: int,
    dialect: Dialect,
    *,
    zones: Sequence[str] = (),
    default_zone: str = DEFAULT_ZONE,
    oldest: int = OLDEST,
    accounts: ReadAccounts | None = None,
) -> exp.Select:
    """`account`, `members` (how many people), `n0`, `n1`, ... (of how many each holds)."""
    segments = [Segment(_key(n), "", each) for n, each in enumerate(wanted)]
    people = snapshot(
        segments,
        known,
        now,
        dialect,
        zones=zones,
        default_zone=default_zone,
        oldest=oldest,
        accounts=accounts,
    )
    counts = [
        exp.alias_(dialect.count_if(column(one.key, "p")), f"n{n}", quoted=True)
        for n, one in enumerate(segments)
    ]
    everybody = exp.alias_(exp.Count(this=exp.Star()), "members", quoted=True)
    return (
        exp.select(column("account", "m"), everybody, *counts)
        .from_(pairs().subquery("m"))
        .join(people.subquery("p"), on=equals(column("profile", "p"), column("profile", "m")))
        .group_by(column("account", "m"))
    )


def events(
    wanted: Sequence[Did],
    now: int,
    dialect: Dialect,
    *,
    zone: str = DEFAULT_ZONE,
    oldest: int = OLDEST,
) -> exp.Select:
    """`account`, `d0`, `d1`, ... (whether each holds of the events of the account)."""
    held = Events(dialect, _OneZone(dialect, zone, oldest, now), now, of_accounts=True)
    conditions = Conditions(dialect, Known(), now, held)
    columns = [
        exp.alias_(conditions.condition(each), f"d{n}", quoted=True)
        for n, each in enumerate(wanted)
    ]
    account = exp.alias_(column("profile"), "account", quoted=True)
    query = exp.select(account, *columns).from_("counted")
    return held.with_tables(query.with_(BELONGING, _belonging()))


def _belonging() -> exp.Select:
    """`node` and `profile`, which here is the account: whose events may count for it. Node 0 is
    that of events that name an account and nobody."""
    of_members = (
        exp.select(column("node", "i"), exp.alias_(column("account", "m"), "profile", quoted=True))
        .from_(exp.to_table("identities", alias="i"))
        .join(pairs().subquery("m"), on=equals(column("profile", "m"), column("profile", "i")))
    )
    of_nobody = (
        exp.select(column("node", "e"), exp.alias_(column("group_id", "e"), "profile", quoted=True))
        .from_(exp.to_table("events", alias="e"))
        .where(names_one(column("group_id", "e")), equals(column("node", "e"), 0))
    )
    both = exp.union(of_members, of_nobody)
    return exp.select(column("node"), column("profile")).from_(both.subquery("both"))


def _key(place: int) -> str:
    """No key of a definition begins with a digit."""
    return f"{place}_of_members"


class _OneZone(Zones):
    """Everybody lives in one zone."""

    def __init__(self, dialect: Dialect, zone: str, oldest: int, now: int) -> None:
        super().__init__(dialect, (), zone, oldest, now)
        self._only = ZoneInfo(zone)

    def bounds(self, window: Window) -> tuple[E, E]:
        start, end = windows.bounds(window, self._now, self._only)
        return integer(start), integer(end)

    def joined(self, query: exp.Select, profile: E, ts: E) -> exp.Select:  # noqa: ARG002
        if not self._days:
            return query
        after = binary(exp.GTE, ts, column("since", "clocks"))
        return query.join(
            self._clocks(), on=exp.and_(after, binary(exp.LT, ts, column("until", "clocks")))
        )
