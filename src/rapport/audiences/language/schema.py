"""JSON Schema of definitions, for editors: completion, explanations, red lines under mistakes.

Which keys stand beside which head is taken from the tables by which `reading`, `parts` and
`definitions` read, so a new head without a line here fails. The schema never refuses what is
read; what it cannot say (an empty window, a circle, an unknown segment) the server says. It is of
draft 7, which all editors know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from rapport.audiences.language import definitions, duration, operands, parts, paths, reading
from rapport.audiences.language.model import (
    AGGREGATES,
    BARE,
    CALENDAR_UNITS,
    COMPARISONS,
    FIELDS,
    HELD,
    INSTANTS,
    LISTED,
    MOVING,
    OPERATORS,
    TEXTUAL,
)
from rapport.events.model import TYPES
from rapport.warehouse import jsonsql

Schema = dict[str, Any]

_KEYS: Final = f"{paths.KEY.pattern}(?:\\.{paths.KEY.pattern})*"
_TRAIT: Final = f"{_KEYS}(?:\\[\\](?:\\.{_KEYS})?)?"
_FIELD: Final = "|".join(name for name in FIELDS if name != "timestamp")
_INSIDE: Final = f"(?:{'|'.join(HELD)})\\."
_NOTHING: Final[Schema] = {"type": "null"}
_SCALAR: Final[Schema] = {"type": ["string", "number", "boolean"]}


def document() -> Schema:
    """Of a file with `segments` and `traits`, as `rapport apply` reads it."""
    listed = {
        name: {"type": ["array", "null"], "items": _ref(one), "description": words}
        for name, one, words in (
            ("segments", "segment", "Conditions with a name: who fits is in."),
            ("traits", "trait", "Values worked out of what somebody did."),
        )
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Segments and computed traits of Rapport",
        "description": "docs/conditions.md explains every word.",
        **_object(listed),
        "definitions": _definitions(),
    }


def _definitions() -> dict[str, Schema]:
    words = {
        "key": _pattern(definitions.KEY, "By which it is known: small letters, digits and _."),
        "name": _text(200, "For people; without it the key."),
        "description": {"type": ["string", "null"], "maxLength": 5_000},
    }
    of = {"enum": ["people", "accounts"], "description": "Whose segment it is; people by default."}
    return {
        "segment": _object({**words, "of": of, "when": _ref("condition")}, ("key", "when")),
        "trait": _object({**words, "trait": _ref("computation")}, ("key", "trait")),
        "condition": {"anyOf": [_condition(head) for head in reading.HEADS]},
        "computation": {"anyOf": [_computation(head) for head in definitions.HEADS]},
        "filter": {"anyOf": [_filter(_event_path(), OPERATORS, "eq"), _moment()]},
        "trait_filter": _filter(_pattern(_TRAIT, "A trait of the account."), OPERATORS, "eq"),
        "window": {"anyOf": [*_windows(), _NOTHING]},
        "first_step": _step("did", "type", "where"),
        "step": {"anyOf": [_step("did"), _step("did_not", required=("did_not", "within"))]},
        "events": {"anyOf": [_text(300), _many(_text(300))]},
        "duration": _pattern(duration.WRITTEN.pattern, "Such as 90s, 30m, 12h, 7d, 4w."),
        "instant": _pattern(jsonsql.ISO, "Such as 2026-11-30 or 2026-11-30T18:00:00Z."),
    }


def _condition(head: str) -> Schema:
    value, required = _CONDITIONS[head]()
    words = {"description": _WORDS[head]}
    beside = {key: _beside(key) for key in reading.HEADS[head][0]}
    if head == "account":
        beside["where"] = {"type": "array", "items": _ref("trait_filter"), **_MOST_FILTERS}
    made = _object({head: {**value, **words}, **beside}, (head, *required))
    match head:
        case "trait":
            return {**made, "anyOf": _compared(OPERATORS, "eq")}
        case "identifier":
            return {**made, "anyOf": _compared(reading.OF_IDENTIFIERS, "exists")}
        case "did":
            made["properties"] |= {"op": {"enum": [*COMPARISONS]}, "value": {"type": "number"}}
    return made


_CONDITIONS: Final[Mapping[str, Callable[[], tuple[Schema, tuple[str, ...]]]]] = {
    **dict.fromkeys(("all", "any"), lambda: (_many(_ref("condition")), ())),
    "not": lambda: ({"allOf": [_ref("condition")]}, ()),
    "trait": lambda: (_pattern(_TRAIT), ()),
    "identifier": lambda: (_text(), ()),
    "did": lambda: ({"allOf": [_ref("events")]}, ()),
    **dict.fromkeys(("first", "last"), lambda: ({"allOf": [_ref("events")]}, ("has",))),
    "sequence": lambda: (_steps(), ()),
    "segment": lambda: (_text(), ()),
    "account": lambda: ({"enum": [*reading.QUANTIFIERS]}, ()),
    "members": lambda: ({"enum": [*reading.QUANTIFIERS]}, ("are",)),
    "consent": lambda: (_pattern(f"{paths.KEY.pattern}(?:\\[\\])?"), ()),
    "percent": lambda: ({"type": "number", "minimum": 0, "maximum": 100}, ("salt",)),
}
_WORDS: Final = {
    "all": "Every one of these holds.",
    "any": "At least one of these holds.",
    "not": "This does not hold.",
    "trait": "A described or computed trait; of an account in segments of accounts.",
    "identifier": "Some identifier of this type passes.",
    "did": "Events of this name (a list, or * for any): how many, or what they add up to.",
    "first": "The first of these events exists and passes all filters of has.",
    "last": "The last of these events exists and passes all filters of has.",
    "sequence": "Events, one for each step, in order of time.",
    "segment": "In the segment of this key.",
    "account": "Some, each or none of her accounts passes.",
    "members": "Some, each or none of the people of the account; only in segments of accounts.",
    "consent": "The latest word on this purpose was yes.",
    "percent": "A stable share of everybody.",
}


def _beside(key: str) -> Schema:
    """What may stand under a key that is no head."""
    match key:
        case "op":
            return {"enum": [*OPERATORS]}
        case "value" | "measure":
            return {} if key == "value" else _measure()
        case "type":
            return {"enum": [*TYPES], "description": "Of the events; track unless said."}
        case "where":
            return {"type": "array", "items": _ref("filter"), **_MOST_FILTERS}
        case "has":
            return {"type": "array", "items": _ref("filter"), "minItems": 1, **_MOST_FILTERS}
        case "during":
            return _ref("window")
        case "within" | "session" | "every":
            return _ref("duration")
        case "are":
            return _ref("condition")
        case "salt":
            return _text(100, "Other salts choose others.")
        case "path":
            return _pattern(_measurable(), "Where in the event; such as properties.total.")
        case "per":
            return {"enum": [*definitions.PERIODS]}
        case "same":
            return _many(_pattern(_measurable()))
    return _text(63)


def _computation(head: str) -> Schema:
    allowed = definitions.HEADS[head][0]
    beside = {key: _beside(key) for key in allowed}
    required: tuple[str, ...] = (head,)
    value: Schema = {"allOf": [_ref("events")]}
    if head in AGGREGATES:
        required = (head,) if head == "count" else (head, "path")
        beside = {key: each for key, each in beside.items() if (head, key) != ("count", "path")}
        if head in definitions.SEVERAL:
            beside["path"] = _event_path()
    elif head == "rate":
        inner = {"count": value, "type": _beside("type"), "where": _beside("where")}
        value, required = _object(inner, ("count",)), (head, "per", "during")
        beside["during"] = _object({"last": _ref("duration")}, ("last",))
    elif head == "sql":
        value, required = _text(20_000, "Columns profile and value."), (head, "every")
    elif head in ("expression", "model"):
        value = _text() if head == "expression" else _text(63)
    return _object({head: value, **beside}, required)


def _filter(path: Schema, operators: Iterable[str], default: str) -> Schema:
    made = _object({"path": path, "op": {"enum": [*operators]}, "value": {}}, ("path",))
    return {**made, "anyOf": _compared(operators, default)}


def _moment() -> Schema:
    """On the instant of the event."""
    return _filter({"const": "timestamp"}, parts.MOMENT, "")


def _compared(operators: Iterable[str], default: str) -> list[Schema]:
    """Which value goes with which operator; `default` is the operator that need not be said."""
    taken = set(operators)
    found = []
    for group, value in (
        (COMPARISONS, _SCALAR),
        (LISTED, {"type": "array", "items": _SCALAR, "minItems": 1, "maxItems": operands.MOST}),
        (TEXTUAL, _text()),
        (BARE, _NOTHING),
        (INSTANTS, _ref("instant")),
        (MOVING, _ref("duration")),
    ):
        if here := [op for op in group if op in taken]:
            required = [] if default in here else ["op"]
            required += [] if group is BARE else ["value"]
            keys = {"op": {"enum": here}, "value": value}
            found.append({"properties": keys, "required": required})
    return found


def _measure() -> Schema:
    paths_of = [
        _object({kind: _pattern(_measurable())}, (kind,)) for kind in sorted(reading.OF_PATH)
    ]
    return {"anyOf": [{"enum": ["count", "days"]}, *paths_of]}


def _windows() -> list[Schema]:
    ends = {"anyOf": [_ref("instant"), _NOTHING]}
    span = _object({"from": ends, "to": ends})
    known: Mapping[str, Schema] = {
        "last": _object({"last": _ref("duration")}, ("last",)),
        "between": _object(
            {
                "between": {
                    "type": "array",
                    "items": _ref("duration"),
                    "minItems": 2,
                    "maxItems": 2,
                }
            },
            ("between",),
        ),
        "calendar": _object(
            {
                "calendar": {"enum": [*CALENDAR_UNITS]},
                "ago": {"type": "integer", "minimum": 0, "maximum": 1_000},
            },
            ("calendar",),
        ),
        "from": {**span, "required": ["from"]},
        "to": {**span, "required": ["to"]},
    }
    return [known[head] for head in parts.WINDOWS]


def _steps() -> Schema:
    ordered = [_ref("first_step")]
    return {
        "type": "array",
        "items": ordered,
        "additionalItems": _ref("step"),
        "minItems": 2,
        "maxItems": reading.MOST_STEPS,
    }


def _step(head: str, *keys: str, required: tuple[str, ...] = ("did",)) -> Schema:
    beside = {key: _beside(key) for key in keys or reading.OF_STEPS}
    return _object({head: _ref("events"), **beside}, required)


def _event_path() -> Schema:
    return _pattern(f"(?:{_FIELD}|{_INSIDE}{_TRAIT})", "Such as type, or properties.total.")


def _measurable() -> str:
    """A path that leads to one value."""
    return f"(?:{_FIELD}|{_INSIDE}{_KEYS})"


def _object(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    made: Schema = {"type": "object", "properties": dict(properties)}
    if needed := [*required]:
        made["required"] = needed
    return {**made, "additionalProperties": False}


def _many(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1, "maxItems": parts.WIDEST}


def _text(longest: int = operands.LONGEST, words: str = "") -> Schema:
    made: Schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {**made, "description": words} if words else made


def _pattern(pattern: str, words: str = "") -> Schema:
    made: Schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return {**made, "description": words} if words else made


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


_MOST_FILTERS: Final = {"maxItems": parts.WIDEST}
