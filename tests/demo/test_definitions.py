"""What is defined in the demo can be, and speaks of events that happen there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rapport.audiences.language import definitions
from rapport.audiences.language.model import ComputedTrait, ModelOutput
from rapport.demo.definitions import DASHBOARD, INSIGHTS, NORTH_STAR, SEGMENTS, TRAITS
from rapport.demo.shop import generate
from rapport.insights import kinds, models
from rapport.insights.value.registry import MODELS

NOW = 1_795_000_000_000_000


def names(told: Any) -> set[str]:
    """Of events, wherever they stand."""
    if isinstance(told, list | tuple):
        return {name for each in told for name in names(each)}
    if not isinstance(told, dict):
        return set()
    here = {told[key] for key in ("event", "did", "did_not", "count", "days_since") if key in told}
    return {name for name in here if name != "*"} | names(list(told.values()))


def test_definitions_can_be_read_and_every_model_but_lookalikes_has_a_trait() -> None:
    document = {"segments": list(SEGMENTS), "traits": list(TRAITS)}
    found = definitions.document(document)
    assert len(found) == len(SEGMENTS) + len(TRAITS)
    traits = {one.key: one.trait for one in found if isinstance(one, ComputedTrait)}
    said = {key: trait for key, trait in traits.items() if isinstance(trait, ModelOutput)}
    for key, trait in said.items():
        models.check(key, trait)
    assert {trait.model for trait in said.values()} == set(MODELS) - {"lookalikes"}


@pytest.mark.parametrize("question", [question for *_, question in INSIGHTS])
def test_insights_can_be_asked(question: dict[str, Any]) -> None:
    assert kinds.read(question).timezone == "UTC"


def test_every_metric_of_the_north_star_has_a_question() -> None:
    assert len(kinds.read(NORTH_STAR).checked()) == 6


def test_the_dashboard_shows_what_is_there_and_the_north_star_is_first() -> None:
    keys = [key for key, *_ in INSIGHTS]
    assert set(DASHBOARD[2]) <= set(keys)
    assert INSIGHTS[0][3] is NORTH_STAR


def test_every_event_that_is_named_happens() -> None:
    sent: set[str] = set()
    for one in generate(1, NOW, 60):
        sent |= names(msgspec.json.decode(one.body))
    asked = names([SEGMENTS, TRAITS, [question for *_, question in INSIGHTS]])
    assert "Order Completed" in asked
    assert asked <= sent
