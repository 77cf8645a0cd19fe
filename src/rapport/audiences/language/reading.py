"""JSON or YAML → tree. What cannot be used raises `Malformed`, which names the node.

The name of a node is the way to it: `when.all[1].did.where[0].op`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final, cast

from rapport.audiences.language import operands, parts
from rapport.audiences.language.model import (
    BARE,
    COMPARISONS,
    COUNT,
    LISTED,
    MEASURES,
    ONE,
    TEXTUAL,
    AllOf,
    AnyOf,
    Condition,
    Consent,
    Did,
    Extreme,
    Identifier,
    InSegment,
    Measure,
    Not,
    OfAccounts,
    OfMembers,
    Percent,
    Quantifier,
    Sequence,
    Step,
    Trait,
)
from rapport.audiences.language.operands import refuse
from rapport.audiences.language.parts import Object

DEEPEST: Final = 20
MOST_STEPS: Final = 10


def condition(raw: Any, at: str = "when", depth: int = 0) -> Condition:
    """The tree of `raw`, as decoded from JSON or YAML. Raises `Malformed`."""
    if depth > DEEPEST:
        raise refuse(at, f"is nested deeper than {DEEPEST}", hint="move a part into a segment")
    node = parts.mapping(raw, at)
    head = next((key for key in node if key in HEADS), None)
    if head is None:
        raise refuse(at, _unknown_head(node), hint=f"use one of {', '.join(HEADS)}")
    allowed, read = HEADS[head]
    parts.only(node, at, head, *allowed)
    return read(node, at, depth)


def _all(node: Object, at: str, depth: int) -> Condition:
    return AllOf(_conditions(node["all"], f"{at}.all", depth))


def _any(node: Object, at: str, depth: int) -> Condition:
    return AnyOf(_conditions(node["any"], f"{at}.any", depth))


def _conditions(raw: Any, at: str, depth: int) -> tuple[Condition, ...]:
    return tuple(
        condition(each, f"{at}[{place}]", depth + 1)
        for place, each in enumerate(parts.items(raw, at))
    )


def _not(node: Object, at: str, depth: int) -> Condition:
    return Not(condition(node["not"], f"{at}.not", depth + 1))


def _trait(node: Object, at: str, _: int) -> Condition:
    op = parts.operator(node, at)
    value = operands.operand(op, node.get("value"), f"{at}.value")
    return Trait(parts.trait_path(node["trait"], f"{at}.trait"), op, value)


def _identifier(node: Object, at: str, _: int) -> Condition:
    op = operands.operator(node.get("op", "exists"), f"{at}.op", OF_IDENTIFIERS)
    value = operands.operand(op, node.get("value"), f"{at}.value")
    return Identifier(operands.text(node["identifier"], f"{at}.identifier"), op, value)


def _did(node: Object, at: str, _: int) -> Condition:
    return Did(
        parts.selection(node["did"], node, at, "did"),
        parts.window(node.get("during"), f"{at}.during"),
        _measure(node.get("measure", "count"), f"{at}.measure"),
        operands.operator(node.get("op", "gte"), f"{at}.op", COMPARISONS),
        operands.number(node.get("value", ONE), f"{at}.value"),
    )


def _measure(raw: Any, at: str) -> Measure:
    if raw == "count":
        return COUNT
    if raw == "days":
        return Measure("days")
    node = parts.mapping(raw, at) if isinstance(raw, Mapping) else {}
    if len(node) != 1 or not node.keys() <= OF_PATH:
        hint = 'use "count", "days" or an object like {"sum": "properties.total"}'
        raise refuse(at, f"{operands.shown(raw)} is no measure", hint=hint)
    ((kind, path),) = node.items()
    return Measure(kind, parts.single_path(path, f"{at}.{kind}"))


def _extreme(which: str) -> Callable[[Object, str, int], Condition]:
    def read(node: Object, at: str, _: int) -> Condition:
        has = parts.filters(node.get("has"), f"{at}.has", parts.event_path)
        if not has:
            raise refuse(f"{at}.has", "needs a filter", hint='without one, use "did"')
        during = parts.window(node.get("during"), f"{at}.during")
        chosen = parts.selection(node[which], node, at, which)
        return Extreme("first" if which == "first" else "last", chosen, has, during)

    return read


def _sequence(node: Object, at: str, _: int) -> Condition:
    here = f"{at}.sequence"
    raw = parts.items(node["sequence"], here, most=MOST_STEPS)
    if len(raw) < 2:
        raise refuse(here, "needs two steps at least", hint='for one, use "did"')
    steps = tuple(
        _step(each, f"{here}[{place}]", place, len(raw)) for place, each in enumerate(raw)
    )
    if any(step.same != steps[1].same for step in steps[2:]):
        raise refuse(here, "every step after the first has to have the same list in `same`")
    within = operands.length(node["within"], f"{at}.within") if "within" in node else ""
    return Sequence(steps, within, parts.window(node.get("during"), f"{at}.during"))


def _step(raw: Any, at: str, place: int, of: int) -> Step:
    node = parts.mapping(raw, at)
    head = "did_not" if "did_not" in node else "did"
    parts.only(node, at, head, *OF_STEPS)
    if head not in node:
        raise refuse(at, 'needs "did"')
    absent = head == "did_not"
    if absent and (place != of - 1 or "within" not in node):
        raise refuse(at, "did_not can only be the last step, and needs within")
    if place == 0 and ("within" in node or "same" in node):
        raise refuse(at, "the first step has none before it: no within, no same")
    within = operands.length(node["within"], f"{at}.within") if "within" in node else ""
    raw_same = parts.items(node["same"], f"{at}.same") if "same" in node else []
    same = tuple(parts.single_path(each, f"{at}.same[{n}]") for n, each in enumerate(raw_same))
    return Step(parts.selection(node[head], node, at, head), within, same, absent)


def _segment(node: Object, at: str, _: int) -> Condition:
    return InSegment(operands.text(node["segment"], f"{at}.segment"))


def _account(node: Object, at: str, _: int) -> Condition:
    which = parts.choice(node["account"], f"{at}.account", QUANTIFIERS)
    where = parts.filters(node.get("where", []), f"{at}.where", parts.trait_path)
    return OfAccounts(cast("Quantifier", which), where)


def _members(node: Object, at: str, depth: int) -> Condition:
    which = parts.choice(node["members"], f"{at}.members", QUANTIFIERS)
    are = condition(node.get("are"), f"{at}.are", depth + 1)
    return OfMembers(cast("Quantifier", which), are)


def _consent(node: Object, at: str, _: int) -> Condition:
    purpose = operands.text(node["consent"], f"{at}.consent")
    parts.trait_path(purpose, f"{at}.consent")
    if "." in purpose:
        raise refuse(f"{at}.consent", "is the name of one purpose, without dots")
    return Consent(purpose)


def _percent(node: Object, at: str, _: int) -> Condition:
    share = operands.number(node["percent"], f"{at}.percent")
    if not 0 <= share <= 100:
        raise refuse(f"{at}.percent", "lies between 0 and 100")
    return Percent(share, operands.text(node.get("salt"), f"{at}.salt", longest=100))


def _unknown_head(node: Object) -> str:
    for key in node:
        if close := get_close_matches(key, HEADS, n=1):
            return f"no kind of condition in it; {key!r} looks like {close[0]!r}"
    return f"no kind of condition among its keys: {', '.join(node) or 'there are none'}"


QUANTIFIERS: Final = ("any", "all", "none")
OF_PATH: Final = frozenset(MEASURES) - {"count", "days"}
OF_IDENTIFIERS: Final = ("eq", "ne", *LISTED, *TEXTUAL, *BARE)
_PICK = ("type", "where", "during")
OF_STEPS: Final = ("type", "where", "within", "same")
# head → which keys may stand beside it, and what reads the node
HEADS: Final[dict[str, tuple[tuple[str, ...], Callable[[Object, str, int], Condition]]]] = {
    "all": ((), _all),
    "any": ((), _any),
    "not": ((), _not),
    "trait": (("op", "value"), _trait),
    "identifier": (("op", "value"), _identifier),
    "did": ((*_PICK, "measure", "op", "value"), _did),
    "first": ((*_PICK, "has"), _extreme("first")),
    "last": ((*_PICK, "has"), _extreme("last")),
    "sequence": (("within", "during"), _sequence),
    "segment": ((), _segment),
    "account": (("where",), _account),
    "members": (("are",), _members),
    "consent": ((), _consent),
    "percent": (("salt",), _percent),
}
