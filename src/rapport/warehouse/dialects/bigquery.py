"""BigQuery: rendered and parsed in the tests, never run there. JSON columns are JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from sqlglot import exp

from rapport.errors import QueryError
from rapport.warehouse.dialect import Dialect, Kind, Unit
from rapport.warehouse.sqlbuild import E, binary, call, column, integer, operand, substring


class BigqueryDialect(Dialect):
    name: ClassVar[str] = "bigquery"
    types: ClassVar[dict[Kind, str]] = {
        "text": "STRING",
        "integer": "INT64",
        "double": "FLOAT64",
        "boolean": "BOOL",
        "decimal": "BIGNUMERIC",
        "instant": "TIMESTAMP",
    }

    def epoch_micros(self, instant: E) -> E:
        return call("UNIX_MICROS", instant)

    def from_micros(self, micros: E) -> E:
        return call("TIMESTAMP_MICROS", micros)

    def start_of(self, unit: Unit, instant: E) -> E:
        word = "ISOWEEK" if unit == "week" else unit.upper()
        return call("TIMESTAMP_TRUNC", instant, exp.var(word), "UTC")

    def add_interval(self, instant: E, amount: int | E, unit: Unit) -> E:
        """Months by DATETIME, since TIMESTAMP_ADD knows only fixed lengths."""
        if unit in ("month", "quarter", "year"):
            local = call("DATETIME", instant, "UTC")
            moved = call("DATETIME_ADD", local, _interval(operand(amount), unit))
            return call("TIMESTAMP", moved, "UTC")
        days = binary(exp.Mul, operand(amount), 7) if unit == "week" else operand(amount)
        return call("TIMESTAMP_ADD", instant, _interval(days, "day" if unit == "week" else unit))

    def json_value(self, value: E, path: Sequence[str]) -> E:
        return call("JSON_QUERY", value, "$" + "".join(map(_step, path))) if path else value.copy()

    def json_raw(self, value: E) -> E:
        return call("TO_JSON_STRING", value)

    def json_scalar(self, value: E) -> E:
        return call("JSON_VALUE", value)

    def json_any(
        self, value: E, path: Sequence[str], predicate: Callable[[E], E], *, name: str = "element"
    ) -> E:
        rows = exp.Unnest(
            expressions=[call("JSON_QUERY_ARRAY", self.json_value(value, path))],
            alias=exp.TableAlias(columns=[exp.to_identifier(name, quoted=True)]),
        )
        return exp.Exists(this=exp.select(integer(1)).from_(rows).where(predicate(column(name))))

    def json_literal(self, text: str) -> E:
        return call("PARSE_JSON", self.literal(text))

    def json_elements(
        self, rows: exp.Select, kept: Sequence[str], value: E, name: str = "element"
    ) -> exp.Select:
        found = exp.Unnest(
            expressions=[call("JSON_QUERY_ARRAY", value)],
            alias=exp.TableAlias(columns=[exp.to_identifier(name, quoted=True)]),
        )
        chosen = exp.select(*map(column, kept), column(name))
        return chosen.from_(rows.subquery("held")).join(found, join_type="cross")

    def try_decimal(self, text: E) -> E:
        exact = exp.TryCast(
            safe=True, this=text.copy(), to=exp.DataType.build("BIGNUMERIC", dialect="bigquery")
        )
        return call("ROUND", exact, 6)

    def plain_text(self, decimal: E) -> E:
        return self.cast(decimal, "text")

    def int_div(self, value: E, by: E | int) -> E:
        return call("DIV", value, operand(by))

    def average(self, total: E, count: E) -> E:
        return call("ROUND", call("SAFE_DIVIDE", total, self.cast(count, "decimal")), 6)

    def md5_fraction(self, text: E) -> E:
        digits = substring(call("TO_HEX", call("MD5", text)), 1, 8)
        number = self.cast(call("CONCAT", "0x", digits), "integer")
        return binary(exp.Div, number, 2**32)

    def matches(self, text: E, pattern: str) -> E:
        return call("REGEXP_CONTAINS", text, f"^(?:{pattern})\\z")

    def extract(self, text: E, pattern: str) -> E:
        return call("REGEXP_EXTRACT", text, pattern)

    def contains(self, text: E, part: E) -> E:
        return binary(exp.GT, call("STRPOS", text, part), 0)

    def starts_with(self, text: E, part: E) -> E:
        return call("STARTS_WITH", text, part)

    def ends_with(self, text: E, part: E) -> E:
        return call("ENDS_WITH", text, part)

    def bit(self, number: E | int) -> E:
        return binary(exp.BitwiseLeftShift, integer(1), number)

    def bit_union(self, sets: E) -> E:
        return call("BIT_OR", sets)

    def bit_count(self, held: E) -> E:
        return call("BIT_COUNT", held)

    def quantile(self, value: E, fraction: float) -> E:
        """From an array of all values: as aggregate BigQuery only has approximations."""
        values = exp.Unnest(
            expressions=[call("ARRAY_CONCAT_AGG", call("ARRAY", self.cast(value, "double")))],
            alias=exp.TableAlias(columns=[exp.to_identifier("v", quoted=True)]),
        )
        place = call("PERCENTILE_CONT", column("v"), exp.Literal.number(str(fraction)))
        return exp.select(exp.Window(this=place)).from_(values).limit(1).subquery()

    def bool_or(self, condition: E) -> E:
        return call("LOGICAL_OR", condition)

    def bool_and(self, condition: E) -> E:
        return call("LOGICAL_AND", condition)

    def array_agg_ordered(self, value: E, *order: E) -> E:
        keys = [exp.Ordered(this=k.copy()) for k in order]
        held = exp.Order(this=exp.IgnoreNulls(this=value.copy()), expressions=keys)
        return call("ARRAY_AGG", held)

    def first_of(self, value: E, *order: E) -> E:
        return self._ends(value, order, desc=False)

    def last_of(self, value: E, *order: E) -> E:
        return self._ends(value, order, desc=True)

    def series(self, first: int | E, last: int | E) -> exp.Select:
        rows = exp.Unnest(
            expressions=[call("GENERATE_ARRAY", operand(first), operand(last))],
            alias=exp.TableAlias(columns=[exp.to_identifier("n", quoted=True)]),
        )
        return exp.select(column("n")).from_(rows)

    def constant_rows(self, rows: Sequence[Sequence[E]], names: Sequence[str]) -> exp.Select:
        structs = [
            call(
                "STRUCT", *(exp.alias_(v, n, quoted=True) for v, n in zip(row, names, strict=True))
            )
            for row in rows
        ]
        held = exp.Unnest(expressions=[exp.Array(expressions=structs)])
        return exp.select(*(column(n) for n in names)).from_(held)

    def _ends(self, value: E, order: Sequence[E], *, desc: bool) -> E:
        keys = [exp.Ordered(this=k.copy(), desc=desc, nulls_first=not desc) for k in order]
        held = exp.Order(this=call("STRUCT", exp.alias_(value, "kept")), expressions=keys)
        limited = exp.Limit(this=held, expression=integer(1))
        first = exp.Bracket(this=call("ARRAY_AGG", limited), expressions=[integer(0)], safe=True)
        return exp.Dot(this=first, expression=exp.to_identifier("kept"))


def _interval(amount: E, unit: str) -> E:
    return exp.Interval(this=amount, unit=exp.var(unit.upper()))


def _step(key: str) -> str:
    if '"' in key:
        raise QueryError("BigQuery cannot look up a JSON key that holds a quote")
    return f'."{key}"'
