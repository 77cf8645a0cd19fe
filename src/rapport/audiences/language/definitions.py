"""Definitions: segments and computed traits, from JSON or from files of YAML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, cast

from rapport import yaml12
from rapport.audiences.language import expressions, operands, parts, reading
from rapport.audiences.language.model import (
    AGGREGATES,
    Aggregate,
    Computation,
    ComputedTrait,
    DaysSince,
    Definition,
    Expression,
    Last,
    ModelOutput,
    Rate,
    Segment,
    SqlQuery,
)
from rapport.audiences.language.operands import refuse
from rapport.audiences.language.parts import Object

KEY: Final = r"[a-z][a-z0-9_]{0,62}"
PERIODS: Final = ("day", "week", "month")
SEVERAL: Final = ("most_frequent", "unique_list", "unique_count")  # their path may have a []
_PICK = ("type", "where", "during")


def segment(raw: Any, at: str = "") -> Segment:
    """Raises `Malformed`, which names the node."""
    node = parts.mapping(raw, at or "segment")
    parts.only(node, at, "key", "name", "description", "of", "when")
    key = _key(node, at)
    of = parts.choice(node.get("of", "people"), _under(at, "of"), ("people", "accounts"))
    when = reading.condition(node.get("when"), _under(at, "when"))
    name, description = _words(node, at, key)
    return Segment(key, name, when, "accounts" if of == "accounts" else "people", description)


def computed_trait(raw: Any, at: str = "") -> ComputedTrait:
    """Raises `Malformed`, which names the node."""
    node = parts.mapping(raw, at or "trait")
    parts.only(node, at, "key", "name", "description", "trait")
    key = _key(node, at)
    name, description = _words(node, at, key)
    return ComputedTrait(
        key, name, computation(node.get("trait"), _under(at, "trait")), description
    )


def computation(raw: Any, at: str = "trait") -> Computation:
    node = parts.mapping(raw, at)
    head = next((key for key in node if key in HEADS), None)
    if head is None:
        raise refuse(at, "is no computation", hint=f"use one of {', '.join(HEADS)}")
    allowed, read = HEADS[head]
    parts.only(node, at, head, *allowed)
    return read(node, at, head)


def document(raw: Any) -> list[Definition]:
    """Of `{segments: [...], traits: [...]}`. Raises `Malformed`."""
    node = parts.mapping(raw, "definitions")
    parts.only(node, "", "segments", "traits")
    found: list[Definition] = []
    for kind, read in (("segments", segment), ("traits", computed_trait)):
        listed = node.get(kind)
        if listed is None:  # as YAML reads a key with nothing behind it
            listed = []
        if not isinstance(listed, list):
            raise refuse(kind, "has to be a list")
        found += [read(each, f"{kind}[{place}]") for place, each in enumerate(listed)]
    return found


def from_yaml(text: str) -> list[Definition]:
    """Raises `Malformed`, also for what is not YAML."""
    return document(yaml12.loaded(text, hint="see docs/files.md") or {})


def _under(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _key(node: Object, at: str) -> str:
    raw = node.get("key")
    if not isinstance(raw, str) or not re.fullmatch(KEY, raw):
        hint = "small letters, digits and _, a letter first, 63 at most"
        raise refuse(_under(at, "key"), f"{operands.shown(raw)} cannot be a key", hint=hint)
    return raw


def _words(node: Object, at: str, key: str) -> tuple[str, str]:
    name = operands.text(node.get("name", key), _under(at, "name"), longest=200)
    description = node.get("description")
    if description not in (None, ""):
        operands.text(description, _under(at, "description"), longest=5_000)
    return name, description or ""


def _aggregate(node: Object, at: str, head: str) -> Computation:
    path = ""
    if head != "count":
        read = parts.text_path if head in SEVERAL else parts.single_path
        path = read(node.get("path"), f"{at}.path")
    elif "path" in node:
        raise refuse(f"{at}.path", "count counts events: it has no path")
    session = operands.length(node["session"], f"{at}.session") if "session" in node else ""
    chosen = parts.selection(node[head], node, at, head)
    return Aggregate(head, chosen, path, parts.window(node.get("during"), f"{at}.during"), session)


def _days_since(node: Object, at: str, head: str) -> Computation:
    return DaysSince(parts.selection(node[head], node, at, head))


def _rate(node: Object, at: str, _: str) -> Computation:
    inner = parts.mapping(node["rate"], f"{at}.rate")
    parts.only(inner, f"{at}.rate", "count", "type", "where")
    per = parts.choice(node.get("per"), f"{at}.per", PERIODS)
    during = parts.window(node.get("during"), f"{at}.during")
    if not isinstance(during, Last):
        raise refuse(
            f"{at}.during", "a rate needs a window of a fixed length", hint='{"last": ...}'
        )
    chosen = parts.selection(inner.get("count"), inner, f"{at}.rate", "count")
    return Rate(chosen, cast("Any", per), during)


def _expression(node: Object, at: str, _: str) -> Computation:
    written = operands.text(node["expression"], f"{at}.expression")
    try:
        expressions.parse(written)
    except ValueError as error:
        raise refuse(f"{at}.expression", str(error)) from None
    return Expression(written)


def _sql(node: Object, at: str, _: str) -> Computation:
    every = operands.length(node.get("every"), f"{at}.every")
    return SqlQuery(operands.text(node["sql"], f"{at}.sql", longest=20_000), every)


def _model(node: Object, at: str, _: str) -> Computation:
    words = {
        name: operands.text(node[name], f"{at}.{name}", longest=63) if name in node else ""
        for name in ("model", "trait", "seed_segment")
    }
    every = operands.length(node.get("every", "1d"), f"{at}.every")
    return ModelOutput(words["model"], words["trait"], every, words["seed_segment"])


HEADS: Final[dict[str, tuple[tuple[str, ...], Callable[[Object, str, str], Computation]]]] = {
    **{kind: ((*_PICK, "path", "session"), _aggregate) for kind in AGGREGATES},
    "days_since": (("type", "where"), _days_since),
    "rate": (("per", "during"), _rate),
    "expression": ((), _expression),
    "sql": (("every",), _sql),
    "model": (("trait", "every", "seed_segment"), _model),
}
