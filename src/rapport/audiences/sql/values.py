"""The operators in SQL: what `values` says in Python."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from sqlglot import exp

from rapport.audiences.language import duration, instants
from rapport.audiences.language.model import OPPOSITES, Operand
from rapport.audiences.language.paths import Path
from rapport.warehouse import jsonsql
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, call, choose, integer

_KINDS: Final[dict[str, type[exp.Binary]]] = {
    "eq": exp.EQ,
    "ne": exp.NEQ,
    "gt": exp.GT,
    "gte": exp.GTE,
    "lt": exp.LT,
    "lte": exp.LTE,
}


class SqlValue(ABC):
    """One value; each of its readings is NULL when it has none."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    @abstractmethod
    def exists(self) -> E: ...
    @abstractmethod
    def text(self) -> E: ...
    @abstractmethod
    def number(self) -> E:
        """DECIMAL(38,6)"""

    @abstractmethod
    def micros(self) -> E: ...


class JsonValue(SqlValue):
    def __init__(self, dialect: Dialect, holder: E, keys: Sequence[str]) -> None:
        super().__init__(dialect)
        self._at = holder, keys

    def exists(self) -> E:
        return self.dialect.json_exists(*self._at)

    def text(self) -> E:
        return self.dialect.json_text(*self._at)

    def number(self) -> E:
        return self.dialect.json_number(*self._at)

    def micros(self) -> E:
        return self.dialect.json_micros(*self._at)


class TextValue(SqlValue):
    def __init__(self, dialect: Dialect, column: E) -> None:
        super().__init__(dialect)
        self._column = column

    def exists(self) -> E:
        return there(self._column)

    def text(self) -> E:
        return self._column.copy()

    def number(self) -> E:
        return self.dialect.number(self._column)

    def micros(self) -> E:
        iso = self.dialect.matches(self._column, jsonsql.ISO)
        of_number = _instant_of(self.dialect, self.number())
        return choose((iso, self.dialect.iso_micros(self._column)), default=of_number)


class NumberValue(SqlValue):
    """A DECIMAL(38,6) column."""

    def __init__(self, dialect: Dialect, column: E) -> None:
        super().__init__(dialect)
        self._column = column

    def exists(self) -> E:
        return there(self._column)

    def text(self) -> E:
        return self.dialect.plain_text(self._column)

    def number(self) -> E:
        return self._column.copy()

    def micros(self) -> E:
        return _instant_of(self.dialect, self._column)


class TruthValue(TextValue):
    """A boolean column."""

    def __init__(self, dialect: Dialect, column: E) -> None:
        yes, no = exp.Literal.string("true"), exp.Literal.string("false")
        super().__init__(dialect, choose((column, yes), (exp.not_(column), no)))


class InstantValue(SqlValue):
    """A column of µs that is never NULL; only operators on instants are asked of it."""

    def __init__(self, dialect: Dialect, column: E) -> None:
        super().__init__(dialect)
        self._column = column

    def exists(self) -> E:
        return exp.true()

    def text(self) -> E:
        raise NotImplementedError("reading lets only operators on instants pass")

    def number(self) -> E:
        raise NotImplementedError("reading lets only operators on instants pass")

    def micros(self) -> E:
        return self._column.copy()


def at_path(dialect: Dialect, holder: E, way: Path, test: Callable[[SqlValue], E]) -> E:
    """`test` of the value at a path inside a JSON column; of any element where it says `[]`."""
    if way.any_of is None:
        return test(JsonValue(dialect, holder, way.keys))
    return dialect.json_any(
        holder, way.any_of, lambda each: test(JsonValue(dialect, each, way.keys))
    )


def holds(found: Callable[[Callable[[SqlValue], E]], E], op: str, operand: Operand, now: int) -> E:
    """TRUE or FALSE, never NULL. `found` says of which value(s) a test has to be made."""
    positive = OPPOSITES.get(op, op)
    test = sure(found(lambda value: _test(value, positive, operand, now)))
    return exp.not_(test) if op in OPPOSITES else test


def sure(test: E) -> E:
    """NULL becomes FALSE."""
    return exp.Coalesce(this=exp.paren(test), expressions=[exp.false()])


def there(value: E) -> E:
    return exp.paren(exp.not_(exp.Is(this=exp.paren(value.copy()), expression=exp.null())))


def compare(op: str, left: E, right: E) -> E:
    return binary(_KINDS[op], left, right)


def _test(value: SqlValue, op: str, operand: Operand, now: int) -> E:
    dialect = value.dialect
    match op:
        case "exists":
            return value.exists()
        case "in":
            options = operand if isinstance(operand, tuple) else (operand,)
            return exp.paren(exp.or_(*(_test(value, "eq", each, now) for each in options)))
        case "contains" | "starts_with" | "ends_with":
            search = getattr(dialect, op)
            found: E = search(value.text(), dialect.literal(str(operand)))
            return found
        case "before" | "after":
            kind = exp.LT if op == "before" else exp.GT
            return binary(kind, value.micros(), instants.parse(str(operand)) or 0)
        case "in_last" | "in_next":
            length = duration.micros(str(operand))
            low, high = (now - length, now) if op == "in_last" else (now, now + length)
            at = value.micros()
            return exp.paren(exp.and_(binary(exp.GT, at, low), binary(exp.LTE, at, high)))
    if isinstance(operand, Decimal):
        return compare(op, value.number(), dialect.literal(operand))
    return compare(op, value.text(), dialect.literal(str(operand)))


def _instant_of(dialect: Dialect, number: E) -> E:
    """µs of a number of seconds or milliseconds."""
    size = call("abs", number)
    seconds = binary(exp.LT, size, instants.MILLISECONDS_FROM)
    scale = choose((seconds, integer(1_000_000)), default=integer(1_000))
    whole = dialect.cast(dialect.floor(binary(exp.Mul, number, scale)), "integer")
    return choose((binary(exp.LT, size, instants.MILLISECONDS_TO), whole))
