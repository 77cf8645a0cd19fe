"""The published Python clients of Segment and RudderStack, unchanged."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import segment.analytics.client as segment
from rudderstack.analytics.client import Client as RudderClient

from .conftest import WRITE_KEY, Event, TrackingServer

pytestmark = pytest.mark.xdist_group("sdk")


def say_everything(client: Any) -> None:
    client.identify("u1", {"email": "neha@example.com", "plan": "gold"})
    client.track("u1", "Order Completed", {"total": 499.5, "currency": "INR"})
    client.page("u1", "Shop", "Home", {"url": "https://shop.example/"})
    client.screen("u1", "App", "Cart", {})
    client.group("u1", "acme", {"name": "Acme"})
    client.alias("anon-1", "u1")
    client.track(42, "Numeric Id", {})


def check_everything(found: list[Event]) -> None:
    assert [event["type"] for event in found] == [
        *("identify", "track", "page", "screen", "group", "alias", "track")
    ]
    identify, track, page, screen, group, alias, _ = found
    # RudderStack's clients say who somebody is in `context.traits`.
    traits = identify.get("traits") or identify["context"]["traits"]
    assert traits == {"email": "neha@example.com", "plan": "gold"}
    assert (track["event"], track["properties"]["total"]) == ("Order Completed", 499.5)
    assert (page["name"], screen["name"]) == ("Home", "Cart")
    assert (group["groupId"], group["userId"]) == ("acme", "u1")
    assert (alias["previousId"], alias["userId"]) == ("anon-1", "u1")
    assert len({event["messageId"] for event in found}) == 7
    assert all(event["context"]["library"]["name"] == "analytics-python" for event in found)
    assert all(event["_meta"] == {} for event in found), "a server is not the customer's device"


def segment_client(server: TrackingServer, key: str = WRITE_KEY, **more: Any) -> segment.Client:
    return segment.Client(key, host=server.url, **more)


@pytest.mark.parametrize("gzip", [True, False])
def test_segment(server: TrackingServer, gzip: bool) -> None:
    problems: list[Any] = []
    client = segment_client(server, gzip=gzip, on_error=lambda e, batch: problems.append(e))
    say_everything(client)
    client.shutdown()
    assert problems == []
    check_everything(server.wait_for_count(7))


def test_segment_sends_a_large_number(server: TrackingServer) -> None:
    client = segment_client(server, max_queue_size=10_000)
    for n in range(2_000):
        client.track(f"u{n}", "Viewed", {"n": n, "text": "x" * 300})
    client.shutdown()
    found = server.wait_for_count(2_000)
    assert sorted(event["properties"]["n"] for event in found) == list(range(2_000))


def test_segment_comes_back_after_503(server: TrackingServer) -> None:
    problems: list[Any] = []
    server.break_()
    client = segment_client(server, on_error=lambda e, batch: problems.append(e))
    client.track("u1", "Kept", {}, message_id="m-kept")
    threading.Timer(1.5, server.mend).start()
    client.shutdown()
    assert problems == []
    assert [event["messageId"] for event in server.wait_for_count(1)] == ["m-kept"]


def test_segment_is_told_why_a_key_is_refused(server: TrackingServer) -> None:
    problems: list[Any] = []
    client = segment_client(server, "wk_no", on_error=lambda e, batch: problems.append(e))
    client.track("u1", "Lost", {})
    client.shutdown()
    assert [(str(p.status), p.code) for p in problems] == [("401", "invalid_write_key")]
    assert server.arrived() == []


@pytest.mark.parametrize("gzip", [True, False])
def test_rudder(server: TrackingServer, gzip: bool) -> None:
    problems: list[Any] = []
    client = RudderClient(
        WRITE_KEY, host=server.url, gzip=gzip, on_error=lambda e, batch: problems.append(e)
    )
    say_everything(client)
    client.flush()
    client.join()
    assert problems == []
    check_everything(server.wait_for_count(7))


def test_rudder_comes_back_after_503(server: TrackingServer) -> None:
    server.break_()
    client = RudderClient(WRITE_KEY, host=server.url)
    client.track("u1", "Kept", {}, message_id="m-kept")
    threading.Timer(1.0, server.mend).start()
    client.flush()
    client.join()
    assert [event["messageId"] for event in server.wait_for_count(1)] == ["m-kept"]
