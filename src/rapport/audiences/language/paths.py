"""Paths into events and traits: `properties.products[].sku`, `type`, `address.city`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from rapport.audiences.language.model import FIELDS, HELD

LONGEST: Final = 300
# A key may hold anything but what would need escaping in one of the engines' path languages.
KEY: Final = re.compile(r"[^.\[\]\"'\\`\x00-\x1f$*?]+")


class Path(msgspec.Struct, frozen=True):
    """`any_of` leads to an array, `keys` from there (or from the top) to the value."""

    head: str  # a field, or one of HELD; "" for a trait
    keys: tuple[str, ...]
    any_of: tuple[str, ...] | None = None


@lru_cache(maxsize=4096)
def of_event(text: str) -> Path:
    """Raises `ValueError` for what names nothing that an event can hold."""
    head, dot, rest = text.partition(".")
    if head in FIELDS and not dot:
        return Path(head, ())
    if head not in HELD or not dot:
        raise ValueError(
            f"{text!r} is no path of an event: it starts with properties., traits. or context.,"
            f" or is one of {', '.join(FIELDS)}"
        )
    return _way(head, rest, text)


@lru_cache(maxsize=4096)
def of_trait(text: str) -> Path:
    """Raises `ValueError`."""
    return _way("", text, text)


def _way(head: str, rest: str, text: str) -> Path:
    before, brackets, after = rest.partition("[]")
    if not brackets:
        return Path(head, _keys(rest))
    if after and not after.startswith("."):
        raise ValueError(f"{text!r}: after [] comes a dot or nothing")
    if "[]" in after:
        raise ValueError(f"{text!r}: one [] is the most")
    return Path(head, _keys(after[1:]) if after else (), _keys(before))


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(text.split("."))
    if len(text) > LONGEST or not all(map(KEY.fullmatch, keys)):
        raise ValueError(f"{text!r} cannot be used as a path")
    return keys
