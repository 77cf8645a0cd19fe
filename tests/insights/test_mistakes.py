"""What is said of a question that cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.errors import Malformed
from rapport.insights.kinds import KINDS, check, read

ORDER = {"event": "Order Completed"}
METRIC = {"name": "Orders", "series": [ORDER]}


@pytest.mark.parametrize(
    ("kind", "question", "node", "message", "hint"),
    [
        (
            "trends",
            {"series": [ORDER], "period": "fortnight"},
            "period",
            "day, hour, month",
            "docs",
        ),
        (
            "trends",
            {"series": [ORDER, {**ORDER, "measure": "total"}]},
            "series[1].measure",
            "'total' is none of avg, events",
            "docs",
        ),
        ("trends", {}, "", "'series' is missing", "docs"),
        (
            "funnel",
            {"steps": [ORDER], "ordr": "any"},
            "",
            "'ordr' means nothing here; it looks like 'order'",
            "use from, to",
        ),
        ("funnel", {"steps": [{"evnt": "A"}]}, "steps[0]", "it looks like 'event'", "event, "),
        ("funnel", {"steps": ["A"]}, "steps[0]", "has to be an object", '{"event": '),
        ("funnel", {"steps": [ORDER], "limit": "many"}, "", "'limit'", "breakdown"),
        ("lifecycle", {"event": "A"}, "event", "has to be an object", '{"event": '),
        ("retention", {"start": ORDER}, "", "'return' is missing", "docs"),
        (
            "north_star",
            {"metric": {**METRIC, "inputs": [{**METRIC, "combine": "mean"}]}},
            "metric.inputs[0].combine",
            "'mean' is none of product, sum",
            "docs",
        ),
        ("trends", {"series": [ORDER], "where": {}}, "where", "Expected `array`", "docs"),
    ],
)
def test_a_mistake_tells_where_it_is_and_what_may_stand_there(
    kind: str, question: dict[str, Any], node: str, message: str, hint: str
) -> None:
    with pytest.raises(Malformed) as caught:
        read(question, kind)
    error = caught.value
    assert error.details["node"] == node
    assert message in error.message
    assert error.message.startswith(f"{node}: " if node else "")
    assert hint in error.hint


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_tells_its_fields(kind: str) -> None:
    with pytest.raises(Malformed, match="'stpes' means nothing here") as caught:
        read({"stpes": 1}, kind)
    assert "from" in caught.value.hint


@pytest.mark.parametrize(
    ("question", "node"),
    [
        ({"series": []}, "series"),
        ({"series": [ORDER], "timezone": "Mars"}, "timezone"),
        ({"series": [ORDER], "from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"series": [ORDER], "moving_average": 1}, "moving_average"),
    ],
)
def test_what_makes_no_sense_leads_to_the_page_about_questions(
    question: dict[str, Any], node: str
) -> None:
    with pytest.raises(Malformed) as caught:
        check(read(question, "trends"), 1_780_000_000_000_000)
    assert caught.value.details == {"node": node}
    assert caught.value.hint == "see docs/insights.md"
