"""Spark 4, in a session whose time zone is UTC. JSON columns are texts, read as VARIANT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from sqlglot import exp

from rapport.errors import QueryError
from rapport.warehouse.dialect import Dialect, Kind, Unit
from rapport.warehouse.sqlbuild import E, binary, call, column, integer, operand, substring

_UNITS = {"microsecond": 1, "second": 10**6, "minute": 60 * 10**6, "hour": 3_600 * 10**6}
_DAYS = {"day": 86_400 * 10**6, "week": 7 * 86_400 * 10**6}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class SparkDialect(Dialect):
    name: ClassVar[str] = "spark"
    types: ClassVar[dict[Kind, str]] = {
        "text": "STRING",
        "integer": "BIGINT",
        "double": "DOUBLE",
        "boolean": "BOOLEAN",
        "decimal": "DECIMAL(38,6)",
        "instant": "TIMESTAMP",
    }

    def epoch_micros(self, instant: E) -> E:
        return call("unix_micros", instant)

    def from_micros(self, micros: E) -> E:
        return call("timestamp_micros", micros)

    def start_of(self, unit: Unit, instant: E) -> E:
        return call("date_trunc", unit, instant)

    def add_interval(self, instant: E, amount: int | E, unit: Unit) -> E:
        size = {**_UNITS, **_DAYS}.get(unit)
        if size is not None:
            moved = binary(exp.Mul, self.cast(operand(amount), "integer"), size)
            return self.from_micros(binary(exp.Add, self.epoch_micros(instant), moved))
        months = exp.cast(binary(exp.Mul, operand(amount), _MONTHS[unit]), "INT")
        return binary(exp.Add, instant, call("make_ym_interval", 0, months))

    def json_value(self, value: E, path: Sequence[str]) -> E:
        if not path:
            return value.copy()
        steps = "$" + "".join(map(_step, path))
        found = call("try_variant_get", call("try_parse_json", value), steps, "variant")
        return call("to_json", found)

    def json_raw(self, value: E) -> E:
        return value.copy()

    def json_scalar(self, value: E) -> E:
        return call("try_variant_get", call("try_parse_json", value), "$", "string")

    def json_any(
        self, value: E, path: Sequence[str], predicate: Callable[[E], E], *, name: str = "element"
    ) -> E:
        found = call("try_parse_json", self.json_value(value, path))
        elements = call("try_variant_get", found, "$", "array<variant>")
        inner = call("to_json", column(name))
        element = column(f"{name}_json")
        texts = call("transform", elements, _lambda(name, inner))
        kept = exp.Coalesce(this=predicate(element), expressions=[exp.false()])
        test = call("exists", texts, _lambda(f"{name}_json", kept))
        return exp.Coalesce(this=test, expressions=[exp.false()])

    def json_elements(
        self, rows: exp.Select, kept: Sequence[str], value: E, name: str = "element"
    ) -> exp.Select:
        found = call("try_variant_get", call("try_parse_json", value), "$", "array<variant>")
        texts = call("transform", found, _lambda("each", call("to_json", column("each"))))
        return self.each_row(rows, kept, call("explode", texts), name)

    def try_decimal(self, text: E) -> E:
        return exp.TryCast(
            safe=True, this=text.copy(), to=exp.DataType.build(self.types["decimal"])
        )

    def int_div(self, value: E, by: E | int) -> E:
        return binary(exp.IntDiv, value, by)

    def average(self, total: E, count: E) -> E:
        whole = exp.cast(count.copy(), "DECIMAL(20,0)")
        divided = call("try_divide", self.cast(total, "decimal"), whole)
        return self.cast(divided, "decimal")

    def md5_fraction(self, text: E) -> E:
        number = call("conv", substring(call("md5", text), 1, 8), 16, 10)
        return binary(exp.Div, self.cast(number, "double"), 2**32)

    def matches(self, text: E, pattern: str) -> E:
        return call("regexp_like", text, f"^(?:{pattern})\\z")

    def extract(self, text: E, pattern: str) -> E:
        return call("regexp_extract", text, pattern, 1)

    def contains(self, text: E, part: E) -> E:
        return call("contains", text, part)

    def starts_with(self, text: E, part: E) -> E:
        return call("startswith", text, part)

    def ends_with(self, text: E, part: E) -> E:
        return call("endswith", text, part)

    def bit(self, number: E | int) -> E:
        return call("shiftleft", self.cast(integer(1), "integer"), exp.cast(operand(number), "INT"))

    def bit_union(self, sets: E) -> E:
        return call("bit_or", sets)

    def bit_count(self, held: E) -> E:
        return self.cast(call("bit_count", held), "integer")

    def quantile(self, value: E, fraction: float) -> E:
        return call("percentile", self.cast(value, "double"), exp.Literal.number(str(fraction)))

    def array_agg_ordered(self, value: E, *order: E) -> E:
        there = exp.Where(this=exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())))
        rows = exp.Filter(this=call("collect_list", _row(value, order)), expression=there)
        field = exp.Dot(this=column("row"), expression=exp.to_identifier("kept"))
        return call("transform", call("array_sort", rows), _lambda("row", field))

    def first_of(self, value: E, *order: E) -> E:
        return call("min_by", value, call("struct", *order))

    def last_of(self, value: E, *order: E) -> E:
        return call("max_by", value, call("struct", *order))

    def series(self, first: int | E, last: int | E) -> exp.Select:
        low, high = (self.cast(operand(n), "integer") for n in (first, last))
        forward = call("if", binary(exp.LTE, low, high), call("sequence", low, high), call("array"))
        return exp.select(exp.alias_(call("explode", forward), "n", quoted=True))


def _step(key: str) -> str:
    """A key in a path of Spark's, in quotes that it does not hold itself."""
    quote = "'" if "'" not in key else '"'
    if quote in key:
        raise QueryError("Spark cannot look up a JSON key with both kinds of quotes")
    return f"[{quote}{key}{quote}]"


def _lambda(name: str, body: E) -> E:
    return exp.Lambda(this=body, expressions=[exp.to_identifier(name, quoted=True)])


def _row(value: E, order: Sequence[E]) -> E:
    fields: list[E | str | int] = []
    for number, key in enumerate(order):
        fields += [f"key_{number}", key]
    return call("named_struct", *fields, "kept", value)
