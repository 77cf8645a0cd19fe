"""PostgreSQL 14 and later. JSON columns are `json`, which keeps the text as it was sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from sqlglot import exp

from rapport.warehouse.dialect import Dialect, Kind, Unit
from rapport.warehouse.sqlbuild import E, binary, call, choose, column, equals, integer, operand

_FIXED = {
    "microsecond": 1,
    "second": 10**6,
    "minute": 60 * 10**6,
    "hour": 3_600 * 10**6,
    "day": 86_400 * 10**6,
    "week": 7 * 86_400 * 10**6,
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class PostgresDialect(Dialect):
    name: ClassVar[str] = "postgres"
    excludes_row: ClassVar[bool] = True
    types: ClassVar[dict[Kind, str]] = {
        "text": "TEXT",
        "integer": "BIGINT",
        "double": "DOUBLE PRECISION",
        "boolean": "BOOLEAN",
        "decimal": "DECIMAL(38,6)",
        "instant": "TIMESTAMP",
    }

    def epoch_micros(self, instant: E) -> E:
        seconds = exp.Extract(this=exp.var("EPOCH"), expression=instant.copy())
        return self.cast(binary(exp.Mul, seconds, 10**6), "integer")

    def from_micros(self, micros: E) -> E:
        return binary(exp.Add, self._epoch(), self._micros(micros, 1))

    def start_of(self, unit: Unit, instant: E) -> E:
        return call("date_trunc", unit, instant)

    def add_interval(self, instant: E, amount: int | E, unit: Unit) -> E:
        if unit in _FIXED:
            return binary(exp.Add, instant, self._micros(operand(amount), _FIXED[unit]))
        months = exp.cast(binary(exp.Mul, operand(amount), _MONTHS[unit]), "INT")
        return binary(exp.Add, instant, call("make_interval", 0, months))

    def json_value(self, value: E, path: Sequence[str]) -> E:
        found = value.copy()
        for key in path:
            found = call("json_object_field", found, key)
        return found

    def json_raw(self, value: E) -> E:
        return self.cast(value, "text")

    def json_scalar(self, value: E) -> E:
        """By its bytes, whatever the order of texts in the database."""
        said = exp.JSONBExtractScalar(this=exp.paren(value.copy()), expression=operand("{}"))
        return exp.paren(
            exp.Collate(this=exp.paren(said), expression=exp.to_identifier("C", quoted=True))
        )

    def json_any(
        self, value: E, path: Sequence[str], predicate: Callable[[E], E], *, name: str = "element"
    ) -> E:
        found = self.json_value(value, path)
        is_list = equals(call("json_typeof", found), "array")
        elements = call("json_array_elements", choose((is_list, found)))
        held = exp.Table(
            this=elements,
            alias=exp.TableAlias(
                this=exp.to_identifier(f"{name}_rows", quoted=True),
                columns=[exp.to_identifier(name, quoted=True)],
            ),
        )
        inner = exp.select(integer(1)).from_(held).where(predicate(column(name)))
        return exp.Exists(this=inner)

    def json_literal(self, text: str) -> E:
        return exp.cast(self.literal(text), "JSON")

    def json_elements(
        self, rows: exp.Select, kept: Sequence[str], value: E, name: str = "element"
    ) -> exp.Select:
        is_list = equals(call("json_typeof", value), "array")
        elements = call("json_array_elements", choose((is_list, value)))
        return self.each_row(rows, kept, elements, name)

    def once(self, value: E, body: Callable[[E], E]) -> E:
        held = exp.select(exp.alias_(value.copy(), "said", quoted=True)).subquery("held")
        return exp.select(body(column("said", "held"))).from_(held).subquery()

    def try_decimal(self, text: E) -> E:
        """Only of what looks like a number and cannot be too large, since a cast fails."""
        small = "[+-]?[0-9]{1,255}([.][0-9]{1,255})?([eE][+-]?[0-9]{1,3})?"
        exact = exp.cast(text.copy(), "NUMERIC")
        rounded = call("round", exact, 6)
        bound = exp.cast(operand("1e32"), "NUMERIC")
        fits = exp.and_(self.matches(text, small), binary(exp.LT, call("abs", exact), bound))
        return choose((fits, self.cast(rounded, "decimal")))

    def plain_text(self, decimal: E) -> E:
        return self.cast(call("trim_scale", decimal), "text")

    def integer_of(self, digits: E) -> E:
        return choose((self.matches(digits, "[0-9]{1,18}"), self.cast(digits, "integer")))

    def int_div(self, value: E, by: E | int) -> E:
        return call("div", value, operand(by))

    def average(self, total: E, count: E) -> E:
        size = exp.cast(call("abs", total), "NUMERIC")
        twice = binary(exp.Add, binary(exp.Mul, size, 2 * 10**6), count)
        doubled = exp.Nullif(this=binary(exp.Mul, count, 2), expression=integer(0))
        rounded = call("div", twice, exp.cast(doubled, "NUMERIC"))
        scaled = binary(exp.Mul, rounded, exp.Literal.number("0.000001"))
        return self.cast(binary(exp.Mul, scaled, call("sign", total)), "decimal")

    def md5_fraction(self, text: E) -> E:
        digits = exp.DPipe(this=operand("x"), expression=call("left", call("md5", text), 8))
        bits = exp.Cast(
            this=exp.paren(digits), to=exp.DataType.build("BIT(32)", dialect="postgres")
        )
        return binary(exp.Div, self.cast(self.cast(bits, "integer"), "double"), 2**32)

    def matches(self, text: E, pattern: str) -> E:
        return binary(exp.RegexpLike, text, f"^({pattern})$")

    def extract(self, text: E, pattern: str) -> E:
        return call("substring", text, pattern)

    def contains(self, text: E, part: E) -> E:
        return binary(exp.GT, call("strpos", text, part), 0)

    def starts_with(self, text: E, part: E) -> E:
        return call("starts_with", text, part)

    def ends_with(self, text: E, part: E) -> E:
        return equals(call("right", text, call("length", part)), part)

    def bit(self, number: E | int) -> E:
        by = exp.cast(operand(number), "INT")
        return binary(exp.BitwiseLeftShift, self.cast(integer(1), "integer"), by)

    def bit_union(self, sets: E) -> E:
        return call("bit_or", sets)

    def bit_count(self, held: E) -> E:
        bits = exp.Cast(this=held.copy(), to=exp.DataType.build("BIT(64)", dialect="postgres"))
        return call("bit_count", bits)

    def quantile(self, value: E, fraction: float) -> E:
        order = exp.Order(expressions=[exp.Ordered(this=self.cast(value, "double"))])
        place = call("percentile_cont", exp.Literal.number(str(fraction)))
        return exp.WithinGroup(this=place, expression=order)

    def array_agg_ordered(self, value: E, *order: E) -> E:
        there = exp.Where(this=exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())))
        return exp.Filter(this=self._ordered("array_agg", value, order), expression=there)

    def first_of(self, value: E, *order: E) -> E:
        return self._ends(value, order, desc=False)

    def last_of(self, value: E, *order: E) -> E:
        return self._ends(value, order, desc=True)

    def series(self, first: int | E, last: int | E) -> exp.Select:
        bounds = [self.cast(operand(n), "integer") for n in (first, last)]
        return exp.select(exp.alias_(call("generate_series", *bounds), "n", quoted=True))

    def _epoch(self) -> E:
        return self.cast(operand("1970-01-01 00:00:00"), "instant")

    def _micros(self, amount: E, size: int) -> E:
        """An interval of whole µs: in days and µs, since a DOUBLE of seconds is not exact."""
        total = binary(exp.Mul, self.cast(amount, "integer"), size)
        unit = exp.Cast(
            this=operand("1 microsecond"), to=exp.DataType.build("INTERVAL", dialect="postgres")
        )
        return binary(exp.Mul, total, unit)

    def _ordered(self, name: str, value: E, order: Sequence[E], *, desc: bool = False) -> E:
        keys = [exp.Ordered(this=k.copy(), desc=desc, nulls_first=desc) for k in order]
        return call(name, exp.Order(this=value.copy(), expressions=keys))

    def _ends(self, value: E, order: Sequence[E], *, desc: bool) -> E:
        values = self._ordered("array_agg", value, order, desc=desc)
        return exp.Bracket(this=exp.paren(values), expressions=[integer(1)], offset=1)
