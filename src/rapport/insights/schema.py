"""JSON Schema of whole files of definitions: conditions and traits, questions and dashboards.

Questions are described by the types that read them, so nothing is said twice. As in the schema of
conditions, nothing is refused that is read.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

import msgspec

from rapport.audiences.language import schema
from rapport.audiences.language.schema import Schema
from rapport.insights.boards import MOST_CARDS, Card, Filters
from rapport.insights.kinds import KINDS
from rapport.insights.saved import KEY

_REFERENCE: Final = "#/definitions/{name}"
_FILTERS: Final[Schema] = {"type": "array", "items": {"$ref": "#/definitions/filter"}}


def document() -> Schema:
    """Of a file as `rapport apply` reads it."""
    made = schema.document()
    questions = [kind.question for kind in KINDS.values()]
    refs, parts = msgspec.json.schema_components(
        [*questions, Card, Filters], ref_template=_REFERENCE
    )
    *asked, card, filters = refs
    made["definitions"] |= {name: _told(each) for name, each in parts.items()}
    made["definitions"] |= {
        "insight": _kept({"question": {"anyOf": asked}}, ["key", "question"]),
        "dashboard": _kept(
            {
                "cards": {"type": ["array", "null"], "items": card, "maxItems": MOST_CARDS},
                "filters": {"anyOf": [filters, {"type": "null"}]},
            },
            ["key"],
        ),
    }
    made["properties"] |= {
        "insights": _listed("insight", "Questions with a name; one of kind north_star, too."),
        "dashboards": _listed("dashboard", "Insights beside each other, over one range of time."),
    }
    made["title"] = "Definitions of Rapport"
    made["description"] = "docs/files.md, conditions.md and insights.md explain every word."
    return made


def _kept(beside: dict[str, Any], required: list[str]) -> Schema:
    words = {
        "key": {"type": "string", "pattern": f"^{KEY}$"},
        "name": {"type": "string", "minLength": 1, "maxLength": 200},
        "description": {"type": ["string", "null"], "maxLength": 5_000},
    }
    properties = {**words, **beside}
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _listed(one: str, words: str) -> Schema:
    items = {"$ref": _REFERENCE.format(name=one)}
    return {"type": ["array", "null"], "items": items, "description": words}


def _told(part: Schema) -> Schema:
    """As JSON, with explanations in one piece, and filters as conditions have them."""
    told: Schema = msgspec.json.decode(msgspec.json.encode(part))
    if "description" in told:
        told["description"] = " ".join(inspect.cleandoc(told["description"]).split())
    if "where" in told.get("properties", {}):
        told["properties"] = {**told["properties"], "where": _FILTERS}
    return told
