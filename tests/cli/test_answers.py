"""What answers to questions look like in a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.cli import answers


def printed(capsys: pytest.CaptureFixture[str], answer: dict[str, Any]) -> list[list[str]]:
    """The words of each line, without rules."""
    for title, rows in answers.tables(answer):
        print(title)
        answers.show(rows)
    lines = capsys.readouterr().out.splitlines()
    return [line.split() for line in lines if line.strip("─ ")]


def test_a_funnel_has_shares_and_times(capsys: pytest.CaptureFixture[str]) -> None:
    def step(event: str, count: int, share: float, took: dict[str, Any] | None) -> dict[str, Any]:
        shares = {"conversion": share, "conversion_from_previous": share}
        return {"event": event, "count": count, **shares, "time_to_convert": took}

    steps = [step("Looked", 40, 1.0, None), step("Bought", 10, 0.25, {"median": 5_400, "p90": 1})]
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
    assert found[3] == ["Bought", "10", "25.0%", "25.0%", "1.5", "h", "█" * 6]
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
    ]


def test_a_north_star_is_a_tree_with_its_course(capsys: pytest.CaptureFixture[str]) -> None:
    leaf = {"name": "Buyers", "value": 3, "before": 4, "change_share": -0.25, "values": [4, None]}
    root = leaf | {"name": "Revenue", "change_share": None, "values": [1, 2], "inputs": [leaf]}
    found = printed(capsys, {"kind": "north_star", "metric": root})
    assert found[2:] == [["Revenue", "3", "4", "▁█"], ["Buyers", "3", "4", "-25.0%", "▁"]]
    root |= {"unit": {"as": "currency", "currency": "EUR"}, "inputs": []}
    [top] = printed(capsys, {"kind": "north_star", "metric": root})[2:]
    assert top[:5] == ["Revenue", "3.00", "EUR", "4.00", "EUR"]
