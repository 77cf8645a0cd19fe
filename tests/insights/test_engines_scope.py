"""What holds for every kind of question holds on all engines: who is asked about, why, how long."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.errors import NotFound, QueryError
from rapport.insights import scan
from rapport.insights.answers import (
    activity,
    funnel,
    retention,
    trends,
)
from rapport.insights.kinds import KINDS
from rapport.insights.specs.activity import Stickiness
from rapport.insights.specs.funnel import Breakdown, Funnel
from rapport.insights.specs.retention import Retention
from rapport.insights.specs.scope import EventPick, Groups
from rapport.insights.specs.trends import Series, Trends
from rapport.warehouse.watch import Watch
from tests.insights.engines import FEW, PLANS, VIP, Both
from tests.insights.planting import Memory


def test_only_members(both: Both) -> None:
    picks = (EventPick(event="A"), EventPick(event="B"))
    question = Funnel(since="2025-09-28", steps=picks, segment="vip")
    cell = funnel.Cell(step=1)
    every = funnel.people(Funnel(since="2025-09-28", steps=picks), both.sql, cell).tolist()
    assert funnel.people(question, both.sql, cell).tolist() == [n for n in every if n in VIP]
    with pytest.raises(NotFound):
        funnel.answer(Funnel(steps=picks, segment="nobody"), both.sql)


def test_segments_beside_each_other(both: Both) -> None:
    picks = (EventPick(event="A"), EventPick(event="B"))
    since: dict[str, Any] = {"since": "2025-09-28"}
    asked = Funnel(steps=picks, **since, breakdown=Breakdown(segments=("vip",)))
    alone = funnel.answer(Funnel(steps=picks, **since, segment="vip"), both.sql)
    [told] = funnel.answer(asked, both.sql)["breakdown"]
    assert told == {
        "value": "vip",
        "label": "VIP",
        "steps": alone["steps"],
        "time_to_convert": told["time_to_convert"],
    }
    who = funnel.people(asked, both.sql, funnel.Cell(step=1, value="vip")).tolist()
    assert len(who) == alone["steps"][0]["count"]
    lines = Trends(series=(Series(event="A"),), breakdown=Groups(("vip",)), **since)
    [series] = trends.answer(lines, both.sql)["series"]
    assert 0 < sum(series["breakdown"][0]["values"]) < sum(series["values"])


@FEW
@given(kind=st.sampled_from(["trends", "funnel", "retention"]), limit=st.integers(1, 3))
def test_values_of_a_trait_beside_each_other(both: Both, kind: str, limit: int) -> None:
    """Each is the question asked of the people that have it, and all others are one."""
    picks = (EventPick(event="A"), EventPick(event="B"))
    since: dict[str, Any] = {"since": "2025-09-28"}
    groups = Groups(trait="home.plan", limit=limit)
    cell: Any = {
        "trends": trends.Cell(period="2025-10-08"),
        "funnel": funnel.Cell(step=2),
        "retention": retention.Cell(cohort="2025-10-06", period=0),
    }[kind]
    question: Any = {
        "trends": Trends(
            series=(Series(event="A", measure="median", path="properties.v"),),
            breakdown=groups,
            **since,
        ),
        "funnel": Funnel(steps=picks, breakdown=Breakdown(trait="home.plan", limit=limit), **since),
        "retention": Retention(start=picks[0], returning=picks[1], breakdown=groups, **since),
    }[kind]
    told = KINDS[kind].answer(question, both.sql)
    parts = told["series"][0]["breakdown"] if kind == "trends" else told["breakdown"]
    plain = msgspec.structs.replace(question, breakdown=None)
    everybody = both.lists._people  # type: ignore[attr-defined]
    did = {n: each for n, each in everybody.items() if any(e.event == "A" for e in each)}
    sizes = Counter(PLANS.get(n) for n in did)
    ranked = sorted(sizes, key=lambda value: (-sizes[value], value is not None, value or ""))
    assert [part["value"] for part in parts if "other" not in part] == ranked[:limit]
    assert sum("other" in part for part in parts) == (len(ranked) > limit)
    for part in parts:
        wanted = ranked[limit:] if "other" in part else [part["value"]]
        mine = {n: each for n, each in everybody.items() if PLANS.get(n) in wanted}
        alone = KINDS[kind].answer(plain, Memory(mine))
        if kind == "trends":
            assert part["values"] == alone["series"][0]["values"]
        else:
            assert all(part[name] == alone[name] for name in part if name in alone)
        named = {"other": True} if "other" in part else {"value": part["value"] or ""}
        who = KINDS[kind].people(question, both.sql, msgspec.structs.replace(cell, **named))
        assert who.tolist() == KINDS[kind].people(plain, Memory(mine), cell).tolist()
        assert len(who) or len(mine) < 3


@pytest.mark.parametrize("how", ["read", "stream"])
def test_a_question_that_is_over_ends_in_the_engine(both: Both, how: str) -> None:
    """Of so many rows that it would take days."""
    slow = "SELECT count(*) AS n FROM " + ", ".join(f"events {name}" for name in "abcdef")
    warehouse, watch = both.sql.warehouse, Watch(0.3)
    begun = time.monotonic()
    with pytest.raises(QueryError) as caught:
        list(getattr(warehouse, how)(slow, watch=watch))
    assert caught.value.error_code == "question_timeout"
    assert time.monotonic() - begun < 30
    assert list(warehouse.read("SELECT 1 AS n")) == [{"n": 1}]


def test_why_reads_what_happened(both: Both) -> None:
    question = Stickiness(since="2025-09-28")
    told = activity.stickiness_why(question, both.sql, 6)
    seen = scan.of_profile(both.sql.warehouse, both.sql.nodes(6))
    assert [each["message_id"] for each in told["events"]]
    assert {each["message_id"] for each in told["events"]} == {e.message_id for e in seen}
    by = Breakdown(trait="home.plan")
    broken = Funnel(since="2025-09-28", steps=(EventPick(event="A"),), breakdown=by)
    assert [funnel.why(broken, both.sql, n)["value"] for n in (6, 7, 8)] == [
        PLANS[6],
        None,
        PLANS[8],
    ]
