"""What answers to questions look like in a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.cli import answers, charts


def printed(capsys: pytest.CaptureFixture[str], answer: dict[str, Any]) -> list[list[str]]:
    """The words of each line, without rules."""
    for title, rows in answers.tables(answer):
        print(title)
        charts.show(rows)
    lines = capsys.readouterr().out.splitlines()
    return [line.split() for line in lines if line.strip("─ ")]


def test_a_funnel_has_shares_and_times(capsys: pytest.CaptureFixture[str]) -> None:
    def step(event: str, count: int, share: float, took: dict[str, Any] | None) -> dict[str, Any]:
        shares = {"conversion": share, "conversion_from_previous": share}
        return {"event": event, "count": count, **shares, "time_to_convert": took}

    steps = [
        step("Looked", 40, 1.0, None),
        step("Bought", 10, 0.25, {"median": 5_400, "p90": 7_200}),
    ]
    found = printed(
        capsys,
        {
            "kind": "funnel",
            "steps": steps,
            "breakdown": [
                {"value": "web", "steps": steps[1:]},
                {"value": None, "other": True, "steps": steps[1:]},
            ],
        },
    )
    assert found[2] == ["Looked", "40", "100.0%", "100.0%", "█" * 24]
    assert found[3] == ["Bought", "10", "25.0%", "25.0%", "1.5", "h", "2", "h", "█" * 6]
    assert found[4] == ["web"]
    assert (found[7], len(found)) == (["(other)"], 10)


def test_retention_is_told_in_shares_of_the_cohort(capsys: pytest.CaptureFixture[str]) -> None:
    cohorts = [
        {"start": "2026-01-05", "size": 8, "values": [8, 2], "complete": [True, True]},
        {"start": "2026-01-12", "size": 4, "values": [4, None], "complete": [True, False]},
    ]
    found = printed(capsys, {"kind": "retention", "cohorts": cohorts, "average": [1.0, 0.25]})
    assert found[2] == ["2026-01-05", "8", "100.0%", "25.0%", "█" * 24]
    assert found[3] == ["2026-01-12", "4", "100.0%", "█" * 12]
    assert found[4] == ["average", "100.0%", "25.0%"]


def test_trends_have_a_row_a_period(capsys: pytest.CaptureFixture[str]) -> None:
    series = {"name": "A", "label": "Orders", "values": [2, 4]}
    answer = {"kind": "trends", "periods": ["mon", "tue"], "series": [series]}
    assert printed(capsys, answer)[2:] == [["mon", "2", "█" * 12], ["tue", "4", "█" * 24]]
    parts = [{"value": "web", "values": [1, 3]}, {"value": "", "values": [1, 1]}]
    answer["series"] = [series | {"breakdown": parts}]
    assert printed(capsys, answer)[1:] == [
        ["start", "web", "(none)"],
        ["mon", "1", "1"],
        ["tue", "3", "1"],
        ["course"],
        ["course", "least", "most"],
        ["web", "▁█", "1", "3"],
        ["(none)", "▁▁", "1", "1"],
    ]


def test_trends_tell_formulas_means_and_the_time_before() -> None:
    def told(low: int, high: int) -> dict[str, Any]:
        series = {"name": "A", "label": "Orders", "values": [low, high]}
        return {"series": [series], "formulas": [{"formula": "A / 2", "values": [low / 2, None]}]}

    answer = {"kind": "trends", "periods": ["mon", "tue"], "complete": [True, False], **told(2, 4)}
    answer["series"][0]["moving_average"] = [2, 3]
    answer["compared"] = {"periods": ["sat", "sun"], **told(20, 30)}
    [(_, rows), (_, lines)] = answers.tables(answer)
    assert rows == [
        {
            "start": "mon",
            "A: Orders": 2,
            "A: Orders, mean": 2,
            "A: Orders, before": 20,
            "A / 2": 1.0,
            "A / 2, before": 10.0,
        },
        {
            "start": "tue (so far)",
            "A: Orders": 4,
            "A: Orders, mean": 3,
            "A: Orders, before": 30,
            "A / 2": None,
            "A / 2, before": None,
        },
    ]
    assert len(lines) == 5


def test_a_north_star_is_a_tree_with_its_course(capsys: pytest.CaptureFixture[str]) -> None:
    leaf = {"name": "Buyers", "value": 3, "before": 4, "change_share": -0.25, "values": [4, None]}
    root = leaf | {"name": "Revenue", "change_share": None, "values": [1, 2], "inputs": [leaf]}
    found = printed(capsys, {"kind": "north_star", "metric": root})
    assert found[2:] == [["Revenue", "3", "4", "▁█"], ["Buyers", "3", "4", "-25.0%", "▁"]]
    root |= {"unit": {"as": "currency", "currency": "EUR"}, "inputs": []}
    [top] = printed(capsys, {"kind": "north_star", "metric": root})[2:]
    assert top[:5] == ["Revenue", "3.00", "EUR", "4.00", "EUR"]


def test_a_funnel_over_time_has_a_row_a_period() -> None:
    step = {"event": "Bought", "count": 2, "conversion": 0.5, "time_to_convert": None}
    steps = [{**step, "count": 4, "conversion": 1.0}, step]
    week = {"start": "mon", "complete": False, "steps": steps, "time_to_convert": {"median": 60}}
    found = dict(answers.tables({"kind": "funnel", "steps": steps, "over_time": [week]}))
    [row] = found["over time"]
    assert [*row.values()] == ["mon (so far)", 4, 2, "50.0%", "60 s"]


def test_retention_names_brackets_and_tells_sums() -> None:
    cohort = {"start": "mon", "size": 4, "values": [4, 1], "sums": ["12", "2.5"]}
    answer = {"kind": "retention", "cohorts": [cohort], "average": [1.0, 0.25]}
    found = dict(answers.tables({**answer, "brackets": ["0", "1-3"]}))
    assert found["cohorts"][0] == {"start": "mon", "size": 4, "0": "100.0%", "1-3": "25.0%"}
    assert found["sums"] == [{"start": "mon", "0": 12, "1-3": 2.5}]


def test_revenue_has_a_total_who_came_back_and_its_parts() -> None:
    def told(start: str, orders: int, complete: bool = True) -> dict[str, Any]:
        repeat = {"people": 2, "came_back": 1, "rate": 0.5, "complete": complete}
        spans = {"median_seconds": 7_200.0, "p90_seconds": None}
        money = {"revenue": 10 * orders, "refunded": 0, "net": 10 * orders}
        return {
            "start": start,
            "complete": complete,
            "orders": orders,
            **money,
            "average_order_value": 10.0,
            "buyers": 2,
            "new": 1,
            "returning": 1,
            "repeat": {**repeat, **spans},
        }

    periods = [told("mon", 2), told("tue", 3, complete=False)]
    part = {"value": None, "orders": 5, "periods": periods}
    whole = {"kind": "revenue", "periods": periods, "total": told("mon", 5), "breakdown": [part]}
    found = dict(answers.tables(whole))
    assert [(row["start"], row["orders"]) for row in found["periods"]] == [
        ("mon", 2),
        ("tue (so far)", 3),
        ("total", 5),
    ]
    assert found["who came back"][0]["median_time"] == "2 h"
    [row] = found["breakdown"]
    assert (row["part"], row["orders"], row["revenue"], row["course"]) == ("(none)", 5, 50, "▁█")


def test_attribution_tells_what_nothing_came_before() -> None:
    credit = {"conversions": 1, "share": 0.25, "people": 1, "amounts": []}
    touches = [{"value": "email", **credit, "assisted": 2}]
    alone = credit | {"conversions": 3, "share": 0.75}
    answer = {"kind": "attribution", "amounts": [], "touches": touches, "unattributed": alone}
    [(title, rows)] = answers.tables(answer)
    assert title == "touches"
    assert [(row["touch"], row["share"]) for row in rows] == [
        ("email", "25.0%"),
        ("(unattributed)", "75.0%"),
    ]
