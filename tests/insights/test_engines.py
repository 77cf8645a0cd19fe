"""Every engine's SQL gives the answers that the definitions give: each kind of question."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.insights.answers import (
    activity,
    attribution,
    funnel,
    paths,
    retention,
    revenue,
    trends,
)
from rapport.insights.kernels.credits import RULES, Rule
from rapport.insights.kinds import KINDS
from rapport.insights.specs.activity import Active, Lifecycle, Stickiness
from rapport.insights.specs.attribution import Attribution, Position
from rapport.insights.specs.funnel import Breakdown, Exclusion, Funnel
from rapport.insights.specs.paths import Paths
from rapport.insights.specs.retention import Retention
from rapport.insights.specs.revenue import Revenue
from rapport.insights.specs.scope import EventPick
from rapport.insights.specs.trends import Series, Trends
from tests.insights.engines import FEW, Both, filled, same
from tests.insights.test_activity_laws import SINCE, UNTIL, ZONES, retentions
from tests.insights.test_funnel_laws import funnels, of_chains


@FEW
@given(question=funnels())
def test_funnels(both: Both, question: Funnel) -> None:
    cells = [funnel.Cell(step=len(question.steps), outcome=each) for each in ("reached", "dropped")]
    if question.breakdown:
        cells += [funnel.Cell(step=1, value=each) for each in ("x", "")]
    same(both, "funnel", question, cells)


@FEW
@given(question=funnels(), over_time=st.sampled_from([None, "day"]))
def test_chains(both: Both, question: Funnel, over_time: Any) -> None:
    question = msgspec.structs.replace(of_chains(question), over_time=over_time)
    cells = [funnel.Cell(step=len(question.steps), outcome=each) for each in ("reached", "dropped")]
    if question.breakdown:
        cells += [funnel.Cell(step=1, value=each) for each in ("x", "")]
    same(both, "funnel", question, cells)


def test_chains_that_overlap_far(both: Both) -> None:
    """Most first steps of the busy person lie in one run, along which every tenth or so counts."""
    steps = (EventPick(event="*"), EventPick(event="A"), EventPick(event="Never"))
    question = Funnel(since="2025-10-08", steps=steps, window="1h", count="chains")
    told = funnel.answer(question, both.sql)
    assert told == funnel.answer(question, both.lists)
    once = funnel.answer(msgspec.structs.replace(question, count="people"), both.sql)
    assert told["steps"][0]["count"] > 2 * once["steps"][0]["count"]


@FEW
@given(question=retentions())
def test_retention(both: Both, question: Retention) -> None:
    first = retention.answer(question, both.lists)["cohorts"][0]["start"]
    cells = [
        retention.Cell(cohort=first, period=period, outcome=outcome)
        for period, outcome in (
            (0, "returned"),
            (len(question.edges()) - 2, "returned"),
            (1, "gone"),
        )
    ]
    same(both, "retention", question, cells)


@st.composite
def activities(draw: st.DrawFn) -> Any:
    scope: dict[str, Any] = {
        "since": draw(SINCE),
        "until": draw(UNTIL),
        "timezone": draw(ZONES),
        "period": draw(st.sampled_from(["day", "week"])),
        "event": EventPick(event=draw(st.sampled_from(["A", ("A", "B"), "*"]))),
    }
    new_by = st.sampled_from(["first_event_ever", "first_in_range", "person_created"])
    return draw(
        st.one_of(
            st.builds(Lifecycle, **{k: st.just(v) for k, v in scope.items()}, new_by=new_by),
            st.builds(
                Stickiness,
                **{k: st.just(v) for k, v in scope.items()},
                min_occurrences=st.integers(1, 2),
            ),
            st.builds(
                Active, **{k: st.just(v) for k, v in scope.items()}, trailing=st.integers(1, 4)
            ),
        )
    )


@FEW
@given(question=activities())
def test_activity(both: Both, question: Any) -> None:
    kind = type(question).__name__.lower()
    told = KINDS[kind].answer(question, both.lists)["periods"][-1]
    cells: list[Any] = []
    if kind == "lifecycle":
        states = ("new", "returning", "resurrected", "dormant")
        cells = [activity.LifecycleCell(period=told["start"], state=each) for each in states]
    elif kind == "active":
        cells = [activity.ActiveCell(period=told["start"], trailing=each) for each in (True, False)]
    else:
        cells = [activity.StickinessCell(periods=1, or_more=each) for each in (True, False)]
    same(both, kind, question, cells)


MEASURES = ("events", "people", "per_person", "sum", "avg", "min", "max", "median", "p90")


@FEW
@given(
    measures=st.lists(st.sampled_from(MEASURES), min_size=1, max_size=2),
    zone=ZONES,
    by=st.sampled_from([None, "properties.v", "event"]),
    limit=st.integers(1, 4),
)
def test_trends(both: Both, measures: list[Any], zone: str, by: str | None, limit: int) -> None:
    series = tuple(
        Series(
            event=("A", "B") if n else "*",
            measure=measure,
            path="properties.v" if measure in MEASURES[3:] else None,
        )
        for n, measure in enumerate(measures)
    )
    question = Trends(
        since="2025-10-05",
        timezone=zone,
        series=series,
        breakdown=by,
        limit=limit,
        compare=None if by else "previous",
        moving_average=None if by else 2,
    )
    cells = [trends.Cell(period="2025-10-08", value=each) for each in (None, "x", "")]
    if by:
        cells.append(trends.Cell(period="2025-10-08", other=True))
    same(both, "trends", question, cells)


@FEW
@given(
    zone=ZONES,
    by=st.sampled_from([None, "properties.v", "event"]),
    within=st.sampled_from([None, "12h"]),
    currency=st.sampled_from([None, "properties.cur"]),
    order_id=st.sampled_from([None, "properties.id"]),
    refund=st.sampled_from(["B", None]),
)
def test_revenue(
    both: Both,
    zone: str,
    by: str | None,
    within: str | None,
    currency: str | None,
    order_id: str | None,
    refund: str | None,
) -> None:
    question = Revenue(
        since="2025-10-01T05:00:00Z",
        until="2025-10-09",
        timezone=zone,
        order=EventPick(event=("A", "C")),
        refund=EventPick(event=("B", "C")) if refund else None,
        amount=("properties.v", "properties.id"),
        order_id=order_id,
        currency=currency,
        period="day",
        within=within,
        breakdown=by,
        limit=2,
    )
    told = revenue.answer(question, both.lists)
    assert told["total"]["orders"] > told["total"]["repeat"]["came_back"] > 0
    states: Any = ("buyers", "new", "returning", "came_back")
    cells = [revenue.Cell(period="2025-10-08", of=each) for each in states]
    if by:
        cells += [revenue.Cell(period="2025-10-08", value=each) for each in ("3", "A", "")]
    same(both, "revenue", question, cells)


TOUCHES = (EventPick(event="A", label="mail"), EventPick(event="B"), EventPick(event=("A", "X")))
ENDS = {"half": (0.5, 0.5), "none": (0.0, 0.0), "first": (1.0, 0.0), "odd": (0.333333, 0.5)}


def attributed(rule: Rule, ends: str = "odd", **more: Any) -> Attribution:
    return Attribution(
        since="2025-10-01T05:00:00Z",
        rule=rule,
        position=Position(first=ENDS[ends][0], last=ENDS[ends][1]),
        **{
            "conversion": EventPick(event="C"),
            "touches": TOUCHES,
            "value": ("properties.v", "properties.id"),
            "currency": "properties.cur",
            "order_id": "properties.id",
            **more,
        },
    )


def attributions() -> st.SearchStrategy[Any]:
    return st.builds(
        partial,
        st.just(attributed),
        ends=st.sampled_from([*ENDS]),
        by=st.sampled_from([None, "properties.v", "properties.id"]),
        lookback=st.sampled_from(["1h", "5h", "3d"]),
        currency=st.sampled_from([None, "properties.cur"]),
        order_id=st.sampled_from([None, "properties.id"]),
        limit=st.sampled_from([1, 2, 25]),
    )


@pytest.mark.parametrize("rule", RULES)
@settings(FEW, max_examples=3)
@given(asked=attributions())
def test_attribution(both: Both, rule: Rule, asked: Callable[[Rule], Attribution]) -> None:
    question = asked(rule)
    told = attribution.answer(question, both.lists)
    assert told["conversions"] > told["unattributed"]["conversions"] > 0
    first = told["touches"][0]["value"]
    cells = [
        attribution.Cell(of=of, value=value)
        for of in ("converted", "credited", "assisted", "unattributed")
        for value in (first, "nowhere")
    ]
    same(both, "attribution", question, cells)


def aged(half_life: str, **more: Any) -> Attribution:
    return attributed("time_decay", half_life=half_life, **{"lookback": "12d", **more})


@pytest.mark.parametrize("half_life", ["1m", "45m", "100h", "7d", "36525d"])
def test_shares_that_fade(both: Both, half_life: str) -> None:
    """Of touches that weigh nothing any more, and of some that weigh nearly the same."""
    question = aged(half_life)
    cells = [attribution.Cell(of=of, value="mail") for of in ("credited", "assisted")]
    same(both, "attribution", question, cells)
    credited, assisted = (KINDS["attribution"].people(question, both.sql, each) for each in cells)
    assert (len(credited) < len(assisted)) == (half_life in ("1m", "45m"))


def test_however_much_fades_nothing_is_lost(both: Both) -> None:
    """Amounts that are nearly as much as may be, shared by all that a busy person did."""
    every, big = EventPick(event=("A", "B", "X")), "properties.big"
    question = aged("3h", touches=(every,), by="properties.v", value=(big,), order_id=None)
    same(both, "attribution", question)
    told = attribution.answer(question, both.sql)
    paid = sum(round(each["amount"] * 10**6) for each in told["amounts"])
    assert paid > 10 * 2**63
    parts = [*told["touches"], told["unattributed"]]
    shares = [each["conversions"] for each in parts]
    assert sum(round(each * 10**6) for each in shares) == told["conversions"] * 10**6


ITEMS = st.sampled_from([None, "A", "X", "nowhere"])


@FEW
@given(
    by=st.sampled_from(["event", "properties.v"]),
    start=ITEMS,
    end=ITEMS,
    steps=st.integers(2, 5),
    session=st.sampled_from(["1h", "2h", "1d"]),
    limit=st.integers(1, 30),
)
def test_paths(
    both: Both, by: str, start: Any, end: Any, steps: int, session: str, limit: int
) -> None:
    question = Paths(
        since="2025-09-28", by=by, start=start, end=end, steps=steps, session=session, limit=limit
    )
    cells = [paths.Cell(step=1, item="A"), paths.Cell(step=2, item="A", next="X")]
    same(both, "paths", question, cells)


def test_nothing_happened(both: Both) -> None:
    nothing = EventPick(event="Never")
    scope: dict[str, Any] = {"since": "2025-10-01", "until": "2025-10-03"}
    for kind, question in {
        "funnel": Funnel(steps=(nothing, nothing), breakdown=Breakdown(by="event"), **scope),
        "retention": Retention(start=nothing, returning=nothing, **scope),
        "lifecycle": Lifecycle(event=nothing, **scope),
        "stickiness": Stickiness(event=nothing, **scope),
        "active": Active(event=nothing, trailing=2, **scope),
        "trends": Trends(series=(Series(event="Never"),), breakdown="event", **scope),
        "paths": Paths(event=nothing, **scope),
        "revenue": Revenue(order=nothing, breakdown="properties.v", **scope),
        "attribution": Attribution(touches=(nothing,), rule="linear", **scope),
    }.items():
        same(both, kind, question)
    for one, other in ((nothing, nothing), (EventPick(event="C"), nothing), (nothing, "A")):
        touch = other if isinstance(other, EventPick) else EventPick(event=other)
        same(both, "attribution", aged("7d", conversion=one, touches=(touch,)))


def test_many_values_become_one(both: Both) -> None:
    steps = (EventPick(event=("A", "B")), EventPick(event="*"), EventPick(event="C"))
    by = Breakdown(by="properties.v", attribution="last", limit=2)
    gap = Exclusion(event="X", after=2, before=3)
    question = Funnel(
        since="2025-09-28",
        steps=steps,
        window="3d",
        breakdown=by,
        exclusions=(gap,),
        over_time="week",
    )
    told = funnel.answer(question, both.sql)
    assert [each.get("other", False) for each in told["breakdown"]] == [False, False, True]
    cells = [funnel.Cell(step=2, outcome=each, other=True) for each in ("reached", "dropped")]
    same(both, "funnel", question, cells)


@pytest.mark.parametrize("grace", ["1s", "3h", "1d"])
def test_a_grace_may_be_long(both: Both, grace: str) -> None:
    """Longer than 32 bits of microseconds, which is all that a window of ClickHouse can be told."""
    steps = (EventPick(event="A"), EventPick(event="B"), EventPick(event=("A", "C")))
    by = Breakdown(by="properties.v", attribution="step", step=2)
    question = Funnel(since="2025-10-08", steps=steps, window="5h", grace=grace, breakdown=by)
    same(both, "funnel", question, [funnel.Cell(step=3), funnel.Cell(step=2, value="x")])


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_spark_answers_a_question_of_each_kind(tmp_path: Path) -> None:
    """Few: Spark takes seconds to plan each."""
    one, other = EventPick(event="A"), EventPick(event="B")
    since: dict[str, Any] = {"since": "2025-10-06"}
    with filled("spark", tmp_path) as spark:
        steps = Funnel(steps=(one, other), breakdown=Breakdown(by="properties.v"), **since)
        same(spark, "funnel", steps, [funnel.Cell(step=2)])
        same(spark, "retention", Retention(start=one, returning=other, period="day", **since))
        same(spark, "lifecycle", Lifecycle(event=one, period="day", **since))
        series = Series(event="B", measure="p90", path="properties.v")
        same(spark, "trends", Trends(series=(series,), **since))
        same(spark, "paths", Paths(start="A", **since))
        same(spark, "revenue", Revenue(order=one, amount=("properties.v",), **since))
        same(spark, "funnel", msgspec.structs.replace(steps, count="chains", breakdown=None))
        cells = [attribution.Cell(of=of, value="mail") for of in ("credited", "unattributed")]
        same(spark, "attribution", attributed("position"), cells)
        same(spark, "attribution", aged("45m"), cells)
