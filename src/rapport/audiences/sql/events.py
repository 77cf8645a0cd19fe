"""One pass over the events: what each row is to the conditions, and what a person's rows add up to.

`Events` collects what many conditions need. Equal needs get one column. The rows are read once
(`seen`), narrowed to the events that any condition speaks of, and grouped by profile (`counted`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp

from rapport.audiences.language import duration, paths
from rapport.audiences.language.model import ANY_EVENT, FIELDS, Filter, Selection, Window
from rapport.audiences.language.values import PLACES
from rapport.audiences.meaning.happenings import SUMMABLE
from rapport.audiences.sql.values import (
    InstantValue,
    JsonValue,
    SqlValue,
    TextValue,
    at_path,
    holds,
    sure,
    there,
)
from rapport.audiences.sql.zones import Zones
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, call, choose, column, equals, one_of

BELONGING: Final = "belonging"  # the table `identities` of accounts


class Columns:
    """Named expressions; asking twice for the same gives the same name."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._known: dict[Any, tuple[str, E]] = {}
        self._by_name: dict[str, E] = {}

    def name(self, key: Any, value: E) -> str:
        if key not in self._known:
            name = f"{self._prefix}{len(self._known)}"
            self._known[key], self._by_name[name] = (name, value), value
        return self._known[key][0]

    def value(self, name: str) -> E:
        return self._by_name[name].copy()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self._known.values()]

    def aliased(self) -> list[E]:
        return [exp.alias_(value.copy(), name, quoted=True) for name, value in self._known.values()]

    def __bool__(self) -> bool:
        return bool(self._known)


