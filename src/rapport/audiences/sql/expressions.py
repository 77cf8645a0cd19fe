"""Expressions over traits in SQL: what `expressions` says in Python."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from sqlglot import exp

from rapport.audiences.language.expressions import (
    COMPARISONS,
    LIMIT,
    Call,
    Constant,
    Name,
    Node,
    kind,
)
from rapport.audiences.language.values import PLACES, number_text
from rapport.audiences.sql.values import SqlValue, compare, sure, there
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, call, choose, column, equals, integer

_UNIT: Final = 10**PLACES


class Expressions:
    """`trait` gives the value of a trait on the row at hand.

    Each number on the way becomes a column of its own, in the layer of its depth: the checks
    of its limits say it twice, and written into each other they would double at every step.
    """

    def __init__(self, dialect: Dialect, trait: Callable[[str], SqlValue], prefix: str) -> None:
        self._dialect = dialect
        self._trait = trait
        self._prefix = prefix
        self._columns: dict[Node, str] = {}
        self.layers: list[list[E]] = []

    def column(self, root: Node, name: str) -> None:
        """Add a layer with the value of `root`."""
        read = {"truth": self.truth, "number": self.number}.get(kind(root), self.text)
        value = read(root)
        self.layers.append([exp.alias_(value, name, quoted=True)])

    def number(self, node: Node) -> E:
        """DECIMAL(38,6), NULL when missing; see `expressions.LIMIT`."""
        if isinstance(node, Constant):
            return self._constant(node.value)
        if node not in self._columns:
            value, place = self._number(node), depth(node)
            name = self._columns[node] = f"{self._prefix}_{len(self._columns)}"
            self.layers += [[] for _ in range(place + 1 - len(self.layers))]
            self.layers[place].append(exp.alias_(value, name, quoted=True))
        return column(self._columns[node])

    def _number(self, node: Name | Call) -> E:
        match node:
            case Name(name):
                return self._limited(self._trait(name).number())
            case Call("if", (test, body, orelse)):
                return choose((self.truth(test), self.number(body)), default=self.number(orelse))
            case Call("coalesce", (first, *others)):
                return exp.Coalesce(
                    this=self.number(first), expressions=[self.number(each) for each in others]
                )
            case Call("text", (inner,)):
                return self._limited(self._dialect.number(self.text(inner)))
            case Call(function, arguments):
                return self._limited(self._calculated(function, arguments))

    def text(self, node: Node) -> E:
        match node:
            case Name(name):
                return self._trait(name).text()
            case Constant(str() as value):
                return self._dialect.literal(value)
            case Call("text", (inner,)):
                return self.text(inner)
            case Call("if", (test, body, orelse)):
                return choose((self.truth(test), self.text(body)), default=self.text(orelse))
            case Call("coalesce", (first, *others)):
                return exp.Coalesce(
                    this=self.text(first), expressions=[self.text(each) for each in others]
                )
        if kind(node) == "truth":
            yes, no = exp.Literal.string("true"), exp.Literal.string("false")
            return choose((self.truth(node), yes), default=no)
        return self._dialect.plain_text(self.number(node))

    def truth(self, node: Node) -> E:
        """TRUE or FALSE, never NULL."""
        match node:
            case Constant(value):
                return exp.true() if value is True else exp.false()
            case Call("and", arguments):
                return exp.paren(exp.and_(*map(self.truth, arguments)))
            case Call("or", arguments):
                return exp.paren(exp.or_(*map(self.truth, arguments)))
            case Call("not", (inner,)):
                return exp.paren(exp.not_(self.truth(inner)))
            case Call("if", (test, body, orelse)):
                return choose((self.truth(test), self.truth(body)), default=self.truth(orelse))
            case Call(function, (left, right)) if function in COMPARISONS:
                read = self.text if "text" in (kind(left), kind(right)) else self.number
                if function == "ne":
                    return exp.paren(exp.not_(sure(compare("eq", read(left), read(right)))))
                return sure(compare(function, read(left), read(right)))
        return sure(equals(self.text(node), "true"))

    def _constant(self, value: int | str | bool) -> E:
        if isinstance(value, bool):
            return self._dialect.typed(None, "decimal")
        if isinstance(value, str):
            return self._limited(self._dialect.number(exp.Literal.string(value)))
        return self._dialect.literal(Decimal(number_text(value)))

    def _limited(self, number: E) -> E:
        return choose((binary(exp.LT, call("abs", number), LIMIT // _UNIT), number))

    def _calculated(self, function: str, arguments: tuple[Node, ...]) -> E:
        parts = [self.number(each) for each in arguments]
        match function:
            case "+":
                return binary(exp.Add, *parts)
            case "-":
                return binary(exp.Sub, *parts)
            case "*":
                return self._dialect.cast(self._dialect.product(*parts), "decimal")
            case "/":
                return self._divided(*parts)
            case "abs":
                return call("abs", *parts)
            case "round":
                places = arguments[1]
                assert isinstance(places, Constant), "parse lets nothing else pass"  # noqa: S101
                return self._rounded(parts[0], int(places.value) // _UNIT)
        name = "least" if function == "min" else "greatest"
        complete = exp.and_(*map(there, parts))
        return choose((complete, call(name, *parts)))

    def _divided(self, left: E, right: E) -> E:
        """In whole numbers: the average of left over so many millionths."""
        size = self._dialect.cast(binary(exp.Mul, call("abs", right), _UNIT), "integer")
        signed = choose((binary(exp.LT, right, 0), exp.Neg(this=exp.paren(left))), default=left)
        total = binary(exp.Mul, exp.paren(signed), _UNIT)
        return choose((binary(exp.NEQ, right, 0), self._dialect.average(total, size)))

    def _rounded(self, number: E, places: int) -> E:
        step = 10 ** (PLACES - places)
        parts = self._dialect.average(number, integer(step))
        return self._dialect.cast(binary(exp.Mul, parts, step), "decimal")


def depth(node: Node) -> int:
    return 1 + max(map(depth, node.arguments)) if isinstance(node, Call) else 0
