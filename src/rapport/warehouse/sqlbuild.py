"""Small pieces of SQL trees that every engine shares."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

E = exp.Expr


def operand(value: E | str | int) -> E:
    """A copy of an expression, or a constant: a tree must not hang in two places."""
    if isinstance(value, str):
        return exp.Literal.string(value)
    return integer(value) if isinstance(value, int) else value.copy()


def integer(value: int) -> E:
    number = exp.Literal.number(abs(value))
    return number if value >= 0 else exp.paren(exp.Neg(this=number))


def call(name: str, *arguments: E | str | int) -> E:
    """A call of an engine's own function, rendered as it is written."""
    return exp.Anonymous(this=name, expressions=[operand(a) for a in arguments])


def column(name: str, table: str | None = None) -> E:
    return exp.column(name, table=table, quoted=True)


def binary(kind: type[exp.Binary], left: E, right: E | str | int) -> E:
    """`left` and `right` under an operator, each in brackets when it needs them."""
    return exp.paren(kind(this=_held(left), expression=_held(operand(right))))


def equals(left: E, right: E | str | int) -> E:
    return binary(exp.EQ, left, right)


def one_of(value: E, texts: Sequence[str]) -> E:
    return exp.In(this=_held(value), expressions=[exp.Literal.string(t) for t in texts])


def substring(text: E, start: int, length: int) -> E:
    """Characters from `start`, counted from 1."""
    return exp.Substring(this=text.copy(), start=integer(start), length=integer(length))


def choose(*cases: tuple[E, E], default: E | None = None) -> E:
    """CASE: the value of the first condition that is true."""
    built = exp.case()
    for condition, value in cases:
        built = built.when(condition.copy(), value.copy())
    return built if default is None else built.else_(default.copy())


def ordered(keys: Sequence[E]) -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=k.copy(), nulls_first=False) for k in keys])


def _held(value: E) -> E:
    simple = (exp.Column, exp.Literal, exp.Func, exp.Paren, exp.Identifier, exp.Null, exp.Boolean)
    return value.copy() if isinstance(value, simple) else exp.paren(value.copy())
