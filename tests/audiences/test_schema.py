"""The JSON Schema takes all that is read, and sees the mistakes that a schema can see."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rapport.audiences.language import definitions, reading, schema
from rapport.errors import Malformed
from rapport.insights import schema as insights
from tests.audiences import strategies

SCHEMA = schema.document()
VALIDATOR = Draft7Validator(SCHEMA)
EXAMPLE = Path(__file__).parents[2] / "examples" / "segments" / "shop.yaml"
HELD = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def is_read(document: Any) -> bool:
    try:
        definitions.document(document)
    except Malformed:
        return False
    return True


def test_it_is_a_schema_and_knows_every_head() -> None:
    Draft7Validator.check_schema(SCHEMA)
    for name, heads in (("condition", reading.HEADS), ("computation", definitions.HEADS)):
        kinds = SCHEMA["definitions"][name]["anyOf"]
        for head, (beside, _) in heads.items():
            known = next(set(each["properties"]) for each in kinds if head in each["required"])
            assert known - {"path"} == {head, *beside} - {"path"}


@HELD
@given(document=strategies.documents())
def test_it_takes_what_is_read(document: dict[str, Any]) -> None:
    assert is_read(document)
    assert VALIDATOR.is_valid(document)


def test_it_takes_what_no_strategy_makes() -> None:
    document = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    further: list[dict[str, Any]] = [
        {"account": "any", "where": [{"path": "plan", "value": "pro"}]},
        {"did": "A", "where": [], "during": None},
        {"trait": "tags[]", "op": "exists", "value": None},
        {"did": "A", "during": {"from": None, "to": "2026-11-30"}},
    ]
    segments = [{"key": f"k{n}", "when": when} for n, when in enumerate(further)]
    firms = {"key": "firms", "of": "accounts", "when": {"members": "all", "are": {"did": "A"}}}
    traits = [
        {"key": "asked", "trait": {"sql": "SELECT 1", "every": "1h"}},
        {"key": "said", "trait": {"model": "churn"}},
    ]
    for each in (document, {"segments": [*segments, firms], "traits": traits}, {"segments": None}):
        assert is_read(each)
        VALIDATOR.validate(each)


@HELD
@given(data=st.data())
def test_what_it_refuses_is_not_read(data: st.DataObject) -> None:
    """A schema may miss a mistake, but an editor must never be wrong about what is none."""
    document = copy.deepcopy(data.draw(strategies.documents()))
    spoilt = data.draw(st.sampled_from([*_objects(document)]))
    key = data.draw(st.sampled_from(sorted(spoilt)))
    match data.draw(st.sampled_from(["other", "gone", "more"])):
        case "other":
            spoilt[key] = data.draw(st.sampled_from(OTHERS))
        case "gone":
            del spoilt[key]
        case _:
            spoilt["salty"] = 1
            assert not VALIDATOR.is_valid(document)
    event(f"refused: {not VALIDATOR.is_valid(document)}")
    assert VALIDATOR.is_valid(document) or not is_read(document)


OTHERS: tuple[Any, ...] = (
    *(None, True, 3, "", "a", "2026-11-30", "7d", "exists", "properties.a", "properties.a[].b"),
    *([], ["a"], ["2d", "1d"], {}, {"last": "7d"}, {"did": "A"}, {"sum": "properties.a"}),
)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and value:
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from _objects(each)


@pytest.mark.parametrize(
    "when",
    [
        {"did": "A", "durring": {"last": "7d"}},
        {"did": "A", "during": {"last": "7 days"}},
        {"did": "A", "during": {"from": "soon"}},
        {"did": "A", "where": [{"path": "price", "op": "gt", "value": 1}]},
        {"did": "A", "where": [{"path": "timestamp", "op": "eq", "value": "x"}]},
        {"did": "A", "where": [{"path": "properties.a", "op": "is", "value": 1}]},
        {"did": "A", "measure": {"sum": "properties.items[].price"}},
        {"did": "A", "op": "contains", "value": 1},
        {"did": "A", "value": "three"},
        {"trait": "a", "op": "in", "value": "x"},
        {"trait": "a", "op": "gt"},
        {"identifier": "email", "value": "x"},
        {"sequence": [{"did": "A"}]},
        {"sequence": [{"did": "A"}, {"did_not": "B"}]},
        {"sequence": [{"did": "A", "within": "1h"}, {"did": "B"}]},
        {"percent": 101, "salt": "x"},
        {"last": "A"},
        {"all": []},
        {"alll": [{"did": "A"}]},
        "did",
    ],
)
def test_mistakes_that_it_sees(when: Any) -> None:
    document = {"segments": [{"key": "a", "when": when}]}
    assert not VALIDATOR.is_valid(document)
    assert not is_read(document)


def test_the_example_names_the_schema() -> None:
    first = EXAMPLE.read_text("utf-8").splitlines()[0]
    named = first.partition("$schema=")[2]
    assert first.startswith("# yaml-language-server:")
    assert json.loads((EXAMPLE.parent / named).read_text("utf-8")) == insights.document()
