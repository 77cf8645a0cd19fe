"""What is wrong with a question, in words: what may stand at the place, or what was meant there."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, Final

import msgspec
from msgspec import inspect

from rapport.audiences.language import operands
from rapport.errors import Malformed

_HINT: Final = "see docs/insights.md"
_STEP: Final = re.compile(r"\.([^.\[\]]+)|(\[)")


def refuse(at: str, message: str, hint: str = _HINT) -> Malformed:
    """The error for the node at `at` of a question, to be raised."""
    return operands.refuse(at, message, hint)


def explained(error: msgspec.ValidationError, into: Any) -> Malformed:
    """The error of a conversion `into` a type, as all others: with its node, `steps[0].event`."""
    words, _, place = str(error).partition(" - at `$")
    at = place.rstrip("`").lstrip(".")
    found = list(_at(inspect.type_info(into), at))
    said = re.search(r"`(.*)`$", words)
    named = said.group(1) if said else ""
    if words.startswith("Invalid enum value"):
        values = [str(value) for each in found if isinstance(each, inspect.LiteralType)
            for value in each.values]  # fmt: skip
        return refuse(at, f"{words[19:]} is none of {', '.join(values)}", _HINT)
    fields = [field.encode_name for each in found if isinstance(each, inspect.StructType)
        for field in each.fields]  # fmt: skip
    if words.startswith("Object contains unknown field"):
        near = get_close_matches(named, fields, 1)
        looks = f"; it looks like {near[0]!r}" if near else ""
        return refuse(at, f"{named!r} means nothing here{looks}", f"use {', '.join(fields)}")
    if words.startswith("Object missing required field"):
        return refuse(at, f"{named!r} is missing", _HINT)
    if words.startswith("Expected `object`") and "event" in fields:
        return refuse(at, "has to be an object", 'such as {"event": "Order Completed"}')
    return refuse(at, words, _HINT)


def _at(kind: inspect.Type, at: str) -> list[inspect.Type]:
    """The types that may stand at a place below `kind`: several where one of several may."""
    found = _each(kind)
    for step in _STEP.finditer(f".{at}" if at and not at.startswith("[") else at):
        name = step.group(1)
        found = [part for one in found for part in _each(_below(one, name))]
    return found


def _below(kind: inspect.Type, name: str | None) -> inspect.Type | None:
    """The type of a field, or of what a list holds when `name` is None."""
    if name is not None and isinstance(kind, inspect.StructType):
        return next((field.type for field in kind.fields if field.encode_name == name), None)
    if name is None and isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return kind.item_type
    return None


def _each(kind: inspect.Type | None) -> list[inspect.Type]:
    if kind is None:
        return []
    return [*kind.types] if isinstance(kind, inspect.UnionType) else [kind]
