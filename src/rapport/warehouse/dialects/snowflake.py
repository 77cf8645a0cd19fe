"""Snowflake: rendered and parsed in the tests, never run there. JSON columns are VARIANT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from sqlglot import exp

from rapport.warehouse.dialect import Dialect, Kind, Unit
from rapport.warehouse.sqlbuild import E, binary, call, column, integer, operand


class SnowflakeDialect(Dialect):
    name: ClassVar[str] = "snowflake"
    types: ClassVar[dict[Kind, str]] = {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "double": "DOUBLE",
        "boolean": "BOOLEAN",
        "decimal": "DECIMAL(38,6)",
        "instant": "TIMESTAMP_NTZ",
    }

    def epoch_micros(self, instant: E) -> E:
        return call("DATE_PART", exp.var("EPOCH_MICROSECOND"), instant)

    def from_micros(self, micros: E) -> E:
        return call("TO_TIMESTAMP_NTZ", micros, 6)

    def start_of(self, unit: Unit, instant: E) -> E:
        """Weeks in whole days since a Monday: WEEK_START is a setting of the session."""
        if unit != "week":
            return call("DATE_TRUNC", operand(unit), instant)
        day = call("DATE_TRUNC", operand("day"), instant)
        past = binary(exp.Sub, call("DAYOFWEEKISO", instant), 1)
        return call("DATEADD", exp.var("DAY"), exp.Neg(this=past), day)

    def add_interval(self, instant: E, amount: int | E, unit: Unit) -> E:
        return call("DATEADD", exp.var(unit.upper()), operand(amount), instant)

    def json_value(self, value: E, path: Sequence[str]) -> E:
        found = value.copy()
        for key in path:
            found = call("GET", found, key)
        return found

    def json_raw(self, value: E) -> E:
        return call("TO_JSON", value)

    def json_scalar(self, value: E) -> E:
        return call("TO_VARCHAR", value)

    def json_any(
        self, value: E, path: Sequence[str], predicate: Callable[[E], E], *, name: str = "element"
    ) -> E:
        kept = exp.Coalesce(this=predicate(column(name)), expressions=[exp.false()])
        test = exp.Lambda(this=kept, expressions=[exp.to_identifier(name, quoted=True)])
        elements = call("AS_ARRAY", self.json_value(value, path))
        found = binary(exp.GT, call("ARRAY_SIZE", call("FILTER", elements, test)), 0)
        return exp.Coalesce(this=found, expressions=[exp.false()])

    def json_literal(self, text: str) -> E:
        return call("PARSE_JSON", self.literal(text))

    def json_elements(
        self, rows: exp.Select, kept: Sequence[str], value: E, name: str = "element"
    ) -> exp.Select:
        given = exp.Kwarg(this=exp.var("INPUT"), expression=call("AS_ARRAY", value))
        found = exp.Lateral(
            this=call("FLATTEN", given), alias=exp.TableAlias(this=exp.to_identifier("each"))
        )
        made = exp.alias_(exp.column("VALUE", table="each"), name, quoted=True)
        return exp.select(*map(column, kept), made).from_(rows.subquery("held")).join(found)

    def try_decimal(self, text: E) -> E:
        return call("TRY_TO_DECIMAL", text, 38, 6)

    def integer_of(self, digits: E) -> E:
        return call("TRY_TO_NUMBER", digits)

    def int_div(self, value: E, by: E | int) -> E:
        return call("FLOOR", binary(exp.Div, value, by))

    def average(self, total: E, count: E) -> E:
        zeroless = exp.Nullif(this=count.copy(), expression=integer(0))
        return self.cast(call("ROUND", binary(exp.Div, total, zeroless), 6), "decimal")

    def md5_fraction(self, text: E) -> E:
        number = call("TO_NUMBER", call("LEFT", call("MD5", text), 8), "XXXXXXXX")
        return binary(exp.Div, self.cast(number, "double"), 2**32)

    def matches(self, text: E, pattern: str) -> E:
        return call("REGEXP_LIKE", text, pattern)

    def extract(self, text: E, pattern: str) -> E:
        return call("REGEXP_SUBSTR", text, pattern, 1, 1, "e", 1)

    def contains(self, text: E, part: E) -> E:
        return call("CONTAINS", text, part)

    def starts_with(self, text: E, part: E) -> E:
        return call("STARTSWITH", text, part)

    def ends_with(self, text: E, part: E) -> E:
        return call("ENDSWITH", text, part)

    def bit(self, number: E | int) -> E:
        return call("BITSHIFTLEFT", self.cast(integer(1), "integer"), operand(number))

    def bit_and(self, left: E, right: E) -> E:
        return call("BITAND", left, right)

    def bit_union(self, sets: E) -> E:
        return call("BITOR_AGG", sets)

    def bit_count(self, held: E) -> E:
        """Ones of the number written in hexadecimal, each digit replaced by its ones."""
        digits = call("TRANSLATE", call("TO_CHAR", held, "XXXXXXXXXXXXXXXX"), "0 ", "")
        weights = {1: "1248", 2: "3569AC", 3: "7BDE", 4: "F"}
        ones: E | None = None
        for weight, of in weights.items():
            left = call("LENGTH", call("TRANSLATE", digits, of, ""))
            found = binary(exp.Mul, binary(exp.Sub, call("LENGTH", digits), left), weight)
            ones = found if ones is None else binary(exp.Add, ones, found)
        assert ones is not None  # noqa: S101 - there are weights
        return ones

    def quantile(self, value: E, fraction: float) -> E:
        order = exp.Order(expressions=[exp.Ordered(this=self.cast(value, "double"))])
        place = call("PERCENTILE_CONT", exp.Literal.number(str(fraction)))
        return exp.WithinGroup(this=place, expression=order)

    def bool_or(self, condition: E) -> E:
        return call("BOOLOR_AGG", condition)

    def bool_and(self, condition: E) -> E:
        return call("BOOLAND_AGG", condition)

    def array_agg_ordered(self, value: E, *order: E) -> E:
        return _within("ARRAY_AGG", value, order, desc=False)

    def first_of(self, value: E, *order: E) -> E:
        return self._ends(value, order, desc=False)

    def last_of(self, value: E, *order: E) -> E:
        return self._ends(value, order, desc=True)

    def series(self, first: int | E, last: int | E) -> exp.Select:
        end = binary(exp.Add, operand(last), 1)
        rows = call("FLATTEN", call("ARRAY_GENERATE_RANGE", operand(first), end))
        number = self.cast(exp.column("VALUE"), "integer")
        return exp.select(exp.alias_(number, "n", quoted=True)).from_(
            exp.Table(this=call("TABLE", rows))
        )

    def _ends(self, value: E, order: Sequence[E], *, desc: bool) -> E:
        """In an object, since ARRAY_AGG leaves NULL out."""
        held = call("OBJECT_CONSTRUCT_KEEP_NULL", "kept", value)
        first = call("GET", _within("ARRAY_AGG", held, order, desc=desc), 0)
        return call("GET", first, "kept")


def _within(name: str, value: E, order: Sequence[E], *, desc: bool) -> E:
    keys = [exp.Ordered(this=k.copy(), desc=desc) for k in order]
    return exp.WithinGroup(this=call(name, value), expression=exp.Order(expressions=keys))
