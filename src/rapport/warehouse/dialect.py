"""SQL of one engine, built as sqlglot expressions: what the rooms above say in their queries.

Every function means the same on every engine; tests/warehouse/test_dialect_parity.py runs them and
compares with Python. Engines lie in `rapport.warehouse.dialects`, one file each. Instants are
timestamps in UTC with microseconds. Texts compare by their bytes. Values get in as `literal` only.
What JSON means is said in `rapport.warehouse.jsonsql`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec
from sqlglot import exp

from rapport.warehouse import jsonsql
from rapport.warehouse.sqlbuild import (
    E,
    binary,
    call,
    choose,
    column,
    integer,
    operand,
    ordered,
)

Unit = Literal["microsecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"]
Kind = Literal["text", "integer", "double", "boolean", "decimal", "instant"]
Value = str | int | float | bool | Decimal | datetime | None

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC


class Dialect(ABC):
    """Stateless. `name` is what sqlglot calls the dialect."""

    name: ClassVar[str]
    types: ClassVar[Mapping[Kind, str]]  # in the words of the engine
    regexp_end: ClassVar[str] = "$"
    excludes_row: ClassVar[bool] = False  # whether a window can leave out the row itself

    def sql(self, query: E) -> str:
        """The text that the engine takes. Names are quoted, so that none is a keyword."""
        return query.sql(dialect=self.name, identify=True, comments=False)

    # Values

    def cast(self, value: E, kind: Kind) -> E:
        """Fails in the engine where `value` cannot become a `kind`."""
        to = exp.DataType.build(self.types[kind], dialect=self.name)
        return exp.Cast(this=value.copy(), to=to)

    def literal(self, value: Value) -> E:
        """A value of Python, escaped as the engine has it. NUL becomes U+FFFD: few can store it."""
        if value is None:
            return exp.null()
        if isinstance(value, bool):
            return exp.true() if value else exp.false()
        if isinstance(value, int):
            return integer(value)
        if isinstance(value, float):
            return self.cast(exp.Literal.string(repr(value)), "double")
        if isinstance(value, Decimal):
            return self.cast(exp.Literal.string(f"{value:f}"), "decimal")
        if isinstance(value, datetime):
            return self.instant((value.replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1))
        return exp.Literal.string(value.replace("\0", "\ufffd"))

    def typed(self, value: Value, kind: Kind) -> E:
        """A literal that says its type, also when it is NULL. Instants may come as µs."""
        if kind == "instant" and isinstance(value, int):
            return self.instant(value)
        return self.cast(self.literal(value), kind)

    # Time

    def instant(self, micros: int) -> E:
        """The timestamp of so many µs since 1970 UTC, as a constant."""
        text = (_EPOCH + timedelta(microseconds=micros)).isoformat(" ", "microseconds")
        return self.cast(exp.Literal.string(text), "instant")

    @abstractmethod
    def epoch_micros(self, instant: E) -> E:
        """µs since 1970 UTC of a timestamp."""

    @abstractmethod
    def from_micros(self, micros: E) -> E:
        """The timestamp of µs since 1970 UTC."""

    @abstractmethod
    def start_of(self, unit: Unit, instant: E) -> E:
        """The timestamp at which its minute, hour, ... year began in UTC; weeks on Monday."""

    @abstractmethod
    def add_interval(self, instant: E, amount: int | E, unit: Unit) -> E:
        """Fixed lengths up to the week. Months keep the day, or take the month's last."""

    def truncate(
        self, unit: Unit, instant: E, *, week_start: int = 1, offset_minutes: int | E = 0
    ) -> E:
        """When the unit began that holds `instant`, on a clock `offset_minutes` ahead of UTC.

        `week_start` 1 is Monday, 7 Sunday. For zones with summer time join `values_table`.
        """
        shift = -1440 * (week_start - 1) if unit == "week" else 0
        if isinstance(offset_minutes, int):
            if offset_minutes + shift == 0:
                return self.start_of(unit, instant)
            total, back = integer(offset_minutes + shift), integer(-offset_minutes - shift)
        else:
            total = binary(exp.Add, offset_minutes, shift)
            back = exp.paren(exp.Neg(this=total.copy()))
        local = self.add_interval(instant, total, "minute")
        return self.add_interval(self.start_of(unit, local), back, "minute")

    # JSON: a column of the warehouse, or a value inside of one

    @abstractmethod
    def json_value(self, value: E, path: Sequence[str]) -> E:
        """The JSON value at the keys of `path`. Only JSON functions know what is missing there."""

    @abstractmethod
    def json_raw(self, value: E) -> E:
        """The JSON text of a JSON value; NULL, '' or 'null' when there is none."""

    @abstractmethod
    def json_scalar(self, value: E) -> E:
        """What a JSON string says; of a number its JSON text. Not meant for anything else."""

    @abstractmethod
    def json_any(
        self, value: E, path: Sequence[str], predicate: Callable[[E], E], *, name: str = "element"
    ) -> E:
        """Whether `predicate` holds for any element of the array at `path`; never NULL.

        `predicate` is given the element, a JSON value. Nested calls need `name`s of their own.
        """

    @abstractmethod
    def json_elements(
        self, rows: exp.Select, kept: Sequence[str], value: E, name: str = "element"
    ) -> exp.Select:
        """The columns `kept` of `rows`, once for each element of the array that `value` is (one of
        its columns); nothing for what is no array. The element, a JSON value, is called `name`.
        """

    def each_row(self, rows: exp.Select, kept: Sequence[str], each: E, name: str) -> exp.Select:
        """For engines on which a function in SELECT can give several rows."""
        made = exp.alias_(each, name, quoted=True)
        return exp.select(*map(column, kept), made).from_(rows.subquery("held"))

    def json_exists(self, value: E, path: Sequence[str]) -> E:
        """Whether there is anything but null. Never NULL."""
        raw = self.json_raw(self.json_value(value, path))
        there = exp.not_(exp.In(this=raw, expressions=[operand(""), operand("null")]))
        return exp.Coalesce(this=exp.paren(there), expressions=[exp.false()])

    def json_text(self, value: E, path: Sequence[str]) -> E:
        """The text of a scalar, else NULL."""
        return jsonsql.text(self, self.json_value(value, path))

    def json_number(self, value: E, path: Sequence[str]) -> E:
        """The number of a scalar as DECIMAL(38,6), else NULL."""
        return jsonsql.number(self, self.json_value(value, path))

    def json_micros(self, value: E, path: Sequence[str]) -> E:
        """The instant that a scalar names in µs since 1970 UTC, else NULL."""
        return jsonsql.micros(self, self.json_value(value, path))

    def once(self, value: E, body: Callable[[E], E]) -> E:
        """`body` of `value`, for engines that would compute again what is written twice."""
        return body(value)

    # Numbers

    @abstractmethod
    def try_decimal(self, text: E) -> E:
        """DECIMAL(38,6), half away from zero, of a text that `jsonsql.NUMBER` matches, or NULL."""

    def number(self, text: E) -> E:
        """The number of any text, NULL where it is none or 10^32 or more."""
        return choose((self.matches(text, jsonsql.NUMBER), self.try_decimal(text)))

    def plain_text(self, decimal: E) -> E:
        """A DECIMAL(38,6) as text without trailing zeros."""
        text = self.cast(decimal, "text")
        zeros = exp.Trim(this=text, expression=operand("0"), position="TRAILING")
        return exp.Trim(this=zeros, expression=operand("."), position="TRAILING")

    def integer_of(self, digits: E) -> E:
        """BIGINT of a text of digits; whatever else there is must not fail."""
        return exp.TryCast(
            safe=True,
            this=digits.copy(),
            to=exp.DataType.build(self.types["integer"], dialect=self.name),
        )

    @abstractmethod
    def int_div(self, value: E, by: E | int) -> E:
        """Whole quotient of whole numbers that are not negative."""

    def product(self, left: E, right: E) -> E:
        """A decimal with all its digits, of two decimals below 10**12."""
        return binary(exp.Mul, *(exp.cast(each, "DECIMAL(18, 6)") for each in (left, right)))

    def floor(self, value: E) -> E:
        return call("floor", value)

    def iso_micros(self, text: E) -> E:
        """µs since 1970 UTC of a text that `jsonsql.ISO` matches, NULL if no such day is."""
        return jsonsql.iso_micros(self, text)

    @abstractmethod
    def average(self, total: E, count: E) -> E:
        """DECIMAL(38,6) of a decimal sum over a count, half away from zero; NULL when it is 0."""

    @abstractmethod
    def md5_fraction(self, text: E) -> E:
        """The first 8 hex digits of the MD5 of a text over 2**32: DOUBLE in [0, 1)."""

    # Texts

    def concat(self, left: E | str, right: E | str) -> E:
        """One text; NULL if either is."""
        return exp.paren(exp.DPipe(this=operand(left), expression=operand(right)))

    @abstractmethod
    def matches(self, text: E, pattern: str) -> E:
        """Whether the whole text matches a regular expression that all engines share."""

    @abstractmethod
    def extract(self, text: E, pattern: str) -> E:
        """What the one group of the pattern matches first; '' or NULL when nothing."""

    @abstractmethod
    def contains(self, text: E, part: E) -> E: ...

    @abstractmethod
    def starts_with(self, text: E, part: E) -> E: ...

    @abstractmethod
    def ends_with(self, text: E, part: E) -> E: ...

    # Bits: sets of the numbers 0 to 62 in a BIGINT

    @abstractmethod
    def bit(self, number: E | int) -> E:
        """The set that only has `number`."""

    @abstractmethod
    def bit_union(self, sets: E) -> E:
        """Aggregate: everything that is in any of the sets."""

    @abstractmethod
    def bit_count(self, held: E) -> E:
        """How many numbers are in the set."""

    def has_bit(self, held: E, number: E | int) -> E:
        return binary(exp.NEQ, self.bit_and(held, self.bit(number)), 0)

    def bit_and(self, left: E, right: E) -> E:
        """What is in both sets."""
        return binary(exp.BitwiseAnd, left, right)

    # Aggregates: NULLs do not count, and nothing has no value

    def exact_distinct(self, value: E) -> E:
        return exp.Count(this=exp.Distinct(expressions=[value.copy()]))

    @abstractmethod
    def quantile(self, value: E, fraction: float) -> E:
        """DOUBLE, interpolated between the two nearest values."""

    def median(self, value: E) -> E:
        return self.quantile(value, 0.5)

    def bool_or(self, condition: E) -> E:
        return call("bool_or", condition)

    def bool_and(self, condition: E) -> E:
        return call("bool_and", condition)

    def count_if(self, condition: E) -> E:
        """Rows for which the condition is true; 0 for none."""
        return exp.Count(this=choose((condition, integer(1))))

    @abstractmethod
    def array_agg_ordered(self, value: E, *order: E) -> E:
        """The values that are not NULL as an array, in ascending order of `order`."""

    @abstractmethod
    def first_of(self, value: E, *order: E) -> E:
        """The value, be it NULL, of the first row; `order` must decide and not be NULL."""

    @abstractmethod
    def last_of(self, value: E, *order: E) -> E:
        """The value, be it NULL, of the last row."""

    # Tables

    @abstractmethod
    def series(self, first: int | E, last: int | E) -> exp.Select:
        """A query of one column `n`: the whole numbers from `first` to `last`."""

    def values_table(
        self, name: str, columns: Mapping[str, Kind], rows: Sequence[Sequence[Value]]
    ) -> E:
        """Constant rows, to stand in FROM or JOIN under `name`."""
        if not rows:
            rows, nothing = [[None] * len(columns)], True
        else:
            nothing = False
        typed = [
            [self.typed(value, kind) for value, kind in zip(row, columns.values(), strict=True)]
            for row in rows
        ]
        query = self.constant_rows(typed, list(columns))
        if nothing:
            query = query.where(exp.false())
        return query.subquery(exp.to_identifier(name, quoted=True))

    def constant_rows(self, rows: Sequence[Sequence[E]], names: Sequence[str]) -> exp.Select:
        """A query of constant rows with these column names."""
        held = exp.Values(
            expressions=[exp.Tuple(expressions=list(row)) for row in rows],
            alias=exp.TableAlias(
                this=exp.to_identifier("given", quoted=True),
                columns=[exp.to_identifier(n, quoted=True) for n in names],
            ),
        )
        return exp.select(*(column(n) for n in names)).from_(held)

    def json_literal(self, text: str) -> E:
        """A constant JSON value."""
        return self.literal(text)

    def texts(self, texts: Sequence[str]) -> exp.Select:
        """A query of one column `text`. They come as one constant, so that a hundred thousand of
        them are no more to a parser than one. NUL becomes U+FFFD, as in `literal`."""
        plain = [each.replace("\0", "\ufffd") for each in texts]
        given = self.json_literal(msgspec.json.encode(plain).decode())
        rows = exp.select(exp.alias_(given, "given", quoted=True))
        elements = self.json_elements(rows, [], column("given"))
        said = exp.alias_(self.json_scalar(column("element")), "text", quoted=True)
        return exp.select(said).from_(elements.subquery("elements"))

    def semi_join(self, key: E, found: exp.Select) -> E:
        """Whether `key` is among the one column of `found`."""
        return exp.In(this=key.copy(), query=found.subquery())

    def in_order(self, *keys: E) -> exp.Order:
        """ORDER BY with NULL last, on engines that disagree."""
        return ordered(keys)
