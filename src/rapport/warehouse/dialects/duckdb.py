"""DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from sqlglot import exp

from rapport.warehouse.dialect import Dialect, Kind, Unit
from rapport.warehouse.naming import pointer
from rapport.warehouse.sqlbuild import E, binary, call, choose, column, integer, operand, substring


class DuckdbDialect(Dialect):
    name: ClassVar[str] = "duckdb"
    excludes_row: ClassVar[bool] = True
    types: ClassVar[dict[Kind, str]] = {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "double": "DOUBLE",
        "boolean": "BOOLEAN",
        "decimal": "DECIMAL(38,6)",
        "instant": "TIMESTAMP",
    }

    def epoch_micros(self, instant: E) -> E:
        return call("epoch_us", instant)

    def from_micros(self, micros: E) -> E:
        return call("make_timestamp", micros)

    def start_of(self, unit: Unit, instant: E) -> E:
        return self.cast(call("date_trunc", unit, instant), "instant")

    def add_interval(self, instant: E, amount: int | E, unit: Unit) -> E:
        return exp.paren(
            exp.Add(this=instant.copy(), expression=call(f"to_{unit}s", self._count(amount, unit)))
        )

    def _count(self, amount: int | E, unit: Unit) -> E:
        """Some of the interval functions only take INTEGER."""
        value = operand(amount)
        small = unit in ("day", "week", "month", "quarter", "year")
        return exp.cast(value, "INTEGER") if small else self.cast(value, "integer")

    def json_value(self, value: E, path: Sequence[str]) -> E:
        if not path:
            return value.copy()
        return call("json_extract", value, "".join(map(pointer, path)))

    def json_raw(self, value: E) -> E:
        return self.cast(value, "text")

    def json_scalar(self, value: E) -> E:
        return call("json_extract_string", value, "$")

    def json_any(
        self, value: E, path: Sequence[str], predicate: Callable[[E], E], *, name: str = "element"
    ) -> E:
        found = self.json_value(value, path)
        is_list = exp.EQ(this=call("json_type", found), expression=operand("ARRAY"))
        elements = choose((is_list, call("json_extract", found, "$[*]")))
        element = column(name)
        kept = exp.Coalesce(this=predicate(element), expressions=[exp.false()])
        test = exp.Lambda(this=kept, expressions=[exp.to_identifier(name, quoted=True)])
        mapped = call("list_transform", elements, test)
        return exp.Coalesce(this=call("list_bool_or", mapped), expressions=[exp.false()])

    def json_literal(self, text: str) -> E:
        return exp.cast(self.literal(text), "JSON")

    def json_elements(
        self, rows: exp.Select, kept: Sequence[str], value: E, name: str = "element"
    ) -> exp.Select:
        is_list = exp.EQ(this=call("json_type", value), expression=operand("ARRAY"))
        elements = choose((is_list, call("json_extract", value, "$[*]")))
        return self.each_row(rows, kept, call("unnest", elements), name)

    def try_decimal(self, text: E) -> E:
        return exp.TryCast(
            safe=True, this=text.copy(), to=exp.DataType.build(self.types["decimal"])
        )

    def int_div(self, value: E, by: E | int) -> E:
        return binary(exp.IntDiv, value, by)

    def product(self, left: E, right: E) -> E:
        """Of two parts of 18 digits it would be one of 18 again, and overflow."""
        return binary(exp.Mul, exp.cast(left, "DECIMAL(20, 6)"), exp.cast(right, "DECIMAL(18, 6)"))

    def average(self, total: E, count: E) -> E:
        """In whole micro-units: a quotient of decimals would be a DOUBLE."""
        wide = exp.cast(exp.Mul(this=exp.paren(total.copy()), expression=integer(10**6)), "INT128")
        twice = binary(exp.Add, binary(exp.Mul, call("abs", wide), 2), count)
        rounded = binary(
            exp.IntDiv, twice, exp.Nullif(this=binary(exp.Mul, count, 2), expression=integer(0))
        )
        signed = exp.cast(binary(exp.Mul, rounded, call("sign", wide)), "DECIMAL(38,0)")
        return self.cast(binary(exp.Mul, signed, exp.Literal.number("0.000001")), "decimal")

    def md5_fraction(self, text: E) -> E:
        digits = exp.DPipe(this=operand("0x"), expression=substring(call("md5", text), 1, 8))
        return binary(exp.Div, self.cast(self.cast(digits, "integer"), "double"), 2**32)

    def matches(self, text: E, pattern: str) -> E:
        return call("regexp_full_match", text, pattern)

    def extract(self, text: E, pattern: str) -> E:
        return call("regexp_extract", text, pattern, 1)

    def contains(self, text: E, part: E) -> E:
        return call("contains", text, part)

    def starts_with(self, text: E, part: E) -> E:
        return call("starts_with", text, part)

    def ends_with(self, text: E, part: E) -> E:
        return call("ends_with", text, part)

    def bit(self, number: E | int) -> E:
        return binary(exp.BitwiseLeftShift, self.cast(integer(1), "integer"), number)

    def bit_union(self, sets: E) -> E:
        return call("bit_or", sets)

    def bit_count(self, held: E) -> E:
        return self.cast(call("bit_count", held), "integer")

    def quantile(self, value: E, fraction: float) -> E:
        return call("quantile_cont", self.cast(value, "double"), exp.Literal.number(str(fraction)))

    def array_agg_ordered(self, value: E, *order: E) -> E:
        held = exp.Order(this=value.copy(), expressions=[exp.Ordered(this=k.copy()) for k in order])
        there = exp.Where(this=exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())))
        return exp.Filter(this=call("list", held), expression=there)

    def first_of(self, value: E, *order: E) -> E:
        return call("first", self._in_order(value, order))

    def last_of(self, value: E, *order: E) -> E:
        return call("last", self._in_order(value, order))

    def series(self, first: int | E, last: int | E) -> exp.Select:
        end = binary(exp.Add, operand(last), 1)
        numbers = call("unnest", call("range", self.cast(operand(first), "integer"), end))
        return exp.select(exp.alias_(numbers, "n", quoted=True))

    def _in_order(self, value: E, order: Sequence[E]) -> E:
        keys = [exp.Ordered(this=k.copy(), nulls_first=False) for k in order]
        return exp.Order(this=value.copy(), expressions=keys)
