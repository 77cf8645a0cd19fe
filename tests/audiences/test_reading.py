"""Reading and writing: every tree survives the way out and in; mistakes are named by their node."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from rapport.audiences import defining
from rapport.audiences.language import checks, definitions, diffing, reading, writing
from rapport.audiences.language.known import NOTHING_KNOWN, Known
from rapport.audiences.language.model import Segment
from rapport.errors import Malformed
from tests.audiences import strategies


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=strategies.documents())
def test_a_tree_survives_json_and_yaml(document: dict[str, Any]) -> None:
    found = definitions.document(document)
    written = writing.document(found)
    assert definitions.document(json.loads(json.dumps(written))) == _by_kind(found)
    assert definitions.from_yaml(yaml.safe_dump(written)) == _by_kind(found)
    assert writing.document(definitions.document(written)) == written
    assert len({hash(one) for one in found}) == len(found)


def _by_kind(found: list[Any]) -> list[Any]:
    return sorted(found, key=lambda one: (type(one).__name__ != "Segment", one.key))


DID = {"did": "A"}


@pytest.mark.parametrize(
    ("raw", "node"),
    [
        ({"all": [DID, {**DID, "where": [{"path": "properties.a", "op": "is", "value": 1}]}]},
         "when.all[1].where[0].op"),
        ({"any": [{"not": {"did": "A", "durring": {"last": "7d"}}}]}, "when.any[0].not"),
        ({**DID, "during": {"last": "7 days"}}, "when.during.last"),
        ({**DID, "during": {"between": ["1d", "2d"]}}, "when.during.between"),
        ({**DID, "during": {"from": "soon"}}, "when.during.from"),
        ({**DID, "where": [{"path": "price", "op": "gt", "value": 1}]}, "when.where[0].path"),
        ({**DID, "where": [{"path": "timestamp", "op": "eq", "value": "x"}]}, "when.where[0].op"),
        ({**DID, "measure": {"sum": "properties.items[].price"}}, "when.measure.sum"),
        ({**DID, "op": "contains", "value": 1}, "when.op"),
        ({**DID, "value": "three"}, "when.value"),
        ({"trait": "a", "op": "in", "value": "x"}, "when.value"),
        ({"trait": "a", "op": "gt"}, "when.value"),
        ({"sequence": [DID]}, "when.sequence"),
        ({"sequence": [DID, {"did_not": "B"}]}, "when.sequence[1]"),
        ({"sequence": [DID, {"did_not": "B", "within": "1h"}, DID]}, "when.sequence[1]"),
        ({"sequence": [DID, {"did": "B", "same": ["source"]}, DID]}, "when.sequence"),
        ({"percent": 101, "salt": "x"}, "when.percent"),
        ({"last": "A"}, "when.has"),
        ({"all": []}, "when.all"),
        ({"alll": [DID]}, "when"),
        ("did", "when"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_node(raw: Any, node: str) -> None:
    with pytest.raises(Malformed) as caught:
        reading.condition(raw)
    assert caught.value.details == {"node": node}
    assert caught.value.hint


@pytest.mark.parametrize(
    ("start", "end", "empty"),
    [
        ("2026-03-02", "2026-03-01", True),
        ("2026-03-01", "2026-03-01", True),
        ("2026-03-01", "2026-03-02", False),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T09:00:00Z", False),
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00+02:00", True),
        ("2026-03-01T12:00:00Z", "2026-03-01", False),  # in Honolulu it is not over yet
        ("2026-03-03T00:00:00Z", "2026-03-01", True),  # nowhere
    ],
)
def test_a_span_that_holds_nothing_is_refused_of_what_is_new(
    start: str, end: str, empty: bool
) -> None:
    during = {"from": start, "to": end}
    one = definitions.segment({"key": "s", "when": {"any": [DID, {**DID, "during": during}]}})
    two = definitions.computed_trait({"key": "t", "trait": {"count": "A", "during": during}})
    for fresh, node in ((one, "s: when.any[1].during"), (two, "t: trait.during")):
        stored = Known.of([fresh])
        checks.check(stored)  # what was there before goes on
        if not empty:
            assert defining.fit([fresh], NOTHING_KNOWN)
            continue
        with pytest.raises(Malformed) as caught:
            defining.fit([fresh], NOTHING_KNOWN)
        assert caught.value.details == {"node": node}
        assert f"{start} is not before {end}" in caught.value.message


def test_nesting_has_an_end() -> None:
    raw: dict[str, Any] = DID
    for _ in range(5_000):
        raw = {"not": raw}
    with pytest.raises(Malformed, match="nested deeper"):
        reading.condition(raw)


def known(*segments: dict[str, Any], traits: tuple[dict[str, Any], ...] = ()) -> Known:
    return Known.of(definitions.document({"segments": [*segments], "traits": [*traits]}))


def test_a_circle_is_named() -> None:
    with pytest.raises(Malformed, match="a → b → a"):
        checks.check(
            known(
                {"key": "a", "when": {"not": {"segment": "b"}}},
                {"key": "b", "when": {"all": [DID, {"segment": "a"}]}},
            )
        )
    with pytest.raises(Malformed, match="one → two → one"):
        checks.check(
            known(
                traits=(
                    {"key": "one", "trait": {"expression": "two + 1"}},
                    {"key": "two", "trait": {"expression": "max(one, 1)"}},
                )
            )
        )


@pytest.mark.parametrize(
    ("segment", "node"),
    [
        ({"key": "a", "when": {"any": [{"segment": "b"}]}}, "a: when.any[0].segment"),
        ({"key": "a", "of": "accounts", "when": {"consent": "x"}}, "a: when"),
        ({"key": "a", "when": {"members": "any", "are": DID}}, "a: when"),
    ],
)
def test_what_cannot_be_is_named(segment: dict[str, Any], node: str) -> None:
    with pytest.raises(Malformed) as caught:
        checks.check(known(segment))
    assert caught.value.details == {"node": node}


def test_what_differs_is_shown_by_its_place() -> None:
    before = known({"key": "a", "when": {**DID, "value": 2}}, {"key": "b", "when": DID})
    after = known({"key": "a", "when": {**DID, "value": 3}}, {"key": "c", "when": DID})

    def differing(was: Known, will: Known) -> list[diffing.Change[Segment]]:
        return diffing.changes(was.segments.values(), will.segments.values(), writing.definition)

    found = differing(before, after)
    assert [(each.kind, each.definition.key) for each in found] == [
        ("changed", "a"),
        ("removed", "b"),
        ("added", "c"),
    ]
    assert found[0].edits == (diffing.Edit("when.value", 2, 3),)
    assert differing(after, after) == []
