"""Kept questions and dashboards as files have them, beside segments and traits.

A north star is a kept question of kind `north_star`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import msgspec

from rapport.audiences.language import operands, parts
from rapport.errors import Malformed
from rapport.insights import kinds
from rapport.insights.boards import MOST_CARDS, Card, Filters
from rapport.insights.saved import KEY, KEY_HINT, Saved, Sort
from rapport.insights.specs.scope import Among, among

Object = dict[str, Any]
HINT: Final = "see docs/files.md"


class Insight(msgspec.Struct, frozen=True, omit_defaults=True):
    """`question` as it was written."""

    sort: ClassVar[Sort] = "insight"
    key: str
    name: str
    question: Object
    description: str = ""

    @property
    def body(self) -> Object:
        """What is stored."""
        return self.question


class Board(msgspec.Struct, frozen=True, omit_defaults=True):
    sort: ClassVar[Sort] = "dashboard"
    key: str
    name: str
    cards: tuple[Card, ...] = ()
    filters: Filters = Filters()
    description: str = ""

    @property
    def body(self) -> Object:
        """What is stored."""
        return {"cards": _plain(self.cards), "filters": _plain(self.filters)}


Kept = Insight | Board


def insight(raw: Any, at: str, now: int) -> Insight:
    """Raises `Malformed`, which names the node."""
    node = parts.mapping(raw, at)
    parts.only(node, at, "key", "name", "description", "question")
    key, name, description = _words(node, at)
    question = parts.mapping(node.get("question"), f"{at}.question")
    _json(question, f"{at}.question")
    with _inside(f"{at}.question"):
        kinds.check(kinds.read(question), now)
    return Insight(key, name, question, description)


def dashboard(raw: Any, at: str, now: int) -> Board:
    """Raises `Malformed`, which names the node."""
    node = parts.mapping(raw, at)
    parts.only(node, at, "key", "name", "description", "cards", "filters")
    key, name, description = _words(node, at)
    cards = node.get("cards") or []
    if not isinstance(cards, list) or len(cards) > MOST_CARDS:
        raise operands.refuse(f"{at}.cards", f"has to be a list of {MOST_CARDS} at most", HINT)
    read = []
    for place, each in enumerate(cards):
        with _inside(f"{at}.cards[{place}]"):
            read.append(kinds.converted(each, Card))
    _json(node.get("filters"), f"{at}.filters")
    with _inside(f"{at}.filters"):
        filters = kinds.converted(node.get("filters") or {}, Filters)
        filters.check(now)
    return Board(key, name, tuple(read), filters, description)


def kept(saved: Saved, sort: Sort) -> Kept:
    """What is stored, as a file would have it."""
    words = {"key": saved.key, "name": saved.name, "description": saved.description}
    if sort == "insight":
        return Insight(**words, question=saved.body)
    return msgspec.convert({**words, **saved.body}, Board)


def written(one: Kept) -> Object:
    """What `insight` or `dashboard` reads as an equal one."""
    found = {"key": one.key, "name": one.name}
    if one.description:
        found["description"] = one.description
    if isinstance(one, Insight):
        return {**found, "question": one.question}
    filters = _plain(one.filters)
    return {**found, **({"filters": filters} if filters else {}), "cards": _plain(one.cards)}


def segments_of(one: Kept) -> Iterator[tuple[str, str]]:
    """The segments that it looks at, each behind the name of the node."""
    asked: Any = one.filters if isinstance(one, Board) else kinds.read(one.question)
    at = "filters" if isinstance(one, Board) else "question"
    people: Among = asked.segment
    for each in among(people):
        if isinstance(each, str):
            yield f"{at}.segment", each
    for key in getattr(getattr(asked, "breakdown", None), "segments", ()):
        yield f"{at}.breakdown.segments", key


def _words(node: Object, at: str) -> tuple[str, str, str]:
    key = node.get("key")
    if not isinstance(key, str) or not re.fullmatch(KEY, key):
        words = f"{operands.shown(key)} cannot be a key"
        raise operands.refuse(f"{at}.key", words, KEY_HINT)
    name = operands.text(node.get("name", key), f"{at}.name", longest=200).strip()
    if not name:
        raise operands.refuse(f"{at}.name", "has to be a text", HINT)
    description = node.get("description")
    if description not in (None, ""):
        operands.text(description, f"{at}.description", longest=5_000)
    return key, name, description or ""


@contextmanager
def _inside(at: str) -> Iterator[None]:
    """Errors name the node from `at` on."""
    try:
        yield
    except Malformed as error:
        node = str(error.details.get("node", ""))
        words = error.message.removeprefix(f"{node}: ") if node else error.message
        place = f"{at}.{node}" if node and not node.startswith("[") else f"{at}{node}"
        hint = error.hint if error.hint != "see docs/conditions.md" else HINT
        raise operands.refuse(place, words, hint) from None


def _json(raw: Any, at: str) -> None:
    """Refuse what YAML can say and JSON cannot."""
    if isinstance(raw, dict):
        for key, each in raw.items():
            if not isinstance(key, str):
                raise operands.refuse(at, f"{operands.shown(key)} is no name: put it in quotes")
            _json(each, f"{at}.{key}")
    elif isinstance(raw, list):
        for place, each in enumerate(raw):
            _json(each, f"{at}[{place}]")
    elif isinstance(raw, float) and not math.isfinite(raw):
        raise operands.refuse(at, "is no number", HINT)
    elif isinstance(raw, int) and not -(2**63) <= raw < 2**63:
        raise operands.refuse(at, "is too great a number", HINT)
    elif not isinstance(raw, str | int | float | None):
        raise operands.refuse(at, f"{operands.shown(raw)} means nothing here", HINT)


def _plain(value: Any) -> Any:
    """As JSON has it: lists, no tuples."""
    return msgspec.json.decode(msgspec.json.encode(value))
