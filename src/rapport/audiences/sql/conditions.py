"""Conditions and computed traits as expressions over one row a person."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from sqlglot import exp

from rapport.audiences.language import duration, expressions, paths
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    Aggregate,
    AllOf,
    AnyOf,
    ComputedTrait,
    Condition,
    Consent,
    DaysSince,
    Definition,
    Did,
    Expression,
    Extreme,
    Identifier,
    InSegment,
    Measure,
    Not,
    OfAccounts,
    Outside,
    Percent,
    Rate,
    Segment,
    Sequence,
    Trait,
)
from rapport.audiences.language.operands import refuse
from rapport.audiences.language.paths import Path
from rapport.audiences.meaning.computed import UNITS
from rapport.audiences.sql.belonging import TABLE, Accounts
from rapport.audiences.sql.events import Events
from rapport.audiences.sql.expressions import Expressions
from rapport.audiences.sql.sequences import query as sequence_query
from rapport.audiences.sql.values import (
    JsonValue,
    NumberValue,
    SqlValue,
    TextValue,
    TruthValue,
    at_path,
    compare,
    holds,
    sure,
    there,
)
from rapport.audiences.sql.words import LISTS, words
from rapport.clock import DAY
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer

_NUMERIC: Final = ("count", "sum", "avg", "min", "max", "unique_count")


class Conditions:
    """`tables` are CTEs to be joined by `profile`; `held` names what to take of each."""

    def __init__(
        self,
        dialect: Dialect,
        known: Known,
        now: int,
        events: Events,
        accounts: Accounts | None = None,
    ) -> None:
        self.tables: dict[str, Callable[[], exp.Select]] = {}
        self.held: dict[str, list[str]] = {}
        self._dialect = dialect
        self._known = known
        self._now = now
        self._events = events
        self._accounts = accounts or Accounts(dialect, now, None)
        self._names: dict[Any, str] = {}

    def name(self, one: Definition) -> str:
        """Of its column."""
        return f"{'is' if isinstance(one, Segment) else 'of'}_{one.key}"

    def layers(self, one: Definition) -> list[list[E]]:
        """Columns that a definition adds to the row; those of a layer may look at the one below."""
        if isinstance(one, ComputedTrait) and isinstance(one.trait, Expression):
            written = Expressions(self._dialect, self._single, f"part_{one.key}")
            written.column(expressions.parse(one.trait.text).root, self.name(one))
            return written.layers
        if isinstance(one, Segment):
            if one.of != "people":
                raise refuse(one.key, "segments of accounts cannot be asked in SQL")
            value = self.condition(one.when)
        else:
            value = self._computed(one)
        return [[exp.alias_(value, self.name(one), quoted=True)]]

    def condition(self, node: Condition) -> E:
        """TRUE or FALSE, never NULL."""
        match node:
            case AllOf(items):
                return exp.paren(exp.and_(*map(self.condition, items)))
            case AnyOf(items):
                return exp.paren(exp.or_(*map(self.condition, items)))
            case Not(item):
                return exp.paren(exp.not_(self.condition(item)))
            case InSegment(key):
                return column(self.name(self._known.segments[key]))
            case Trait(path, op, operand):
                return self._trait(path, op, operand)
            case Identifier(kind, op, operand):
                return self._identifier(kind, op, operand)
            case Percent(share, salt):
                named = self._dialect.concat(
                    self._dialect.literal(f"{salt}:p_"),
                    self._dialect.cast(column("profile"), "text"),
                )
                below = self._dialect.literal(float(share) / 100)
                return binary(exp.LT, self._dialect.md5_fraction(named), below)
            case OfAccounts():
                test = self._accounts.condition(node)
                self.tables[TABLE], self.held[TABLE] = self._accounts.table, self._accounts.held
                return test
            case Did() | Extreme() | Sequence() | Consent():
                return self._of_events(node)
        raise refuse("when", f"{type(node).__name__} cannot be asked in SQL")

    def _of_events(self, node: Did | Extreme | Sequence | Consent) -> E:
        events = self._events
        match node:
            case Did(selection, during, measure, op, value):
                measured = self._measured(events.flag(selection, during), measure)
                operand = self._dialect.literal(value)
                if op == "ne":
                    return exp.paren(exp.not_(sure(compare("eq", measured, operand))))
                return sure(compare(op, measured, operand))
            case Extreme(which, selection, has, during):
                flag = events.flag(selection, during)
                passed = events.has(has)
                chosen = self._extreme(which, passed, flag)
                return sure(events.total((which, flag.name, passed.name), chosen))
            case Consent(purpose):
                return self._consent(purpose)
            case Sequence():
                table = self._names.setdefault(node, f"sequence_{len(self._names)}")
                if table not in self.tables:
                    self.tables[table] = sequence_query(node, events)
                    self.held[table] = ["profile"]
                return there(column(f"{table}_profile"))

    def _measured(self, flag: E, measure: Measure) -> E:
        kind, path = measure.kind, measure.path
        if kind in ("count", "days", "unique"):
            return self._dialect.cast(self._counted(flag, kind, path), "decimal")
        return self._sized(flag, kind, path)

    def _counted(self, flag: E, kind: str, path: str) -> E:
        """A whole number, never NULL."""
        events = self._events
        if kind == "count":
            total = events.total(("count", flag.name), self._dialect.count_if(flag))
        elif kind == "days":
            day = choose((flag, events.day()))
            total = events.total(("days", flag.name), self._dialect.exact_distinct(day))
        else:
            held = events.text(flag, path)
            total = events.total(("unique", held.name), self._dialect.exact_distinct(held))
        return exp.Coalesce(this=total, expressions=[integer(0)])

    def _sized(self, flag: E, kind: str, path: str) -> E:
        """DECIMAL(38,6); of nothing 0 for the sum, else NULL."""
        held = self._events.number(flag, path)
        zero = self._dialect.literal(Decimal(0))
        total = self._events.total
        match kind:
            case "min" | "max":
                aggregate = exp.Min(this=held) if kind == "min" else exp.Max(this=held)
                return total((kind, held.name), aggregate)
            case "sum":
                found = total(("sum", held.name), self._dialect.cast(exp.Sum(this=held), "decimal"))
                return exp.Coalesce(this=found, expressions=[zero])
        added = self._dialect.cast(exp.Sum(this=held), "decimal")
        mean = self._dialect.average(added, exp.Count(this=held.copy()))
        return total(("avg", held.name), mean)

    def _extreme(self, which: str, value: E, flag: E) -> E:
        """Of rows with the flag, which come first (last); NULL when there is none."""
        wanted = (integer(0), integer(1)) if which == "first" else (integer(1), integer(0))
        order = [choose((flag, wanted[0]), default=wanted[1])]
        order += [column(name) for name in ("ts", "message_id", "source")]
        take = self._dialect.first_of if which == "first" else self._dialect.last_of
        return take(choose((flag, value)), *order)

    def _consent(self, purpose: str) -> E:
        given, yes = self._events.consent(purpose)
        no = exp.and_(given, exp.not_(yes))
        latest = [
            self._events.total((word, purpose), exp.Max(this=choose((test, column("ts")))))
            for word, test in (("yes", yes), ("no", no))
        ]
        never = exp.not_(there(latest[1]))
        return sure(exp.and_(there(latest[0]), exp.or_(never, binary(exp.GT, *latest))))

    def _identifier(self, kind: str, op: str, operand: Any) -> E:
        def found(test: Callable[[SqlValue], E]) -> E:
            def one(each: E) -> E:
                is_kind = equals(self._dialect.json_text(each, ("type",)), kind)
                return exp.and_(is_kind, test(JsonValue(self._dialect, each, ("value",))))

            return self._dialect.json_any(column("identifiers"), (), one)

        return holds(found, op, operand, self._now)

    def _trait(self, path: str, op: str, operand: Any) -> E:
        trait = self._known.traits.get(path)
        if trait is None:
            way = paths.of_trait(path)
            return holds(lambda test: self._described(way, test), op, operand, self._now)
        if isinstance(trait.trait, Outside):
            written = self._written(trait)
            return holds(lambda test: test(written), op, operand, self._now)
        if isinstance(trait.trait, Aggregate) and trait.trait.kind == "unique_list":
            return self._in_list(trait.trait, op, operand)
        value = self._value(trait)
        return holds(lambda test: test(value), op, operand, self._now)

    def _described(self, way: Path, test: Callable[[SqlValue], E]) -> E:
        return at_path(self._dialect, column("traits"), way, test)

    def _in_list(self, trait: Aggregate, op: str, operand: Any) -> E:
        """Whether any word of the list passes, counted over the events that it is made of."""
        flag = self._events.flag(trait.selection, trait.during, trait.session)

        def found(test: Callable[[SqlValue], E]) -> E:
            if "[]" in trait.path:
                passes = self._events.some(flag, trait.path, test)
            else:
                held = self._events.text(flag, trait.path)
                passes = exp.and_(there(held), sure(test(TextValue(self._dialect, held))))
            return self._events.total(("list", passes), self._dialect.bool_or(passes))

        return holds(found, op, operand, self._now)

    def _single(self, path: str) -> SqlValue:
        trait = self._known.traits.get(path)
        if trait is None:
            return JsonValue(self._dialect, column("traits"), paths.of_trait(path).keys)
        if isinstance(trait.trait, Outside):
            return self._written(trait)
        return self._value(trait)

    def _written(self, trait: ComputedTrait) -> SqlValue:
        """What was written down for it."""
        table = f"written_{trait.key}"

        def found() -> exp.Select:
            query = exp.select(column("profile"), column("value"))
            return query.from_("computed_traits").where(equals(column("trait"), trait.key))

        self.tables[table], self.held[table] = found, ["value"]
        return JsonValue(self._dialect, column(f"{table}_value"), ())

    def _value(self, trait: ComputedTrait) -> SqlValue:
        held = column(self.name(trait))
        match trait.trait:
            case Aggregate("unique_list"):
                return TextValue(self._dialect, self._dialect.typed(None, "text"))
            case Aggregate(kind):
                numeric = kind in _NUMERIC
            case Expression(text):
                root = expressions.kind(expressions.parse(text).root)
                if root == "truth":
                    return TruthValue(self._dialect, held)
                numeric = root == "number"
            case _:
                numeric = True
        return NumberValue(self._dialect, held) if numeric else TextValue(self._dialect, held)

    def _computed(self, one: ComputedTrait) -> E:
        match one.trait:
            case Outside():
                return self._written(one).text()
            case DaysSince(selection):
                flag = self._events.flag(selection, None)
                last = exp.Max(this=choose((flag, column("ts"))))
                since = binary(
                    exp.Sub, integer(self._now), self._events.total(("at", flag.name), last)
                )
                return self._dialect.cast(self._dialect.int_div(since, DAY), "decimal")
            case Rate(selection, per, during):
                flag = self._events.flag(selection, during)
                events = binary(exp.Mul, self._counted(flag, "count", ""), UNITS[per])
                total = self._dialect.cast(events, "decimal")
                length = self._dialect.cast(integer(duration.micros(during.length)), "integer")
                return self._dialect.average(total, length)
            case Aggregate() as aggregate:
                return self._aggregate(aggregate)
        raise AssertionError(one)

    def _aggregate(self, one: Aggregate) -> E:
        flag = self._events.flag(one.selection, one.during, one.session)
        if "[]" in one.path:
            return self._listed(one.kind, self._events.array(flag, one.path), one.path)
        if one.kind in ("count", "unique_count"):
            kind = "count" if one.kind == "count" else "unique"
            return self._dialect.cast(self._counted(flag, kind, one.path), "decimal")
        if one.kind in _NUMERIC:
            return self._sized(flag, one.kind, one.path)
        held = self._events.text(flag, one.path)
        if one.kind in ("first", "last"):
            chosen = self._extreme(one.kind, held, there(held))
            return self._events.total((one.kind, held.name), chosen)
        return self._listed(one.kind, held, "")

    def _listed(self, kind: str, held: E, path: str) -> E:
        """Of the texts in a column of `seen`; with a path, in the elements of its arrays."""
        table = self._names.setdefault(("words", held.name, path), f"words_{len(self._names)}")
        if table not in self.tables:
            self.tables[table] = lambda: words(self._dialect, held, path)
            self.held[table] = list(LISTS)
        if kind == "unique_count":
            counted = exp.Coalesce(this=column(f"{table}_{kind}"), expressions=[integer(0)])
            return self._dialect.cast(counted, "decimal")
        return column(f"{table}_{kind}")