class Events:
    """With `of_accounts` a `profile` is an account, and a table `BELONGING` says which nodes send
    for it; what names another account does not count."""

    def __init__(
        self, dialect: Dialect, zones: Zones, now: int, *, of_accounts: bool = False
    ) -> None:
        self._of_accounts = of_accounts
        self.dialect = dialect
        self.now = now
        self._zones = zones
        self._seen = Columns("e")
        self._counted = Columns("a")
        self._wanted: dict[E | str, E] = {}
        self._sessions: dict[str, str] = {}

    def flag(self, selection: Selection, during: Window | None, session: str = "") -> E:
        """Column of `seen`: is the row one of the selected events, inside of the window?"""
        tests = [self._named(selection)]
        self._want(selection)
        tests += [self.passes(each) for each in selection.where]
        tests += self._inside(during)
        if session:
            tests.append(binary(exp.GTE, _ts(), column("start", self._session(session))))
        key = ("flag", selection, during, session)
        return column(self._seen.name(key, sure(exp.and_(*tests))))

    def passes(self, one: Filter) -> E:
        way = paths.of_event(one.path)

        def found(test: Callable[[SqlValue], E]) -> E:
            if way.head == "timestamp":
                return test(InstantValue(self.dialect, _ts()))
            if way.head in FIELDS:
                return test(self._field(way.head))
            return at_path(self.dialect, column(way.head, "e"), way, test)

        return holds(found, one.op, one.value, self.now)

    def has(self, filters: tuple[Filter, ...]) -> E:
        """Column of `seen`: does the row pass?"""
        value = exp.and_(*(self.passes(each) for each in filters))
        return column(self._seen.name(("has", filters), value))

    def text(self, flag: E, path: str) -> E:
        """Column of `seen`: the text at the path, of rows with the flag."""
        value = choose((self._flagged(flag), self._value(path).text()))
        return column(self._seen.name(("text", flag.name, path), value))

    def array(self, flag: E, path: str) -> E:
        """Column of `seen`: the JSON array before the `[]` of the path, of rows with the flag."""
        way = paths.of_event(path)
        held = self.dialect.json_value(column(way.head, "e"), way.any_of or ())
        value = choose((self._flagged(flag), held))
        return column(self._seen.name(("array", flag.name, way.head, way.any_of), value))

    def some(self, flag: E, path: str, test: Callable[[SqlValue], E]) -> E:
        """Column of `seen`: whether a text at the path passes, of rows with the flag."""
        way = paths.of_event(path)

        def passes(value: SqlValue) -> E:
            return exp.and_(there(value.text()), sure(test(value)))

        found = at_path(self.dialect, column(way.head, "e"), way, passes)
        value = exp.and_(self._flagged(flag), found)
        return column(self._seen.name(("some", value), value))

    def number(self, flag: E, path: str) -> E:
        """Column of `seen`: the number at the path, of rows with the flag; see `SUMMABLE`."""
        held = self._value(path).number()
        fits = binary(exp.LT, call("abs", held), SUMMABLE // 10**PLACES)
        value = choose((exp.and_(self._flagged(flag), fits), held))
        return column(self._seen.name(("number", flag.name, path), value))

    def day(self) -> E:
        """Column of `seen`: the calendar day in her zone."""
        return column(self._seen.name("day", self._zones.day(_ts())))

    def consent(self, purpose: str) -> tuple[E, E]:
        """Columns of `seen`: does the row say something of the purpose, and does it say yes?"""
        keys = ("consent", "categoryPreferences", purpose)
        value = JsonValue(self.dialect, column("context", "e"), keys)
        self._wanted.setdefault(f"consent {purpose}", value.exists())
        given = self._seen.name(("given", purpose), value.exists())
        yes = self._seen.name(("yes", purpose), sure(equals(value.text(), "true")))
        return column(given), column(yes)

    def total(self, key: Any, aggregate: E) -> E:
        """Column of `counted`, of an aggregate over columns of `seen`."""
        return column(self._counted.name(key, aggregate))

    @property
    def totals(self) -> list[str]:
        """Names of the columns of `counted`."""
        return self._counted.names

    @property
    def used(self) -> bool:
        return bool(self._seen)

    def with_tables(self, query: exp.Select) -> exp.Select:
        """Add `seen`, `counted` and what they need to the CTEs of `query`."""
        for length, name in self._sessions.items():
            query = query.with_(name, self._session_query(length))
        return query.with_("seen", self._seen_query()).with_("counted", self._counted_query())

    def _seen_query(self) -> exp.Select:
        query = exp.select(
            exp.alias_(column("profile", "i"), "profile", quoted=True),
            exp.alias_(_micros(self.dialect), "ts", quoted=True),
            exp.alias_(column("message_id", "e"), "message_id", quoted=True),
            exp.alias_(column("source", "e"), "source", quoted=True),
            *self._seen.aliased(),
        )
        query = query.from_(exp.to_table("events", alias="e")).join(
            exp.to_table(BELONGING if self._of_accounts else "identities", alias="i"),
            on=equals(column("node", "i"), column("node", "e")),
        )
        if self._of_accounts:
            query = query.where(_counts_for(column("profile", "i")))
        for name in self._sessions.values():
            on = equals(column("profile", name), column("profile", "i"))
            query = query.join(exp.to_table(name), on=on, join_type="left")
        query = self._zones.joined(query, column("profile", "i"), _micros(self.dialect))
        # `ts` is no column here yet: every place that means it gets the expression.
        query = query.where(binary(exp.LTE, _ts(), self.now)).where(exp.or_(*self._wanted.values()))
        for place in [each for each in query.find_all(exp.Column) if each == _ts()]:
            place.replace(_micros(self.dialect))
        return query

    def _counted_query(self) -> exp.Select:
        query = exp.select(column("profile"), *self._counted.aliased())
        return query.from_(exp.to_table("seen")).group_by(column("profile"))

    def _session(self, length: str) -> str:
        return self._sessions.setdefault(length, f"session_{length}")

    def _session_query(self, length: str) -> exp.Select:
        """Where the present session of each person with one began. Of all events, in one window."""
        silence = duration.micros(length)
        before = exp.Window(
            this=exp.Lag(this=column("ts")),
            partition_by=[column("profile")],
            order=exp.Order(expressions=[column("ts")]),
        )
        rows = (
            exp.select(column("profile", "i"), exp.alias_(_micros(self.dialect), "ts", quoted=True))
            .from_(exp.to_table("events", alias="e"))
            .join(
                exp.to_table("identities", alias="i"),
                on=equals(column("node", "i"), column("node", "e")),
            )
        )
        gaps = (
            exp.select(column("profile"), column("ts"), exp.alias_(before, "before", quoted=True))
            .from_(rows.subquery("rows"))
            .where(binary(exp.LTE, column("ts"), self.now))
        )
        gap = binary(exp.Sub, column("ts"), column("before"))
        begins = exp.or_(exp.not_(there(column("before"))), binary(exp.GTE, gap, silence))
        start = exp.Max(this=choose((begins, column("ts"))))
        return (
            exp.select(column("profile"), exp.alias_(start, "start", quoted=True))
            .from_(gaps.subquery("gaps"))
            .group_by(column("profile"))
            .having(binary(exp.GT, exp.Max(this=column("ts")), self.now - silence))
        )

    def _named(self, selection: Selection) -> E:
        tests: list[E] = []
        if selection.type:
            tests.append(equals(column("type", "e"), selection.type))
        if ANY_EVENT not in selection.events:
            tests.append(one_of(column("event", "e"), selection.events))
        return exp.and_(*tests) if tests else exp.true()

    def _want(self, selection: Selection) -> None:
        names = self._named(selection)
        self._wanted.setdefault(names, names)

    def _inside(self, during: Window | None) -> list[E]:
        if during is None:
            return []
        start, end = self._zones.bounds(during)
        return [binary(exp.GTE, _ts(), start), binary(exp.LT, _ts(), end)]

    def _field(self, name: str) -> SqlValue:
        held = exp.Nullif(this=column(name, "e"), expression=exp.Literal.string(""))
        return TextValue(self.dialect, held)

    def _value(self, path: str) -> SqlValue:
        way = paths.of_event(path)
        if way.head in FIELDS:
            return self._field(way.head)
        return JsonValue(self.dialect, column(way.head, "e"), way.keys)

    def _flagged(self, flag: E) -> E:
        """The expression of a column of `seen`, for other columns of `seen`."""
        return self._seen.value(flag.name)


def _counts_for(account: E) -> E:
    named = exp.Coalesce(this=column("group_id", "e"), expressions=[exp.Literal.string("")])
    of_somebody = binary(exp.NEQ, column("node", "e"), 0)
    return exp.or_(equals(named, account), exp.and_(equals(named, ""), of_somebody))


def _ts() -> E:
    return column("ts", "at")


def _micros(dialect: Dialect) -> E:
    return dialect.epoch_micros(column("timestamp", "e"))
