"""Files of definitions: what is written is read as the same, and mistakes are named by place."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rapport import yaml12
from rapport.errors import Malformed
from rapport.insights import documents, schema
from rapport.insights.kinds import KINDS

NOW = 1_790_000_000_000_000
VALIDATOR = Draft7Validator(schema.document())
ORDERED = {"event": "Order Completed"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "trends": {"series": [ORDERED], "breakdown": {"segments": ["vips"]}},
    "funnel": {"steps": [{"event": "A"}, ORDERED], "breakdown": {"by": "properties.kind"}},
    "retention": {"start": ORDERED, "return": ORDERED, "match": "on"},
    "lifecycle": {},
    "stickiness": {},
    "active": {},
    "paths": {"where": [{"path": "context.page.path", "op": "exists"}]},
    "revenue": {"from": "2026-01-01", "in": "NOK"},
    "attribution": {"touches": [{"event": "Ad Clicked"}]},
    "north_star": {"metric": {"name": "Orders", "series": [ORDERED], "unit": {"as": "number"}}},
}
names = st.text(min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and "\0" not in text
)
words = st.one_of(
    names, st.sampled_from(["NO", "on", "2026-01-01", "007", "1e5", "12:30", "~", "="])
)
people = st.one_of(words, st.fixed_dictionaries({"trait": st.just("plan"), "value": words}))


@st.composite
def insights(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    question = {"kind": kind, **QUESTIONS[kind]}
    if draw(st.booleans()):
        question["segment"] = draw(people)
    if draw(st.booleans()):
        filters = st.fixed_dictionaries({"path": st.just("properties.a"), "value": words})
        question["where"] = draw(st.lists(filters, min_size=1, max_size=2))
    return {**draw(kept()), "question": question}


@st.composite
def kept(draw: st.DrawFn) -> dict[str, Any]:
    key = draw(st.from_regex(r"[a-z0-9][a-z0-9_\-]{0,8}", fullmatch=True))
    found: dict[str, Any] = {"key": key, "name": draw(words)}
    described = draw(st.one_of(st.just(""), names))
    return {**found, "description": described} if described else found


@st.composite
def boards(draw: st.DrawFn) -> dict[str, Any]:
    card = st.fixed_dictionaries(
        {"insight": words, "width": st.integers(2, 12), "height": st.integers(2, 12)}
    )
    found = {**draw(kept()), "cards": draw(st.lists(card, max_size=3))}
    if draw(st.booleans()):
        found["filters"] = {"from": "90d", "segment": draw(people)}
    return found


@settings(max_examples=80, deadline=None)
@given(asked=st.lists(insights(), max_size=3), shown=st.lists(boards(), max_size=3))
def test_what_is_pulled_is_read_as_the_same(
    asked: list[dict[str, Any]], shown: list[dict[str, Any]]
) -> None:
    document = {"insights": asked, "dashboards": shown}
    found = documents.read(document, NOW)
    written = documents.document(found)
    assert written["insights"] == sorted(asked, key=lambda one: one["key"])
    assert written["dashboards"] == sorted(shown, key=lambda one: one["key"])
    text = yaml12.dumped(written)
    assert yaml12.loaded(text) == json.loads(json.dumps(written))
    assert documents.document(documents.from_yaml(text, NOW)) == written
    assert documents.held(json.loads(json.dumps(written))) == documents.read(written, NOW)
    VALIDATOR.validate(document)


def test_the_schema_is_one_and_sees_mistakes() -> None:
    Draft7Validator.check_schema(schema.document())
    for kind, question in QUESTIONS.items():
        asked = {"key": "a", "question": {"kind": kind, **question}}
        VALIDATOR.validate({"insights": [asked], "segments": None})
        wrong = {"key": "a", "question": {"kind": kind, **question, "wehre": []}}
        assert not VALIDATOR.is_valid({"insights": [wrong]}), kind


def test_plain_words_mean_what_they_do_in_json() -> None:
    text = (
        "{a: NO, b: on, c: 2026-01-01, d: 007, e: 12:30, f: true, g: 12, h: 1.5, i: ~, j: 1e5,"
        " k: +4917}"
    )
    assert yaml12.loaded(text) == {
        "a": "NO",
        "b": "on",
        "c": "2026-01-01",
        "d": "007",
        "e": "12:30",
        "f": True,
        "g": 12,
        "h": 1.5,
        "i": None,
        "j": 100_000.0,
        "k": "+4917",
    }
    with pytest.raises(Malformed, match="line 2"):
        yaml12.loaded("a: 1\nb: [")
    with pytest.raises(Malformed, match="line 3: 'a' stands there twice"):
        yaml12.loaded("a: 1\nb: 2\na: 3")
    assert yaml12.loaded("x: &x {a: 1}\ny: {<<: *x, a: 2}")["y"] == {"a": 2}


FUNNEL = {"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}]}


@pytest.mark.parametrize(
    ("changed", "node"),
    [
        ({"steps": []}, "question.steps"),
        ({"stpes": 1}, "question"),
        ({"steps": [{"event": 1}]}, "question.steps[0].event"),
        ({"window": "1 week"}, "question.window"),
        ({"from": "soon"}, "question.from"),
        ({"kind": "funel"}, "question.kind"),
        ({"grace": math.inf}, "question.grace"),
        ({"where": [{"path": "properties.a", "op": "is"}]}, "question.steps[0].where[0].op"),
    ],
)
def test_a_mistake_in_a_question_is_named_by_its_place(changed: dict[str, Any], node: str) -> None:
    one = {"key": "a", "question": {**FUNNEL, **changed}}
    assert _refused({"insights": [{"key": "ok", "question": FUNNEL}, one]}) == f"insights[1].{node}"


@pytest.mark.parametrize(
    ("document", "node"),
    [
        ({"insights": [{"key": "A", "question": FUNNEL}]}, "insights[0].key"),
        ({"insights": [{"key": "a", "question": FUNNEL, "cards": []}]}, "insights[0]"),
        ({"dashboards": {"key": "a"}}, "dashboards"),
        (
            {"dashboards": [{"key": "a", "cards": [{"insight": "x", "width": 13}]}]},
            ".cards[0].width",
        ),
        ({"dashboards": [{"key": "a", "cards": [{"width": 3}]}]}, ".cards[0]"),
        ({"dashboards": [{"key": "a", "filters": {"from": "soon"}}]}, ".filters.from"),
        ({"dashboards": [{"key": "a", "filters": {"segment": 7}}]}, ".filters.segment"),
        ({"insights": [{"key": "a", "name": " ", "question": FUNNEL}]}, "insights[0].name"),
    ],
)
def test_a_mistake_is_named_by_its_place(document: dict[str, Any], node: str) -> None:
    assert _refused(document) == (f"dashboards[0]{node}" if node.startswith(".") else node)


def _refused(document: dict[str, Any]) -> str:
    with pytest.raises(Malformed) as caught:
        documents.read(document, NOW)
    node = str(caught.value.details["node"])
    assert caught.value.message.startswith(f"{node}: ")
    return node


def test_what_is_looked_at_has_to_be_there() -> None:
    document = {
        "insights": [{"key": "a", "question": {"kind": "trends", **QUESTIONS["trends"]}}],
        "dashboards": [
            {"key": "b", "cards": [{"insight": "a"}, {"insight": "c"}]},
            {"key": "d", "filters": {"segment": ["vips", {"trait": "plan", "value": "x"}]}},
        ],
    }
    fresh = documents.kept(document, NOW)
    documents.check(fresh, {"vips"}, {"a", "c"})
    for segments, insights, said in (
        (set(), {"a", "c"}, "insight a: question.breakdown.segments: there is no segment 'vips'"),
        ({"vips"}, {"a"}, "dashboard b: cards[1].insight: there is no insight 'c'"),
    ):
        with pytest.raises(Malformed) as caught:
            documents.check(fresh, segments, insights)
        assert caught.value.message == said
    with pytest.raises(Malformed, match=r"dashboard d: filters.segment: there is no segment"):
        documents.check(fresh[2:], set(), set())


def test_what_differs_is_told_by_kind_and_place() -> None:
    before = documents.read({"insights": [{"key": "a", "question": FUNNEL}]}, NOW)
    narrower = {**FUNNEL, "window": "1d"}
    after = documents.read(
        {"insights": [{"key": "a", "question": narrower}], "dashboards": [{"key": "a"}]}, NOW
    )
    found = documents.changes(before, after)
    told = [(each.kind, documents.kind_of(each.definition)) for each in found]
    assert told == [("added", "dashboard"), ("changed", "insight")]
    assert [(e.at, e.before, e.after) for e in found[1].edits] == [("question.window", None, "1d")]
    assert documents.changes(after, after) == []
