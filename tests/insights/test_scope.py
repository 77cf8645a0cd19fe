"""The time that a question is about."""

from __future__ import annotations

from rapport.clock import DAY, HOUR
from rapport.insights.specs.activity import Active
from rapport.insights.specs.scope import span

NOON = 20_000 * DAY + 12 * HOUR


def test_a_length_before_now_begins_with_a_whole_day() -> None:
    assert span(Active(since="7d"), NOON) == (NOON - 12 * HOUR - 7 * DAY, NOON + 1)
    assert span(Active(since="6h"), NOON) == (NOON + 1 - 6 * HOUR, NOON + 1)
    assert span(Active(), NOON) == span(Active(since="30d"), NOON)


def test_a_length_counts_from_the_end_that_is_asked_for() -> None:
    start, end = span(Active(since="2d", until="2024-10-04"), NOON)
    assert (start, end) == (20_000 * DAY - 2 * DAY, 20_000 * DAY)


def test_days_are_those_of_the_zone() -> None:
    start, _ = span(Active(since="1w", timezone="Asia/Kolkata"), NOON)
    assert (start + 5 * HOUR + HOUR // 2) % DAY == 0
