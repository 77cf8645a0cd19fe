"""Retention, lifecycle, stickiness, active people: kernel = oracle, people = the numbers shown."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.audiences.language import windows
from rapport.audiences.language.values import number_text
from rapport.audiences.meaning.person import Happening
from rapport.errors import Malformed
from rapport.insights import periods
from rapport.insights.answers import activity, retention
from rapport.insights.oracles import activity as meaning
from rapport.insights.oracles import retention as retained
from rapport.insights.oracles.matched import matched
from rapport.insights.specs.activity import Active, Lifecycle, Stickiness
from rapport.insights.specs.retention import Retention
from rapport.insights.specs.scope import EventPick, span, zone
from tests.insights.planting import HOUR, NOW, Memory, histories, owners, people_of

MANY = settings(max_examples=40, deadline=None)
ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"])
SINCE = st.sampled_from(["2025-10-05", "2025-10-07T12:00:00Z", None])
UNTIL = st.sampled_from(["2025-10-08", None])
# About 12 days of events, some minutes apart from midnight
LONG = histories(unit=7 * HOUR, span=40)

Rows = list[dict[str, Any]]


@st.composite
def retentions(draw: st.DrawFn) -> Retention:
    return Retention(
        since=draw(SINCE),
        until=draw(UNTIL),
        timezone=draw(ZONES),
        start=EventPick(event=draw(st.sampled_from(["A", ("A", "B")]))),
        returning=EventPick(event=draw(st.sampled_from(["A", "B", "*"]))),
        period=draw(st.sampled_from(["day", "week"])),
        periods=draw(st.integers(1, 5)),
        brackets=draw(st.sampled_from([(), (), ("0", "1-2", "3"), ("0-1", "2-5")])),
        mode=draw(st.sampled_from(["recurring", "first_in_range", "first_ever"])),
        clock=draw(st.sampled_from(["calendar", "rolling"])),
        match=draw(st.sampled_from(["on", "on_or_after", "on_or_before", "streak"])),
        first_cell=draw(st.sampled_from(["all", "returned"])),
        min_occurrences=draw(st.integers(1, 2)),
        sum=draw(st.sampled_from([None, "properties.v"])),
    )


@settings(MANY, max_examples=200)
@given(rows=LONG, owner=owners(), question=retentions())
def test_retention_counts_whom_the_oracle_counts(
    rows: Rows, owner: dict[int, int], question: Retention
) -> None:
    people = people_of(rows, owner)
    start, end = span(question, NOW)
    grid = retention._grid(question, start, end, NOW)
    low = windows.EVER if question.mode == "first_ever" else start
    expected: dict[tuple[int, int], set[int]] = {}
    sums: Counter[tuple[int, int]] = Counter()
    wanted = [question.sum] if question.sum else []
    for profile, events in people.items():
        seen = matched(events, question.checked(), low, NOW + 1, now=NOW, wanted=wanted)
        for number, anchor in retained.anchors(question, grid, start, end, seen).items():
            for n, hit in enumerate(retained.cells(question, grid, anchor, seen)):
                if hit:
                    expected.setdefault((number, n), set()).add(profile)
            if wanted:
                for n, total in enumerate(retained.sums(question, grid, anchor, seen)):
                    sums[number, n] += total
    told = retention.answer(question, Memory(people))
    for number, cohort in enumerate(told["cohorts"]):
        for n, count in enumerate(cohort["values"]):
            who = expected.get((number, n), set())
            if n == len(cohort["values"]) - 1:
                cell = retention.Cell(cohort=cohort["start"], period=n)
                assert set(retention.people(question, Memory(people), cell).tolist()) == who
            assert count in (len(who), None)
            assert count is not None or not who or question.match == "on_or_before"
            if wanted and count is not None:
                assert cohort["sums"][n] == number_text(sums[number, n])


@pytest.mark.parametrize("until", [None, "2025-10-04"])
@pytest.mark.parametrize(("second", "values"), [(2, [1, 0]), (3, [1, 1])])
def test_periods_behind_the_table_stay_apart(
    until: str | None, second: int, values: list[int]
) -> None:
    """One return in each of two of them are not two in one, wherever the table ends."""
    days = ((6, "A"), (3, "B"), (second, "B"))
    events = [
        Happening(timestamp=NOW - 24 * day * HOUR, message_id=f"m{n}", event=name)
        for n, (day, name) in enumerate(days)
    ]
    question = Retention(
        since="2025-10-03",
        until=until,
        start=EventPick(event="A"),
        returning=EventPick(event="B"),
        period="day",
        periods=1,
        match="on_or_after",
        min_occurrences=2,
    )
    cohort = retention.answer(question, Memory({1: events}))["cohorts"][0]
    assert cohort["values"] == values


@pytest.mark.parametrize(
    "brackets", [("1",), ("0", "2"), ("0", "1-0"), ("0", "1-3", "3-4"), ("0-999",), ("x",)]
)
def test_brackets_follow_each_other(brackets: tuple[str, ...]) -> None:
    pick = EventPick(event="A")
    with pytest.raises(Malformed, match=r"brackets"):
        retention.answer(Retention(start=pick, returning=pick, brackets=brackets), Memory({}))


@MANY
@given(
    rows=LONG,
    owner=owners(),
    since=SINCE,
    until=UNTIL,
    place=ZONES,
    new_by=st.sampled_from(["first_event_ever", "first_in_range", "person_created"]),
)
def test_lifecycle_counts_whom_the_oracle_counts(
    rows: Rows, owner: dict[int, int], since: Any, until: Any, place: str, new_by: Any
) -> None:
    question = Lifecycle(
        since=since,
        until=until,
        timezone=place,
        event=EventPick(event="A"),
        period="day",
        new_by=new_by,
    )
    people = people_of(rows, owner)
    ground = Memory(people)
    grid, low = activity._lifecycle_grid(question, ground)
    expected: Counter[tuple[str, str]] = Counter()
    for events in people.values():
        high = span(question, NOW)[1]
        seen = matched(events, question.checked(), low, high, now=NOW)
        for n, state in meaning.states(grid, seen).items():
            expected[grid.label(n), state] += 1
    for row in activity.lifecycle(question, ground)["periods"]:
        for state in ("new", "returning", "resurrected", "dormant"):
            assert row[state] == expected[row["start"], state]
            cell = activity.LifecycleCell(period=row["start"], state=state)
            assert len(activity.lifecycle_people(question, ground, cell)) == row[state]


@MANY
@given(rows=LONG, owner=owners(), since=SINCE, until=UNTIL, place=ZONES, least=st.integers(1, 2))
def test_stickiness_counts_whom_the_oracle_counts(
    rows: Rows, owner: dict[int, int], since: Any, until: Any, place: str, least: int
) -> None:
    question = Stickiness(
        since=since,
        until=until,
        timezone=place,
        event=EventPick(event=("A", "B")),
        min_occurrences=least,
    )
    people = people_of(rows, owner)
    start, end = span(question, NOW)
    grid = periods.grid("day", start, end, zone(question))
    counts = Counter(
        meaning.periods_active(
            question, grid, matched(events, question.checked(), start, end, now=NOW)
        )
        for events in people.values()
    )
    for row in activity.stickiness(question, Memory(people))["periods"]:
        assert row["people"] == counts[row["periods"]]
        cell = activity.StickinessCell(periods=row["periods"], or_more=True)
        who = activity.stickiness_people(question, Memory(people), cell)
        assert len(who) == row["or_more"]


@MANY
@given(rows=LONG, owner=owners(), since=SINCE, until=UNTIL, place=ZONES, back=st.integers(1, 4))
def test_active_counts_whom_the_oracle_counts(
    rows: Rows, owner: dict[int, int], since: Any, until: Any, place: str, back: int
) -> None:
    question = Active(since=since, until=until, timezone=place, trailing=back)
    people = people_of(rows, owner)
    ground = Memory(people)
    grid, start, end = activity._active_grid(question, ground)
    within: Counter[str] = Counter()
    for events in people.values():
        seen = matched(events, question.checked(), start, end, now=NOW)
        within.update(grid.label(n) for n in meaning.active(question, grid, seen))
    for row in activity.active(question, ground)["periods"]:
        assert row["trailing" if back > 1 else "people"] == within[row["start"]]
        cell = activity.ActiveCell(period=row["start"], trailing=True)
        assert len(activity.active_people(question, ground, cell)) == within[row["start"]]


def test_a_day_is_the_day_of_its_zone_also_when_clocks_change() -> None:
    """In New York 2025-11-02 has 25 hours; events at 04:30 and 04:59 UTC next day belong to it."""
    night = 1_762_057_800_000_000  # 2025-11-02T04:30:00Z, half past midnight in New York
    question = Active(since="2025-11-01", until="2025-11-05", timezone="America/New_York")
    hours = [0, 24, 25]
    events = [
        Happening(timestamp=night + hour * HOUR, message_id=str(hour), event="A") for hour in hours
    ]
    ground = Memory({1: events})
    ground.now = night + 100 * HOUR
    rows = activity.active(question, ground)["periods"]
    assert {row["start"]: row["events"] for row in rows} == {
        "2025-11-01": 0,
        "2025-11-02": 2,
        "2025-11-03": 1,
        "2025-11-04": 0,
    }
