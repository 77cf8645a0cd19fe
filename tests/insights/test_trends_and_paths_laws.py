"""Trends and paths: kernel = oracle, people = the numbers shown."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.errors import Malformed
from rapport.insights import periods
from rapport.insights.answers import paths, trends
from rapport.insights.oracles import paths as walked
from rapport.insights.oracles import trends as meaning
from rapport.insights.oracles.matched import Matched, matched
from rapport.insights.specs.paths import Paths
from rapport.insights.specs.scope import EventPick, span, zone
from rapport.insights.specs.trends import Series, Trends
from tests.insights.planting import HOUR, MINUTE, NOW, Memory, histories, owners, people_of

MANY = settings(max_examples=250, deadline=None)
Rows = list[dict[str, Any]]
VALUED = ("sum", "avg", "min", "max", "median", "p90")


@MANY
@given(
    rows=histories(unit=7 * HOUR, span=20),
    owner=owners(),
    measure=st.sampled_from(["events", "people", "per_person", *VALUED]),
    place=st.sampled_from(["UTC", "Asia/Kolkata"]),
    by=st.sampled_from([None, "properties.v", "event"]),
    limit=st.integers(1, 5),
)
def test_trends_say_what_the_oracle_says(
    rows: Rows, owner: dict[int, int], measure: Any, place: str, by: str | None, limit: int
) -> None:
    path = "properties.v" if measure in VALUED else None
    series = Series(event=("A", "B"), measure=measure, path=path)
    question = Trends(
        since="2025-10-05", timezone=place, series=(series,), breakdown=by, limit=limit
    )
    people = people_of(rows, owner)
    start, end = span(question, NOW)
    grid = periods.grid("day", start, end, zone(question))
    wanted = [each for each in (path, by) if each]
    found: dict[Any, list[tuple[int, Matched]]] = {}
    for profile, events in people.items():
        for each in matched(events, question.checked(), start, end, now=NOW, wanted=wanted):
            number = meaning_of(grid, each.at)
            found.setdefault((number, "all"), []).append((profile, each))
            if by:
                found.setdefault((number, each.values[-1]), []).append((profile, each))
    told = trends.answer(question, Memory(people))["series"][0]

    def expected(value: Any) -> list[Any]:
        sizes = [meaning.measured(series, found.get((n, value), []), 0) for n in range(len(grid))]
        return [None if size is None else size / 1_000_000 for size in sizes]

    assert told["values"] == pytest.approx(expected("all"), abs=1e-9)
    parts = told.get("breakdown", [])
    values = {value for _, value in found if value != "all"}
    shown = [row["value"] for row in parts if "other" not in row]
    assert len(shown) == min(limit, len(values))
    assert len(parts) - len(shown) == (len(values) > limit)
    for (n, value), events in list(found.items()):
        if value != "all" and value not in shown:
            found.setdefault((n, "others"), []).extend(events)
    for row in parts:
        value = "others" if "other" in row else row["value"]
        assert row["values"] == pytest.approx(expected(value), abs=1e-9)
    if len(parts) > len(shown):
        for n in range(len(grid)):
            cell = trends.Cell(period=grid.label(n), other=True)
            who = {profile for profile, _ in found.get((n, "others"), [])}
            assert set(trends.people(question, Memory(people), cell).tolist()) == who
    for n in range(len(grid)):
        cell = trends.Cell(period=grid.label(n))
        who = {profile for profile, _ in found.get((n, "all"), [])}
        assert set(trends.people(question, Memory(people), cell).tolist()) == who


def meaning_of(grid: periods.Grid, at: int) -> int:
    return sum(bound <= at for bound in grid.bounds) - 1


def test_formula_average_and_comparison() -> None:
    rows = [
        {"node": n % 2 + 1, "message_id": str(n), "event": name, "timestamp": at, "properties": {}}
        for n, (name, at) in enumerate(
            [("A", NOW), ("A", NOW - 24 * HOUR), ("A", NOW - 24 * HOUR), ("B", NOW - 48 * HOUR)]
        )
    ]
    question = Trends(
        since="2025-10-08",
        series=(Series(event="A"), Series(event="B")),
        formulas=("A / B", "(A - B) * 2.5"),
        moving_average=2,
        compare="previous",
    )
    told = trends.answer(question, Memory(people_of(rows, {})))
    assert told["periods"] == ["2025-10-08", "2025-10-09"]
    assert told["series"][0]["values"] == [2, 1]
    assert told["series"][0]["moving_average"] == [1, 1.5]
    assert told["formulas"][0]["values"] == [None, None]
    assert told["formulas"][1]["values"] == [5, 2.5]
    assert told["compared"]["periods"] == ["2025-10-06", "2025-10-07"]
    assert told["compared"]["series"][1]["values"] == [0, 1]


@pytest.mark.parametrize("text", ["A.__class__", "C", "A ** 9", "f(A)", "A if B else 1", "", "A +"])
def test_a_formula_is_arithmetic_and_nothing_else(text: str) -> None:
    question = Trends(series=(Series(event="A"), Series(event="B")), formulas=(text,))
    with pytest.raises(Malformed):
        trends.answer(question, Memory({}))


@MANY
@given(
    rows=histories(unit=10 * MINUTE, span=20),
    owner=owners(),
    start=st.sampled_from([None, "A", "C"]),
    end=st.sampled_from([None, "B", "nothing"]),
    steps=st.integers(2, 5),
    session=st.sampled_from(["20m", "30m", "1d"]),
    by=st.sampled_from(["event", "properties.v"]),
)
def test_paths_are_those_of_the_oracle(
    rows: Rows,
    owner: dict[int, int],
    start: str | None,
    end: str | None,
    steps: int,
    session: str,
    by: str,
) -> None:
    question = Paths(start=start, end=end, steps=steps, session=session, by=by, limit=1000)
    people = people_of(rows, owner)
    low, high = span(question, NOW)
    links: Counter[Any] = Counter()
    nodes: Counter[Any] = Counter()
    who: dict[Any, set[int]] = {}
    for profile, events in people.items():
        seen = matched(events, question.checked(), low, high, now=NOW, wanted=[by])
        for path in walked.paths(question, seen):
            items = [item for item, _ in path]
            nodes.update(enumerate(items, 1))
            for step, (one, two) in enumerate(pairwise(items), 1):
                links[step, one, two] += 1
                who.setdefault((step, one, two), set()).add(profile)
    told = paths.answer(question, Memory(people))
    assert {(n["step"], n["item"]): n["paths"] for n in told["nodes"]} == dict(nodes)
    assert {(n["step"], n["from"], n["to"]): n["paths"] for n in told["links"]} == dict(links)
    for (step, one, two), expected in who.items():
        cell = paths.Cell(step=step, item=one, next=two)
        assert set(paths.people(question, Memory(people), cell).tolist()) == expected
    assert {(n["step"], n["from"], n["to"]): n["people"] for n in told["links"]} == {
        key: len(found) for key, found in who.items()
    }


def test_a_path_cannot_be_of_one_step() -> None:
    with pytest.raises(Malformed, match="steps"):
        paths.answer(Paths(steps=1, event=EventPick(event="A")), Memory({}))
