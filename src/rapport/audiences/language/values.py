"""What a JSON value is to the operators: a text, a decimal of six places, an instant; or nothing.

    value             text                       decimal           instant
    "a", "12", "..."  itself                     if it reads so    if it reads so
    12, 1.50, 1e2     12, 1.5, 100               12, 1.5, 100      seconds or milliseconds
    true, false       true, false                –                 –
    null, absent      missing: only not_exists, ne, not_in and not_contains hold
    {...}, [...]      exists, and compares with nothing

Decimals are integers of millionths, so that sums do not depend on the order of their parts.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any, Final

from rapport.audiences.language import duration, instants
from rapport.audiences.language.model import OPPOSITES, Operand
from rapport.audiences.language.paths import Path
from rapport.warehouse import jsonsql

PLACES: Final = 6
LIMIT: Final = 10**38  # in millionths: what DECIMAL(38, 6) holds on every engine
_UNIT = 10**PLACES
_NUMBER = re.compile(jsonsql.NUMBER)
_exact = Context(prec=5_000)  # more digits than a value can have
_WIDE = -(1 << 63), 1 << 64  # JSON integers beyond are read as IEEE doubles, as engines do


def text(raw: Any) -> str | None:
    """None for what is missing, an object, an array, or a number of 10^32 and more."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    size = micro(raw)
    return None if size is None else number_text(size)


def micro(raw: Any) -> int | None:
    """The value in millionths, halves away from zero; None if it is no number below 10^32."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw * _UNIT if _WIDE[0] <= raw < _WIDE[1] else _of_digits(repr(float(raw)))
    if isinstance(raw, float | Decimal):
        return _of_digits(str(raw))
    if isinstance(raw, str) and _NUMBER.fullmatch(raw):
        return _of_digits(raw)
    return None


def of_operand(number: Decimal) -> int:
    """Millionths of a number of the tree."""
    return int(number.scaleb(PLACES, _exact))


def number_text(size: int) -> str:
    """A number of millionths as people write it.

    >>> number_text(1_500_000), number_text(-12_000_000), number_text(1)
    ('1.5', '-12', '0.000001')
    """
    whole, part = divmod(abs(size), _UNIT)
    sign = "-" if size < 0 else ""
    return f"{sign}{whole}" + (f".{part:06d}".rstrip("0") if part else "")


def mean(total: int, count: int) -> int:
    """Total over a count, halves away from zero."""
    size = (2 * abs(total) + count) // (2 * count)
    return size if total >= 0 else -size


def instant(raw: Any) -> int | None:
    """µs UTC; None for what reads as no instant."""
    size = micro(raw)
    if size is not None:
        return instants.of_number(size)
    return instants.parse(raw) if isinstance(raw, str) else None


def reach(holder: Any, path: Path) -> list[Any]:
    """Values at the path inside a JSON object, without missing ones; several only through `[]`."""
    if path.any_of is None:
        found = [_at(holder, path.keys)]
    else:
        elements = _at(holder, path.any_of)
        found = [_at(each, path.keys) for each in elements] if isinstance(elements, list) else []
    return [each for each in found if each is not None]


def satisfies(values: Iterable[Any], op: str, operand: Operand, now: int) -> bool:
    """Whether some value satisfies `op operand`; the negated operators are exact opposites."""
    positive = OPPOSITES.get(op, op)
    test = _TESTS[positive]
    found = any(test(raw, operand, now) for raw in values if raw is not None)
    return found != (op in OPPOSITES)


def turns(values: Iterable[Any], op: str, operand: Operand) -> list[int]:
    """Instants at which `satisfies` may change with nothing but time passing."""
    if op not in ("in_last", "in_next"):
        return []
    length = duration.micros(str(operand))
    times = [at for raw in values if (at := instant(raw)) is not None]
    return [*times, *(at + length if op == "in_last" else at - length for at in times)]


def compare(op: str, left: Any, right: Any) -> bool:
    """`left op right` of two values of one kind; a missing left satisfies only ne."""
    if left is None:
        return op == "ne"
    return bool(_ORDER[op](left, right))


@lru_cache(maxsize=50_000)  # a price is compared with the operands of many conditions
def _of_digits(digits: str) -> int | None:
    scaled = _exact.scaleb(Decimal(digits), PLACES)
    if scaled.adjusted() > 40:
        return None
    size = int(scaled.to_integral_value(ROUND_HALF_UP))
    return size if abs(size) < LIMIT else None


def _at(holder: Any, keys: Iterable[str]) -> Any:
    for key in keys:
        if not isinstance(holder, Mapping):
            return None
        holder = holder.get(key)
    return holder


def _ordered(op: str) -> Callable[[Any, Operand, int], bool]:
    def test(raw: Any, operand: Operand, now: int) -> bool:  # noqa: ARG001 - one shape for all
        if isinstance(operand, Decimal):
            size = micro(raw)
            return size is not None and bool(_ORDER[op](size, of_operand(operand)))
        words = text(raw)
        return words is not None and bool(_ORDER[op](words, operand))

    return test


def _textual(test: Callable[[str, str], bool]) -> Callable[[Any, Operand, int], bool]:
    def tested(raw: Any, operand: Operand, now: int) -> bool:  # noqa: ARG001 - one shape for all
        words = text(raw)
        return words is not None and test(words, str(operand))

    return tested


def _in(raw: Any, operand: Operand, now: int) -> bool:
    options = operand if isinstance(operand, tuple) else (operand,)
    return any(_equal(raw, each, now) for each in options)


def _instant(test: Callable[[int, str, int], bool]) -> Callable[[Any, Operand, int], bool]:
    def tested(raw: Any, operand: Operand, now: int) -> bool:
        at = instant(raw)
        return at is not None and test(at, str(operand), now)

    return tested


def _parsed(text: str) -> int:
    at = instants.parse(text)
    if at is None:
        raise ValueError(f"{text!r} is no instant")
    return at


_ORDER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    **{op: getattr(operator, op) for op in ("eq", "ne", "gt", "lt")},
    "gte": operator.ge,
    "lte": operator.le,
}
_equal = _ordered("eq")
_TESTS: Final[dict[str, Callable[[Any, Operand, int], bool]]] = {
    "exists": lambda raw, operand, now: True,  # noqa: ARG005 - one shape for all
    **{op: _ordered(op) for op in ("eq", "gt", "gte", "lt", "lte")},
    "in": _in,
    "contains": _textual(lambda words, part: part in words),
    "starts_with": _textual(str.startswith),
    "ends_with": _textual(str.endswith),
    "before": _instant(lambda at, day, _: at < _parsed(day)),
    "after": _instant(lambda at, day, _: at > _parsed(day)),
    "in_last": _instant(lambda at, length, now: now - duration.micros(length) < at <= now),
    "in_next": _instant(lambda at, length, now: now < at <= now + duration.micros(length)),
}
