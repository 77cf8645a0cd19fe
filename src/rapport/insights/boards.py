"""What a dashboard lays over the questions of all its cards."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from rapport.insights.ground import Names
from rapport.insights.specs.scope import (
    Among,
    HasTrait,
    Question,
    Raw,
    among,
    everything,
    path_of_trait,
    span,
)

MOST_CARDS: Final = 50
_MOST: Final = 20
_COLUMNS: Final = 12  # a dashboard is a grid of so many


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kept insight by its key. `width` in columns of twelve, `height` in rows of 80 pixels."""

    insight: str
    width: Annotated[int, msgspec.Meta(ge=2, le=_COLUMNS)] = 6
    height: Annotated[int, msgspec.Meta(ge=2, le=12)] = 4


class Filters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`from` and `to` stand in the place of a card's own time. `segment` and `where` hold beside
    what a card asks for itself, and are written as in questions."""

    since: str | None = msgspec.field(default=None, name="from")
    until: str | None = msgspec.field(default=None, name="to")
    segment: Among = None
    where: Annotated[tuple[Raw, ...], msgspec.Meta(max_length=_MOST)] = ()

    def check(self, now: int) -> None:
        """Raises `Malformed`, which names the node."""
        asked = Question(since=self.since, until=self.until, where=self.where, segment=self.segment)
        everything(asked)
        span(asked, now)
        for each in among(self.segment):
            if isinstance(each, HasTrait):
                path_of_trait(each.trait, "segment.trait")


def narrowed(question: dict[str, Any], filters: dict[str, Any]) -> dict[str, Any]:
    """A question as JSON with the `filters` of its board."""
    since, until = filters.get("from"), filters.get("to")
    found = {**question, **({"from": since, "to": until} if since or until else {})}
    people = _several(question.get("segment"))
    people += [each for each in _several(filters.get("segment")) if each not in people]
    found["segment"] = people[0] if len(people) == 1 else people or None
    found["where"] = [*question.get("where", ()), *filters.get("where", ())] or None
    return {name: value for name, value in found.items() if value is not None}


def words(filters: dict[str, Any], named: Names, none: str) -> str:
    """What a board asks for beside the time, in one line; nothing where it asks for nothing.
    `none` says that a trait has no value."""
    told = [_who(each, named, none) for each in _several(filters.get("segment"))]
    for each in filters.get("where", ()):
        value = each.get("value", "")
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        sign = _SIGNS.get(each["op"], each["op"].replace("_", " "))
        told.append(f"{each['path'].removeprefix('properties.')} {sign} {text}".strip())
    return " · ".join(told)


_SIGNS: Final = {"eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}


def _who(each: Any, named: Names, none: str) -> str:
    if isinstance(each, str):
        return named(each)
    if each.get("other_than"):
        return f"{each['trait']} ≠ {', '.join(value or none for value in each['other_than'])}"
    return f"{each['trait']} = {each['value'] or none}"


def _several(among: Any) -> list[Any]:
    if among is None:
        return []
    return list(among) if isinstance(among, list | tuple) else [among]
