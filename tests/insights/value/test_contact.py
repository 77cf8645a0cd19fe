"""Favourite channel, and active hours on the customer's clock."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from rapport.clock import from_datetime
from rapport.insights.value import registry
from rapport.insights.value.settings import Settings
from rapport.warehouse.schema import PROFILES
from tests.insights.value.planting import DAY, HOUR, NOW, Planted, Row


def told(planted: Planted, model: str, **settings: Any) -> dict[int, dict[str, Any]]:
    run = registry.run(model, planted.warehouse, NOW, Settings(**settings))
    return dict(registry.by_profile(run))


def sent(node: int, name: str, times: int, every: int = DAY) -> list[Row]:
    return [(node, NOW - (n + 1) * every, name, {}) for n in range(times)]


def live_in(planted: Planted, zones: dict[int, str]) -> None:
    rows = [
        {"profile": p, "profile_id": f"p_{p}", "traits": f'{{"timezone": "{zone}"}}'}
        for p, zone in zones.items()
    ]
    planted.warehouse.upsert_profiles(list(zones), pa.Table.from_pylist(rows, schema=PROFILES))


def test_the_channel_that_is_answered_is_the_favourite(planted: Planted) -> None:
    rows = [row for n in range(1, 30) for row in sent(n, "Email Sent", 10)]
    rows += [row for n in range(1, 30) for row in sent(n, "Email Clicked", 1)]
    rows += [*sent(50, "Email Sent", 40), *sent(50, "Email Opened", 2)]
    rows += [*sent(50, "Push Notification Sent", 10), *sent(50, "Push Notification Opened", 6)]
    rows += sent(51, "Email Sent", 40)
    planted.load(rows)
    found = told(planted, "channels")
    assert found[50]["favourite_channel"] == "push"
    assert found[50]["channel_ranking"] == ["push", "email"]
    assert found[50]["response_rate"] > 0.4
    assert "favourite_channel" not in found[51], "who never answered has none"
    assert found[51]["channel_ranking"] == ["email"]


def test_ads_bring_people_but_cannot_be_sent(planted: Planted) -> None:
    planted.load([*sent(1, "Ad Impression", 9), *sent(1, "Ad Clicked", 9)])
    planted.load([(1, NOW - DAY, "", {})], type="page", campaign_medium="CPC")
    found = told(planted, "channels")
    assert "favourite_channel" not in found[1]
    assert found[1]["favourite_place"] == "web"


def test_visits_from_a_newsletter_answer_the_newsletter(planted: Planted) -> None:
    planted.load(sent(1, "Email Sent", 4))
    planted.load(
        [(1, NOW - n * DAY, "", {}) for n in range(1, 4)], type="page", campaign_medium="Email"
    )
    planted.load([(1, NOW - n * DAY, "", {}) for n in range(1, 9)], type="screen")
    found = told(planted, "channels")[1]
    assert found["favourite_channel"] == "email"
    assert found["favourite_place"] == "app"


def evenings(node: int, hour_utc: float) -> list[Row]:
    return [
        (
            node,
            NOW - (n + 1) * DAY + int(hour_utc * HOUR) + minute * 60_000_000,
            "Product Viewed",
            {},
        )
        for n in range(10)
        for minute in range(3)
    ]


@pytest.mark.parametrize("zone", ["Asia/Kolkata", ""])
def test_hours_are_those_of_her_clock(planted: Planted, zone: str) -> None:
    """15:40 UTC is 21:10 in India: half an hour matters."""
    planted.load([*evenings(1, 15.0 + 40 / 60), *evenings(2, 15.0 + 40 / 60)])
    live_in(planted, {1: zone, 2: "No/Where"} if zone else {})
    found = told(planted, "active_hours")
    assert found[1]["best_hour"] == (21 if zone else 15)
    assert found[2]["best_hour"] == 15
    assert 21 in found[1]["active_hours"] or not zone
    assert told(planted, "active_hours", zone="Asia/Kolkata")[2]["best_hour"] == 21


def test_summer_time_moves_with_her(planted: Planted) -> None:
    """Eight in the evening in Berlin is 18:00 UTC in summer and 19:00 in winter."""
    from datetime import UTC, datetime, timedelta

    rows: list[Row] = []
    for day in range(60):
        date = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=day)
        hour = 19 if date < datetime(2025, 3, 30, tzinfo=UTC) else 18
        rows.append((1, from_datetime(date.replace(hour=hour, minute=20)), "Product Viewed", {}))
    planted.load(rows)
    live_in(planted, {1: "Europe/Berlin"})
    run = registry.run(
        "active_hours", planted.warehouse, from_datetime(datetime(2025, 5, 1, tzinfo=UTC))
    )
    assert dict(registry.by_profile(run))[1]["best_hour"] == 20
    assert run.card.features[0].name == "evidence"


def test_what_is_sent_to_her_is_not_her_doing(planted: Planted) -> None:
    planted.load(
        [
            *evenings(1, 20.0),
            *[(1, NOW - n * DAY + 9 * HOUR, "Email Sent", {}) for n in range(1, 60)],
        ]
    )
    assert told(planted, "active_hours")[1]["best_hour"] == 20


def test_a_busy_hour_counts_once_a_day(planted: Planted) -> None:
    burst = [(1, NOW - DAY + 3 * HOUR + n * 1_000_000, "Product Viewed", {}) for n in range(500)]
    planted.load([*evenings(1, 20.0), *burst])
    assert told(planted, "active_hours")[1]["best_hour"] == 20


def test_little_activity_names_no_hour(planted: Planted) -> None:
    planted.load([(1, NOW - DAY, "Product Viewed", {})])
    assert told(planted, "active_hours") == {1: {}}
