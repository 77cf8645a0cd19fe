"""Every engine's SQL gives the answers that the definitions give, on one history full of ties.

The history has merged people, one with most of the events, values of several types and none. Few
questions a run are drawn for the slower engines; they are the same each time.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rapport.errors import NotFound, QueryError
from rapport.events.schema import MEMBERSHIP_CHANGES
from rapport.insights import scan
from rapport.insights.answers import (
    activity,
    attribution,
    funnel,
    paths,
    retention,
    revenue,
    trends,
)
from rapport.insights.ground import Ground
from rapport.insights.kernels.credits import RULES, Rule
from rapport.insights.kinds import KINDS
from rapport.insights.rows import Rows
from rapport.insights.specs.activity import Active, Lifecycle, Stickiness
from rapport.insights.specs.attribution import Attribution, Position
from rapport.insights.specs.funnel import Breakdown, Exclusion, Funnel
from rapport.insights.specs.paths import Paths
from rapport.insights.specs.retention import Retention
from rapport.insights.specs.revenue import Revenue
from rapport.insights.specs.scope import EventPick, Groups, Question, selection
from rapport.insights.specs.trends import Series, Trends
from rapport.insights.timeline import Timeline
from rapport.warehouse.base import Capabilities, Load, SourceRow, Warehouse
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.schema import PROFILES
from rapport.warehouse.watch import Watch
from tests.contract.warehouses import ENGINES, engine
from tests.insights.planting import HOUR, NOW, Memory, Row, people_of
from tests.insights.test_activity_laws import SINCE, UNTIL, ZONES, retentions
from tests.insights.test_funnel_laws import funnels, of_chains
from tests.warehouse.rows import event_row, events, identities

PEOPLE = 60
VIP = range(2, 30, 3)
PLANS = {n: "it's é" if n % 3 else "pro" for n in range(1, PEOPLE) if n % 7}
FEW = settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)


class SqlOnly(DuckdbWarehouse):
    """DuckDB as one engine among others."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=False, dialect="duckdb")


class Both(NamedTuple):
    sql: Ground
    lists: Ground


def history(seed: int) -> list[Row]:
    """Half of the people on twelve hours, the others on twelve days; the first is busy."""
    chance, more = random.Random(seed), random.Random(seed + 1)
    found: list[Row] = []
    for node in range(1, PEOPLE + 1):
        unit, most = (HOUR, 12) if node % 2 else (7 * HOUR, 40)
        for _ in range(150 if node == 1 else chance.randrange(12)):
            value = chance.choice([None, "x", "y", "é", 3, 2.5, -1, True])
            sold = {"id": more.choice("12345"), "cur": more.choice(["EUR", "INR"])}
            sold = {name: each for name, each in sold.items() if more.random() < 0.6}
            found.append(
                {
                    "node": node,
                    "message_id": f"m{len(found)}",
                    "event": chance.choice("ABCX"),
                    "timestamp": NOW - chance.randrange(most + 1) * unit,
                    "properties": sold if value is None else {"v": value, **sold},
                }
            )
    return found


QUICK = [
    pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ENGINES if name != "spark"
]


@pytest.fixture(scope="module", params=QUICK)
def both(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with filled(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


@contextmanager
def filled(name: str, folder: Path) -> Iterator[Both]:
    with engine(name, folder) as opening:
        warehouse: Warehouse = (
            SqlOnly(folder / "warehouse.duckdb", memory_mb=256)
            if name == "duckdb"
            else opening(folder)()
        )
        yield Both(*_filled(warehouse))
        warehouse.close()


def _filled(warehouse: Warehouse) -> tuple[Ground, Ground]:
    rows = history(7)
    owner = {node: node - 3 for node in range(4, PEOPLE, 5)}
    warehouse.set_sources([SourceRow(1, "shop")])
    table = [
        event_row(row["node"], **{**row, "log_offset": number})
        for number, row in enumerate(rows, 1)
    ]
    pairs = [(node, owner.get(node, node)) for node in range(1, PEOPLE)]  # the last belongs nowhere
    changes = [
        {
            "seq": n,
            "segment": "vip",
            "profile": n,
            "at": NOW,
            "entered": True,
            "reason": "{}",
            "version": 1,
        }
        for n in VIP
    ]
    warehouse.load(
        Load(
            1,
            events=events(*table),
            identities=identities(*pairs),
            memberships=pa.Table.from_pylist(changes, schema=MEMBERSHIP_CHANGES),
        )
    )
    rows_of_profiles = [
        {"profile": n, "profile_id": f"p_{n}", "traits": f'{{"home": {{"plan": "{plan}"}}}}'}
        for n, plan in PLANS.items()
    ]
    table_of_profiles = pa.Table.from_pylist(rows_of_profiles, schema=PROFILES)
    warehouse.upsert_profiles([*PLANS], table_of_profiles)
    sql = Ground(warehouse, Timeline(warehouse), NOW, names=str.upper)
    return sql, Memory(people_of(rows, owner))


def same(both: Both, kind: str, question: Any, cells: list[Any] = []) -> None:  # noqa: B006
    asked = KINDS[kind]
    assert asked.answer(question, both.sql) == asked.answer(question, both.lists)
    for cell in cells:
        expected = asked.people(question, both.lists, cell).tolist()
        assert asked.people(question, both.sql, cell).tolist() == expected


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
        conversion=EventPick(event="C"),
        touches=TOUCHES,
        rule=rule,
        position=Position(first=ENDS[ends][0], last=ENDS[ends][1]),
        value=("properties.v", "properties.id"),
        **{"currency": "properties.cur", "order_id": "properties.id", **more},
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


def test_rows_come_where_a_question_has_no_plan(both: Both) -> None:
    chosen = [selection(EventPick(event=name), Question(), "pick") for name in ("A", "*")]
    scope: Any = (chosen, NOW - 9 * HOUR, NOW)
    pieces, values = both.sql.rows(*scope, wanted=["properties.v"])
    expected, texts = both.lists.rows(*scope, wanted=["properties.v"])
    assert [list(each) for each in values.texts] == [list(each) for each in texts.texts]
    assert _flat(pieces) == _flat(expected)


def _flat(pieces: Iterator[Rows]) -> list[tuple[int, ...]]:
    return [
        row
        for each in pieces
        for row in zip(*(c.tolist() for c in (*each[:3], *each.values)), strict=True)
    ]


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
