"""Expressions over traits: `orders_90d / max(visits_90d, 1)`.

Read with Python's own parser and walked; nothing is ever run. What a trait is depends on where it
stands: a number in a calculation, a text beside a quoted text, true or false in a condition.
Numbers are decimals of six places; each step rounds to that, halves away from zero. What is missing
or no number, or 10^12 and more, makes a calculation missing, as division by zero does; `coalesce`
catches that. A comparison with something missing is false, and != is true.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

import msgspec

from rapport.audiences.language import values

LONGEST: Final = 1_000
DEEPEST: Final = 40
LIMIT: Final = 10**18  # in millionths: the product of two still is a DECIMAL(38, 12)
_UNIT: Final = 10**values.PLACES
_IF = "if_"  # how the word passes through Python's parser
_BINARY: Final = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "lte",
    ast.Gt: "gt",
    ast.GtE: "gte",
}
_ARITIES: Final = {
    "if": (3, 3),
    "coalesce": (1, 20),
    "min": (1, 20),
    "max": (1, 20),
    "round": (1, 2),
    "abs": (1, 1),
    "text": (1, 1),
}
COMPARISONS: Final = ("eq", "ne", "lt", "lte", "gt", "gte")

Kind: TypeAlias = Literal["number", "text", "truth", "open"]
Node: TypeAlias = "Constant | Name | Call"
Lookup: TypeAlias = Callable[[str], Any]


class Constant(msgspec.Struct, frozen=True):
    """A number in millionths, a text, or a truth."""

    value: int | str | bool


class Name(msgspec.Struct, frozen=True):
    trait: str


class Call(msgspec.Struct, frozen=True):
    """+ - * / min max abs round; COMPARISONS; and or not; if coalesce text."""

    function: str
    arguments: tuple[Node, ...]


class Parsed(msgspec.Struct, frozen=True):
    root: Node

    @property
    def names(self) -> frozenset[str]:
        """Traits that it looks at."""
        return frozenset(node.trait for node in walk(self.root) if isinstance(node, Name))

    def value(self, trait: Lookup) -> Decimal | str | bool | None:
        """Its value, given the value of each trait (None when missing)."""
        match kind(self.root):
            case "truth":
                return truth(self.root, trait)
            case "number":
                size = number(self.root, trait)
                return None if size is None else Decimal(values.number_text(size))
            case _:
                return text(self.root, trait)


def walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Call):
        for each in node.arguments:
            yield from walk(each)


def kind(node: Node) -> Kind:
    """What it gives; a trait is open: text, or number, or truth, as its place needs it."""
    match node:
        case Name():
            return "open"
        case Constant(value):
            return (
                "truth"
                if isinstance(value, bool)
                else ("text" if isinstance(value, str) else "number")
            )
        case Call("if", (_, *branches)) | Call("coalesce", branches):
            kinds = {kind(each) for each in branches}
            return next((each for each in _STRONGEST if each in kinds), "open")
        case Call("text"):
            return "text"
        case Call(function):
            return "truth" if function in (*COMPARISONS, "and", "or", "not") else "number"


_STRONGEST: Final[tuple[Kind, ...]] = ("text", "number", "truth")


def number(node: Node, trait: Lookup) -> int | None:
    """In millionths."""
    match node:
        case Constant(value):
            size = value if isinstance(value, int) else values.micro(value)
        case Name(name):
            size = values.micro(trait(name))
        case Call("if", (test, body, orelse)):
            size = number(body if truth(test, trait) else orelse, trait)
        case Call("coalesce", arguments):
            found = (number(each, trait) for each in arguments)
            size = next((each for each in found if each is not None), None)
        case Call("text", (inner,)):
            size = values.micro(text(inner, trait))
        case Call(function, arguments):
            parts = [number(each, trait) for each in arguments]
            sizes = [each for each in parts if each is not None]
            size = _CALCULATIONS[function](*sizes) if len(sizes) == len(parts) else None
    return size if size is not None and abs(size) < LIMIT else None


def text(node: Node, trait: Lookup) -> str | None:
    match node:
        case Name(name):
            return values.text(trait(name))
        case Constant(str() as value):
            return value
        case Call("text", (inner,)):
            return text(inner, trait)
        case Call("if", (test, body, orelse)):
            return text(body if truth(test, trait) else orelse, trait)
        case Call("coalesce", arguments):
            found = (text(each, trait) for each in arguments)
            return next((each for each in found if each is not None), None)
    if kind(node) == "truth":
        return "true" if truth(node, trait) else "false"
    size = number(node, trait)
    return None if size is None else values.number_text(size)


def truth(node: Node, trait: Lookup) -> bool:
    match node:
        case Constant(value):
            return value is True
        case Call("and", arguments):
            return all(truth(each, trait) for each in arguments)
        case Call("or", arguments):
            return any(truth(each, trait) for each in arguments)
        case Call("not", (inner,)):
            return not truth(inner, trait)
        case Call("if", (test, body, orelse)):
            return truth(body if truth(test, trait) else orelse, trait)
        case Call(function, (left, right)) if function in COMPARISONS:
            read = text if "text" in (kind(left), kind(right)) else number
            one, other = read(left, trait), read(right, trait)
            if one is None or other is None:
                return function == "ne"
            return values.compare(function, one, other)
    return text(node, trait) == "true"


@lru_cache(maxsize=512)
def parse(written: str) -> Parsed:
    """Raises `ValueError` with words for people."""
    if len(written) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    try:
        tree = ast.parse(_with_if(written.strip()), mode="eval")
    except (SyntaxError, tokenize.TokenError, ValueError, MemoryError, RecursionError):
        raise ValueError(f"{written!r} is no expression") from None
    root = _read(tree.body, 0)
    _check(root)
    return Parsed(root)


def _with_if(written: str) -> str:
    """`if(` where a value begins becomes the name of a function; `a if (b) else c` stays."""
    tokens = []
    before = "("
    for token in tokenize.generate_tokens(io.StringIO(written).readline):
        begins = before in ("(", ",", "and", "or", "not", "else", "if", *"+-*/<>", "==", "!=")
        tokens.append((token.type, _IF if token.string == "if" and begins else token.string))
        before = token.string
    return tokenize.untokenize(tokens).strip()


def _read(node: ast.expr, depth: int) -> Node:
    if depth > DEEPEST:
        raise ValueError(f"is nested deeper than {DEEPEST}")
    match node:
        case ast.Constant(value=bool() | str() as value):
            return Constant(value)
        case ast.Constant(value=int() | float() as value):
            size = values.micro(value)
            if size is None or abs(size) >= LIMIT:
                raise ValueError(f"{value} is too great a number")
            return Constant(size)
        case ast.Name(id=name):
            return Name(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Call("-", (Constant(0), _read(operand, depth + 1)))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _BINARY:
            return _call(_BINARY[type(op)], [left, right], depth)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _function("if" if name == _IF else name, args, depth)
    return _of_operators(node, depth)


def _of_operators(node: ast.expr, depth: int) -> Node:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _call(_BINARY[type(op)], [left, right], depth)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _call("not", [operand], depth)
        case ast.BoolOp(op=op, values=operands):
            return _call("and" if isinstance(op, ast.And) else "or", operands, depth)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _call("if", [test, body, orelse], depth)
    raise ValueError(f"{ast.unparse(node)!r} cannot be part of an expression")


def _function(name: str, args: list[ast.expr], depth: int) -> Call:
    if name not in _ARITIES:
        raise ValueError(f"no function {name!r}: there are {', '.join(_ARITIES)}")
    least, most = _ARITIES[name]
    if not least <= len(args) <= most:
        counted = f"{least}" if least == most else f"{least} to {most}"
        raise ValueError(f"{name} takes {counted} values, not {len(args)}")
    if name == "round" and len(args) == 1:
        args = [*args, ast.Constant(0)]
    return _call(name, args, depth)


def _call(function: str, operands: list[ast.expr], depth: int) -> Call:
    return Call(function, tuple(_read(each, depth + 1) for each in operands))


def _check(root: Node) -> None:
    places = [Constant(place * _UNIT) for place in range(values.PLACES + 1)]
    for node in walk(root):
        match node:
            case Call("round", (_, last)) if last not in places:
                raise ValueError("round takes a number and how many places, from 0 to 6")
            case Call(function, arguments) if function in _CALCULATIONS:
                if any(kind(each) in ("truth", "text") for each in arguments):
                    raise ValueError(f"{function} calculates with numbers")


def _divide(left: int, right: int) -> int | None:
    if right == 0:
        return None
    return values.mean(left * _UNIT if right > 0 else -left * _UNIT, abs(right))


def _round(size: int, places: int) -> int:
    step: int = 10 ** (values.PLACES - places // _UNIT)
    return values.mean(size, step) * step


_CALCULATIONS: Final[dict[str, Callable[..., int | None]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: values.mean(left * right, _UNIT),
    "/": _divide,
    "min": lambda *sizes: min(sizes),
    "max": lambda *sizes: max(sizes),
    "abs": abs,
    "round": _round,
}
