"""Arithmetic over series: `(A + B) / C * 100`. Parsed, never evaluated as Python."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext

from rapport.insights.mistakes import refuse

_LONGEST = 500


def check(text: str, names: str, at: str) -> ast.expr:
    """The parsed formula. Raises `Malformed` for anything but numbers, `names` and + - * /."""
    try:
        found = ast.parse(text[:_LONGEST], mode="eval").body if len(text) <= _LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = None
    if found is None or not _allowed(found, names):
        raise refuse(at, f"{text[:60]!r} is no formula of {', '.join(names)} with + - * / and ( )")
    return found


def value(formula: ast.expr, numbers: Mapping[str, Decimal | None]) -> Decimal | None:
    """None where a number is missing or something is divided by zero."""
    with localcontext() as context:
        context.prec = 50
        try:
            return _value(formula, numbers)
        except (DivisionByZero, InvalidOperation, _Missing):
            return None


class _Missing(Exception):
    """A series has no number there."""


def _allowed(node: ast.expr, names: str) -> bool:
    match node:
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right):
            return _allowed(left, names) and _allowed(right, names)
        case ast.UnaryOp(ast.USub(), operand):
            return _allowed(operand, names)
        case ast.Name(name):
            return len(name) == 1 and name in names
        case ast.Constant(number):
            return isinstance(number, int | float) and not isinstance(number, bool)
    return False


def _value(node: ast.expr, numbers: Mapping[str, Decimal | None]) -> Decimal:
    match node:
        case ast.BinOp(left, sign, right):
            one, two = _value(left, numbers), _value(right, numbers)
            match sign:
                case ast.Add():
                    return one + two
                case ast.Sub():
                    return one - two
                case ast.Mult():
                    return one * two
            return one / two
        case ast.UnaryOp(_, operand):
            return -_value(operand, numbers)
        case ast.Name(name):
            found = numbers[name]
            if found is None:
                raise _Missing
            return found
        case ast.Constant(number):
            return Decimal(repr(number))
    raise TypeError(f"{node!r} was not checked")
