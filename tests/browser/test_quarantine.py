"""Quarantine: see why, correct, send again, or let go."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.browser.test_accessibility import violations
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def refuse(shop: RunningServer, **event: object) -> int:
    """Send an event that cannot be used; gives its number in quarantine."""
    message = str(uuid.uuid4())
    with shop.tracking() as tracking:
        body = {"batch": [{"messageId": message, **event}]}
        tracking.post("/v1/batch", json=body).raise_for_status()
    shop.settle()
    with shop.api() as api:
        items = api.get("/api/v1/quarantine").json()["items"]
    return next(int(item["id"]) for item in items if item["message_id"] == message)


def test_correct_an_event_and_send_it_again(page: Any, shop: RunningServer) -> None:
    """With keys: open it, read why, correct the JSON, twice; it is on the profile then."""
    user = f"fixed-{uuid.uuid4().hex[:8]}"
    refuse(shop, type="trakc", event="Bag Packed", userId=user)
    page.goto("/quarantine?reason=unknown_type")
    row = page.get_by_role("row", name="Bag Packed").first
    row.wait_for()
    row.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Bag Packed")
    drawer.get_by_text("Correct type below").wait_for()
    field = drawer.get_by_role("textbox", name="The event")
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('{"type": ')
    drawer.get_by_text("This is not valid JSON").wait_for()
    assert drawer.get_by_role("button", name="Send corrected").is_disabled()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(json.dumps({"type": "track", "userId": user}))
    drawer.get_by_role("button", name="Send corrected").press("Enter")
    back = page.get_by_role("dialog", name="track")
    back.get_by_text("No event name").wait_for()
    page.get_by_role("status").get_by_text("It came back: No event name").wait_for()
    assert violations(page) == []
    back.get_by_role("textbox", name="The event").focus()
    page.keyboard.press("Control+a")
    corrected = {"type": "track", "userId": user, "event": "Bag Packed"}
    page.keyboard.insert_text(json.dumps(corrected))
    back.get_by_role("button", name="Send corrected").press("Enter")
    back.wait_for(state="detached")
    page.goto(f"/profiles/user_id:{user}")
    page.get_by_role("button", name="Bag Packed").wait_for()


def test_a_corrected_event_is_closed(page: Any, shop: RunningServer) -> None:
    user = f"fixed-{uuid.uuid4().hex[:8]}"
    number = refuse(shop, type="trakc", event="Bag Packed", userId=user)
    page.goto(f"/quarantine?open={number}")
    drawer = page.get_by_role("dialog", name="Bag Packed")
    field = drawer.get_by_role("textbox", name="The event")
    field.fill(field.input_value().replace("trakc", "track"))
    drawer.get_by_role("button", name="Send corrected").press("Enter")
    drawer.wait_for(state="detached")
    page.goto(f"/profiles/user_id:{user}")
    page.get_by_role("button", name="Bag Packed").wait_for()
    with shop.api() as api:
        assert api.get(f"/api/v1/quarantine/{number}").json()["status"] == "redriven"


def test_discard_with_a_reason(page: Any, shop: RunningServer) -> None:
    number = refuse(shop, type="teleported", userId="nobody")
    page.goto(f"/quarantine?open={number}")
    page.get_by_role("button", name="Discard…").click()
    dialog = page.get_by_role("dialog", name="Discard this event")
    confirm = dialog.get_by_role("button", name="Discard event")
    assert confirm.is_disabled()
    dialog.get_by_role("textbox", name="Reason").fill("a test of the sender")
    assert violations(page) == []
    confirm.click()
    page.get_by_role("dialog").first.wait_for(state="detached")
    page.goto(f"/quarantine?status=discarded&open={number}")
    page.get_by_role("dialog").get_by_text("a test of the sender").wait_for()


def test_all_of_a_reason_at_once(page: Any, shop: RunningServer) -> None:
    """As they are: what still cannot be used comes back, and that is told."""
    refuse(shop, type="identify", userId="neha", traits="no object")
    with shop.api() as api:
        reasons = api.get("/api/v1/quarantine/reasons").json()["items"]
    count = next(one["count"] for one in reasons if one["reason"] == "invalid_field")
    page.goto("/quarantine?reason=invalid_field")
    page.get_by_role("button", name="Unusable field", pressed=True).wait_for()
    page.get_by_role("button", name="Send many again…").click()
    dialog = page.get_by_role("dialog")
    assert violations(page) == []
    dialog.get_by_role("button", name=f"Send {count} event").click()
    dialog.get_by_text(f"{count} came back to quarantine").wait_for()


def test_one_that_is_no_object_does_not_hold_up_the_others(page: Any, shop: RunningServer) -> None:
    """Counted for the source that is chosen, answered one by one, in the reader's words."""
    with shop.api() as api:
        made = api.post("/api/v1/sources", json={"name": f"Desk {uuid.uuid4().hex[:6]}"}).json()
    with shop.tracking() as tracking:
        auth = (made["write_keys"][0]["key"], "")
        tracking.post("/v1/batch", json={"batch": [7, "x"]}, auth=auth).raise_for_status()
    shop.settle()
    page.goto(f"/quarantine?source={made['slug']}")
    page.get_by_role("button", name="All 2").wait_for()
    page.get_by_role("button", name="Send many again…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Send 2 events again").click()
    dialog.get_by_text("2 cannot be sent as they are").wait_for()


def test_nothing_in_quarantine(empty_page: Any) -> None:
    empty_page.goto("/quarantine")
    empty_page.get_by_text("Nothing is in quarantine").wait_for()
