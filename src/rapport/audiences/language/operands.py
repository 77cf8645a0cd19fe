"""Operands as they may be written beside each operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from rapport.audiences.language import duration, instants
from rapport.audiences.language.model import (
    BARE,
    INSTANTS,
    LISTED,
    MOVING,
    OPERATORS,
    TEXTUAL,
    Operand,
)
from rapport.errors import Malformed

MOST: Final = 1_000  # values of `in`
LONGEST: Final = 2_000
_PLACES = Decimal("0.000001")
_LIMIT = Decimal(10) ** 32


def refuse(at: str, message: str, hint: str = "see docs/conditions.md") -> Malformed:
    """The error for the node at `at`, to be raised."""
    words = f"{at}: {message}" if at else message
    return Malformed(words, hint=hint, details={"node": at})


def number(raw: Any, at: str) -> Decimal:
    """A JSON number as a decimal of six places, halves away from zero."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise refuse(at, f"has to be a number, not {shown(raw)}")
    try:
        value = Decimal(repr(raw) if isinstance(raw, float) else raw)
        if not abs(value) < _LIMIT:
            raise InvalidOperation
        return plain(value.quantize(_PLACES, rounding=ROUND_HALF_UP))
    except InvalidOperation:
        raise refuse(at, "is too great a number: below 10^32, please") from None


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros, exponent or minus zero: equal numbers look the same."""
    whole = value.to_integral_value()
    return Decimal(int(whole)) if value == whole else value.normalize()


def text(raw: Any, at: str, *, longest: int = LONGEST) -> str:
    """A text that is not empty."""
    if not isinstance(raw, str) or not raw:
        raise refuse(at, f"has to be a text, not {shown(raw)}")
    if len(raw) > longest or "\0" in raw:
        raise refuse(at, f"is longer than {longest} characters or holds NUL")
    return raw


def length(raw: Any, at: str) -> str:
    """A duration, as written."""
    try:
        duration.micros(text(raw, at))
    except ValueError as error:
        raise refuse(at, str(error)) from None
    return str(raw)


def whole(raw: Any, at: str, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= most:
        raise refuse(at, f"has to be a whole number from 0 to {most}, not {shown(raw)}")
    return raw


def operator(raw: Any, at: str, allowed: tuple[str, ...] = OPERATORS) -> str:
    if not isinstance(raw, str) or raw not in allowed:
        raise refuse(at, f"no operator {shown(raw)} here", hint=f"use {', '.join(allowed)}")
    return raw


def operand(op: str, raw: Any, at: str) -> Operand:
    """What `op` compares with; None for those that compare with nothing."""
    if op in BARE:
        if raw is not None:
            raise refuse(at, f"{op} takes no value")
        return None
    if raw is None:
        raise refuse(at, f"{op} needs a value", hint="not_exists asks for what is missing")
    for operators, read in _READERS.items():
        if op in operators:
            return read(raw, at)
    return _scalar(raw, at)


def instant(raw: Any, at: str) -> str:
    """A date or an instant, as ISO text. YAML may have read it already."""
    if isinstance(raw, datetime | date):
        raw = raw.isoformat()
    if instants.parse(text(raw, at)) is None:
        raise refuse(
            at,
            f"{shown(raw)} is no date or instant",
            hint="such as 2026-11-30 or 2026-11-30T18:00:00Z",
        )
    return str(raw)


def shown(raw: Any) -> str:
    words = "nothing" if raw is None else repr(raw)
    return words if len(words) < 60 else f"{words[:57]}..."


def _scalar(raw: Any, at: str) -> str | Decimal:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, datetime | date):
        return raw.isoformat()
    if raw == "":
        return ""
    return text(raw, at) if isinstance(raw, str) else number(raw, at)


def _several(raw: Any, at: str) -> tuple[str | Decimal, ...]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST:
        raise refuse(at, f"has to be a list of 1 to {MOST} values")
    return tuple(_scalar(each, f"{at}[{place}]") for place, each in enumerate(raw))


def _part(raw: Any, at: str) -> str:
    return text(raw, at)


_READERS: Final[dict[tuple[str, ...], Callable[[Any, str], Operand]]] = {
    LISTED: _several,
    TEXTUAL: _part,
    MOVING: length,
    INSTANTS: instant,
}
