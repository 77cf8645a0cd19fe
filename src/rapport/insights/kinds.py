"""The one table of kinds: what can be asked, and by which functions it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec

from rapport.audiences.language import parts
from rapport.insights.answers import (
    activity,
    attribution,
    funnel,
    north_star,
    paths,
    retention,
    revenue,
    trends,
)
from rapport.insights.ground import Ground
from rapport.insights.mistakes import explained, refuse
from rapport.insights.rows import Ints
from rapport.insights.specs.activity import Active, Lifecycle, Stickiness
from rapport.insights.specs.attribution import Attribution
from rapport.insights.specs.funnel import Funnel, plan
from rapport.insights.specs.north_star import NorthStar
from rapport.insights.specs.paths import Paths
from rapport.insights.specs.retention import Retention
from rapport.insights.specs.revenue import Revenue
from rapport.insights.specs.scope import Question, span
from rapport.insights.specs.trends import Trends

T = TypeVar("T", bound=msgspec.Struct)


class Kind(NamedTuple):
    """`answer(question, ground)`: JSON. `people(question, ground, cell)`: profiles, ascending.
    `why(question, ground, profile)`: JSON."""

    question: type[Question]
    cell: type[msgspec.Struct]
    answer: Callable[[Any, Ground], dict[str, Any]]
    people: Callable[[Any, Ground, Any], Ints]
    why: Callable[[Any, Ground, int], dict[str, Any]]


KINDS: dict[str, Kind] = {
    "trends": Kind(Trends, trends.Cell, trends.answer, trends.people, trends.why),
    "funnel": Kind(Funnel, funnel.Cell, funnel.answer, funnel.people, funnel.why),
    "retention": Kind(Retention, retention.Cell, retention.answer, retention.people, retention.why),
    "lifecycle": Kind(
        Lifecycle,
        activity.LifecycleCell,
        activity.lifecycle,
        activity.lifecycle_people,
        activity.lifecycle_why,
    ),
    "stickiness": Kind(
        Stickiness,
        activity.StickinessCell,
        activity.stickiness,
        activity.stickiness_people,
        activity.stickiness_why,
    ),
    "active": Kind(
        Active, activity.ActiveCell, activity.active, activity.active_people, activity.active_why
    ),
    "paths": Kind(Paths, paths.Cell, paths.answer, paths.people, paths.why),
    "revenue": Kind(Revenue, revenue.Cell, revenue.answer, revenue.people, revenue.why),
    "attribution": Kind(
        Attribution, attribution.Cell, attribution.answer, attribution.people, attribution.why
    ),
    "north_star": Kind(
        NorthStar, north_star.Cell, north_star.answer, north_star.people, north_star.why
    ),
}


def read(raw: Any, kind: str | None = None) -> Any:
    """A question from decoded JSON or YAML; its `kind` may be given beside it.

    Raises `Malformed`, which names the node.
    """
    node = parts.mapping(raw, "question")
    chosen = node.pop("kind", kind)
    if chosen not in KINDS or (kind is not None and chosen != kind):
        raise refuse("kind", f"is one of {', '.join(KINDS)}", hint="see docs/insights.md")
    return converted({**node, "kind": chosen}, KINDS[chosen].question)


def check(question: Any, now: int) -> None:
    """Whether a question makes sense, unasked. Raises `Malformed`, which names the node."""
    start, end = span(question, now)
    if isinstance(question, Funnel):
        plan(question, start, end, now)
    else:
        question.checked()


def read_cell(kind: str, raw: Any) -> Any:
    """Which number of an answer. Raises `Malformed`."""
    return converted(parts.mapping(raw, "cell"), KINDS[kind].cell)


def converted(node: Any, into: type[T]) -> T:
    """Raises `Malformed`, which names the node as all errors do: `steps[0].event`."""
    try:
        return msgspec.convert(node, into)
    except msgspec.ValidationError as error:
        raise explained(error, into) from None
