"""Time zones in SQL. Engines' own calendars are never asked: Python works the bounds out.

For each zone in use there is a row with the bounds of each window, and where days are counted, a
row for each stretch of time between two changes of its clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sqlglot import exp

from rapport.audiences.language import instants, windows
from rapport.audiences.language.model import Calendar, Span, Window
from rapport.clock import DAY, SECOND, from_datetime
from rapport.warehouse.dialect import Dialect, Value
from rapport.warehouse.sqlbuild import E, binary, column, equals, integer, one_of

TRAIT: Final = "timezone"
OLDEST: Final = -2_208_988_800 * SECOND  # 1900: before, clocks went by the sun
_STEP: Final = 14 * DAY  # no zone has changed its clock there and back in less
_POSITIVE: Final = 1_000_000  # days added so that whole division needs no negative numbers


class Zones:
    """`names` are the zones of people, beside the default one; no event is older than `oldest`."""

    def __init__(
        self, dialect: Dialect, names: Sequence[str], default: str, oldest: int, now: int
    ) -> None:
        self._oldest = max(oldest, OLDEST)
        self._dialect = dialect
        self._default = default
        self._now = now
        known = {name: instants.zone_named(name) for name in [default, *names]}
        self._zones = {name: zone for name, zone in known.items() if zone is not None}
        self._windows: list[Window] = []
        self._days = False

    def bounds(self, window: Window) -> tuple[E, E]:
        """Start and end: numbers, or columns of the zone's row."""
        if not _local(window):
            start, end = windows.bounds(window, self._now, ZoneInfo("UTC"))
            return integer(start), integer(end)
        if window not in self._windows:
            self._windows.append(window)
        place = self._windows.index(window)
        return column(f"start{place}", "homes"), column(f"end{place}", "homes")

    def day(self, ts: E) -> E:
        """Number of the calendar day, in some count."""
        self._days = True
        local = binary(exp.Add, ts, column("ahead", "clocks"))
        return self._dialect.int_div(binary(exp.Add, local, _POSITIVE * DAY), DAY)

    def joined(self, query: exp.Select, profile: E, ts: E) -> exp.Select:
        """`query` with the tables whose columns `bounds` and `day` gave out."""
        if not self._windows and not self._days:
            return query
        query = query.with_("homes", self._homes()).join(
            exp.to_table("homes"), on=equals(column("profile", "homes"), profile)
        )
        if not self._days:
            return query
        on = exp.and_(
            equals(column("zone", "clocks"), column("zone", "homes")),
            binary(exp.GTE, ts, column("since", "clocks")),
            binary(exp.LT, ts, column("until", "clocks")),
        )
        return query.join(self._clocks(), on=on)

    def _homes(self) -> exp.Select:
        """The zone of every profile, with the bounds there."""
        named = self._dialect.json_text(column("traits", "r"), (TRAIT,))
        known = one_of(named, list(self._zones))
        zone = exp.case().when(known, named).else_(exp.Literal.string(self._default))
        people = (
            exp.select(column("profile", "i"), exp.alias_(zone, "zone", quoted=True))
            .from_(
                exp.select(column("profile"))
                .distinct()
                .from_(exp.to_table("identities"))
                .subquery("i")
            )
            .join(
                exp.to_table("profile_rows", alias="r"),
                on=equals(column("profile", "r"), column("profile", "i")),
                join_type="left",
            )
        )
        bounds = [f"{end}{n}" for n in range(len(self._windows)) for end in ("start", "end")]
        rows = [[name, *self._row(zone)] for name, zone in self._zones.items()]
        table = self._dialect.values_table(
            "bounds",
            {"zone": "text", **dict.fromkeys(bounds, "integer")},
            rows,
        )
        return (
            exp.select(column("profile", "people"), column("zone", "people"))
            .select(*(column(name, "bounds") for name in bounds))
            .from_(people.subquery("people"))
            .join(table, on=equals(column("zone", "bounds"), column("zone", "people")))
        )

    def _row(self, zone: ZoneInfo) -> list[Value]:
        return [end for window in self._windows for end in windows.bounds(window, self._now, zone)]

    def _clocks(self) -> E:
        rows: list[list[Value]] = [
            [name, since, until, ahead]
            for name, zone in self._zones.items()
            for since, until, ahead in stretches(zone, self._oldest, self._now)
        ]
        kinds = {"zone": "text", "since": "integer", "until": "integer", "ahead": "integer"}
        return self._dialect.values_table("clocks", kinds, rows)  # type: ignore[arg-type]


def stretches(zone: ZoneInfo, oldest: int, now: int) -> Iterator[tuple[int, int, int]]:
    """Since when, until when, and how many µs the clock of `zone` is ahead of UTC.

    Exact from `oldest` to `now`.
    """
    since, at, ahead = windows.EVER, oldest, _ahead(zone, oldest)
    while at <= now:
        if _ahead(zone, at + _STEP) != ahead:
            change = _change(zone, at, at + _STEP)
            yield since, change, ahead
            since, ahead = change, _ahead(zone, change)
        at += _STEP
    yield since, windows.NEVER, ahead


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first instant, to the second, at which the clock is not what it is at `low`."""
    before = _ahead(zone, low)
    while high - low > SECOND:
        middle = (low + high) // (2 * SECOND) * SECOND
        low, high = (middle, high) if _ahead(zone, middle) == before else (low, middle)
    return high


def _ahead(zone: ZoneInfo, at: int) -> int:
    return from_datetime(windows.local_time(at, zone)) - at


def _local(window: Window) -> bool:
    """Whether it depends on where she lives."""
    if isinstance(window, Span):
        return any(end and not instants.has_offset(end) for end in (window.start, window.end))
    return isinstance(window, Calendar)
