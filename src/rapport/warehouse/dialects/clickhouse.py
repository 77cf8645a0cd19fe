"""ClickHouse, with the settings of `SETTINGS`, without which NULL and names mean other things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from sqlglot import exp

from rapport.warehouse.dialect import Dialect, Kind, Unit
from rapport.warehouse.sqlbuild import E, binary, call, column, equals, integer, operand

# What a session must say so that queries mean here what they mean elsewhere.
SETTINGS = {
    "aggregate_functions_null_for_empty": 1,  # the sum of nothing is NULL
    "cast_keep_nullable": 1,
    "count_distinct_implementation": "uniqExact",
    "data_type_default_nullable": 0,
    "enable_extended_results_for_datetime_functions": 1,
    "join_use_nulls": 1,
    "max_query_size": 64 * 1024 * 1024,  # lists of names are part of some queries
    "output_format_arrow_date_as_uint16": 0,
    "prefer_column_name_to_alias": 1,
    "session_timezone": "UTC",
    "union_default_mode": "DISTINCT",
}
_FIXED = {
    "microsecond": 1,
    "second": 10**6,
    "minute": 60 * 10**6,
    "hour": 3_600 * 10**6,
    "day": 86_400 * 10**6,
    "week": 7 * 86_400 * 10**6,
}


class ClickhouseDialect(Dialect):
    name: ClassVar[str] = "clickhouse"
    types: ClassVar[dict[Kind, str]] = {
        "text": "Nullable(String)",
        "integer": "Nullable(Int64)",
        "double": "Nullable(Float64)",
        "boolean": "Nullable(Bool)",
        "decimal": "Nullable(Decimal(38,6))",
        "instant": "Nullable(DateTime64(6,'UTC'))",
    }

    def cast(self, value: E, kind: Kind) -> E:
        return call("CAST", value, self.types[kind])

    def instant(self, micros: int) -> E:
        return self.from_micros(integer(micros))

    def epoch_micros(self, instant: E) -> E:
        return call("toUnixTimestamp64Micro", instant)

    def from_micros(self, micros: E) -> E:
        return call("fromUnixTimestamp64Micro", call("toInt64", micros), "UTC")

    def start_of(self, unit: Unit, instant: E) -> E:
        """In µs where units are of one length: dates before 1970 are cut off otherwise."""
        if unit not in _FIXED:
            return call("toDateTime64", call(f"toStartOf{unit.title()}", instant), 6, "UTC")
        at = self.epoch_micros(instant)
        from_monday = binary(exp.Add, at, 3 * _FIXED["day"]) if unit == "week" else at
        past = call("positiveModulo", from_monday, _FIXED[unit])
        return self.from_micros(binary(exp.Sub, at, past))

    def add_interval(self, instant: E, amount: int | E, unit: Unit) -> E:
        if unit in _FIXED:
            moved = binary(exp.Mul, call("toInt64", operand(amount)), _FIXED[unit])
            return self.from_micros(binary(exp.Add, self.epoch_micros(instant), moved))
        return call(f"add{unit.title()}s", instant, operand(amount))

    def json_value(self, value: E, path: Sequence[str]) -> E:
        return call("JSONExtractRaw", value, *path) if path else value.copy()

    def json_raw(self, value: E) -> E:
        return value.copy()

    def json_scalar(self, value: E) -> E:
        said = call("JSONExtractString", value)
        return call("if", call("startsWith", value, '"'), said, value)

    def json_any(
        self, value: E, path: Sequence[str], predicate: Callable[[E], E], *, name: str = "element"
    ) -> E:
        elements = call("JSONExtractArrayRaw", call("ifNull", value, ""), *path)
        kept = call("ifNull", predicate(column(name)), exp.false())
        test = exp.Lambda(this=kept, expressions=[exp.to_identifier(name, quoted=True)])
        return call("arrayExists", test, elements)

    def json_elements(
        self, rows: exp.Select, kept: Sequence[str], value: E, name: str = "element"
    ) -> exp.Select:
        elements = call("JSONExtractArrayRaw", call("ifNull", value, ""))
        return self.each_row(rows, kept, call("arrayJoin", elements), name)

    def try_decimal(self, text: E) -> E:
        """Seven digits are enough to round to six; more would be cut off anyway."""
        exact = call("toDecimal256OrNull", text, 7)
        return call("toDecimal128OrNull", call("toString", call("round", exact, 6)), 6)

    def plain_text(self, decimal: E) -> E:
        return call("toString", decimal)

    def integer_of(self, digits: E) -> E:
        return call("toInt64OrNull", digits)

    def int_div(self, value: E, by: E | int) -> E:
        return call("intDiv", value, operand(by))

    def product(self, left: E, right: E) -> E:
        """A product has the precision of its wider part here, and not that of both."""
        return binary(exp.Mul, *(call("toDecimal128", each, 6) for each in (left, right)))

    def average(self, total: E, count: E) -> E:
        wide = call("toInt256", binary(exp.Mul, call("toDecimal256", total, 6), 10**6))
        twice = binary(exp.Add, binary(exp.Mul, call("abs", wide), 2), count)
        rounded = call("intDivOrZero", twice, binary(exp.Mul, count, 2))
        signed = call("toDecimal256", binary(exp.Mul, rounded, call("sign", wide)), 6)
        scaled = call("divideDecimal", signed, call("toDecimal256", integer(10**6), 0), 6)
        return call("if", equals(count, 0), exp.null(), call("toDecimal128", scaled, 6))

    def md5_fraction(self, text: E) -> E:
        first = call("reverse", call("substring", call("MD5", text), 1, 4))
        return binary(exp.Div, call("reinterpretAsUInt32", first), 2**32)

    def matches(self, text: E, pattern: str) -> E:
        return call("match", text, f"^(?:{pattern})\\z")

    def extract(self, text: E, pattern: str) -> E:
        return call("extract", text, pattern)

    def concat(self, left: E | str, right: E | str) -> E:
        return call("concat", left, right)

    def contains(self, text: E, part: E) -> E:
        return binary(exp.GT, call("position", text, part), 0)

    def starts_with(self, text: E, part: E) -> E:
        return call("startsWith", text, part)

    def ends_with(self, text: E, part: E) -> E:
        return call("endsWith", text, part)

    def bit(self, number: E | int) -> E:
        return call("bitShiftLeft", call("toInt64", 1), operand(number))

    def bit_and(self, left: E, right: E) -> E:
        return call("bitAnd", left, right)

    def bit_union(self, sets: E) -> E:
        return call("groupBitOr", sets)

    def bit_count(self, held: E) -> E:
        return call("toInt64", call("bitCount", held))

    def exact_distinct(self, value: E) -> E:
        return call("uniqExact", value)

    def quantile(self, value: E, fraction: float) -> E:
        held = self.cast(value, "double")
        return exp.CombinedParameterizedAgg(
            this="quantileExactInclusive",
            expressions=[exp.Literal.number(str(fraction))],
            params=[held],
        )

    def bool_or(self, condition: E) -> E:
        return call("max", self.cast(condition, "boolean"))

    def bool_and(self, condition: E) -> E:
        return call("min", self.cast(condition, "boolean"))

    def count_if(self, condition: E) -> E:
        return call("countIf", call("ifNull", condition, exp.false()))

    def array_agg_ordered(self, value: E, *order: E) -> E:
        rows = call("groupArrayIf", call("tuple", *order, value), call("isNotNull", value))
        row = call("tupleElement", column("row"), len(order) + 1)
        keys = [call("tupleElement", column("row"), n + 1) for n in range(len(order))]
        lambdas = [
            exp.Lambda(this=e, expressions=[exp.to_identifier("row", quoted=True)])
            for e in (call("assumeNotNull", row), call("tuple", *keys))
        ]
        return call("arrayMap", lambdas[0], call("arraySort", lambdas[1], rows))

    def first_of(self, value: E, *order: E) -> E:
        return call("tupleElement", call("argMin", call("tuple", value), call("tuple", *order)), 1)

    def last_of(self, value: E, *order: E) -> E:
        return call("tupleElement", call("argMax", call("tuple", value), call("tuple", *order)), 1)

    def series(self, first: int | E, last: int | E) -> exp.Select:
        end = call("toInt64", binary(exp.Add, operand(last), 1))
        numbers = call("arrayJoin", call("range", call("toInt64", operand(first)), end))
        return exp.select(exp.alias_(numbers, "n", quoted=True))

    def constant_rows(self, rows: Sequence[Sequence[E]], names: Sequence[str]) -> exp.Select:
        held = call("array", *(call("tuple", *row) for row in rows))
        parts = [
            exp.alias_(call("tupleElement", column("row"), n + 1), name, quoted=True)
            for n, name in enumerate(names)
        ]
        given = exp.select(exp.alias_(call("arrayJoin", held), "row", quoted=True))
        return exp.select(*parts).from_(given.subquery("given"))
