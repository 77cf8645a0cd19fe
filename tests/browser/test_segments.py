"""Segments and computed traits: built as a sentence or as YAML, looked at, explained."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.browser.test_accessibility import violations
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def test_a_segment_is_built_with_the_keyboard(page: Any, shop: RunningServer) -> None:
    """Complete the event, see the count, add a second condition, save, and everybody is in."""
    name = f"Keyboard {uuid.uuid4().hex[:6]}"
    page.goto("/segments")
    page.get_by_role("link", name="New segment").press("Enter")
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("combobox", name="Event", exact=True).focus()
    page.keyboard.type("refund")
    page.get_by_role("option", name="Order Refunded").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    answer = page.get_by_role("region", name="Would be in now")
    answer.get_by_text(re.compile(r"^1 person$")).wait_for()
    answer.get_by_role("link", name="Sarah Kapoor").wait_for()
    page.get_by_role("button", name="Add condition").press("Enter")
    page.get_by_role("menuitem", name="Trait", exact=True).wait_for()
    page.keyboard.type("Trait")
    page.keyboard.press("Enter")
    row = page.get_by_role("listitem", name="Condition 2")
    row.get_by_role("combobox", name="Trait").fill("city")
    page.keyboard.press("Escape")
    row.get_by_label("Value").fill("Dubai")
    answer.get_by_text(re.compile(r"^0 people$")).wait_for()
    row.get_by_label("Value").fill("Mumbai")
    page.keyboard.press("Escape")
    answer.get_by_text(re.compile(r"^1 person$")).wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Save segment").press("Enter")
    page.get_by_role("heading", name=name, level=1).wait_for()
    page.get_by_role("row", name="Sarah Kapoor").wait_for()
    with shop.api() as api:
        made = api.get(f"/api/v1/segments/{name.lower().replace(' ', '_')}").json()
    assert made["when"] == {
        "all": [
            {"did": "Order Refunded", "during": {"last": "30d"}},
            {"trait": "city", "op": "eq", "value": "Mumbai"},
        ]
    }


def test_a_mistake_is_shown_at_its_node(page: Any) -> None:
    """In YAML with its line, in the sentence beside the condition."""
    page.goto("/segments/~new")
    page.get_by_role("radio", name="YAML").click()
    code = page.get_by_role("textbox", name="The condition as YAML")
    code.fill("all:\n  - did: Order Completed\n  - segment: nowhere\n")
    page.get_by_text("Line 3").wait_for()
    page.get_by_role("alert").get_by_text("no segment 'nowhere'").wait_for()
    page.get_by_role("radio", name="Sentence").click()
    second = page.get_by_role("listitem", name="Condition 2")
    second.get_by_role("alert").get_by_text("no segment 'nowhere'").wait_for()
    first = page.get_by_role("listitem", name="Condition 1")
    assert first.get_by_role("alert").count() == 0
    assert violations(page) == []


def test_a_new_version_shows_whom_it_moves(page: Any, shop: RunningServer) -> None:
    key = f"review_{uuid.uuid4().hex[:6]}"
    with shop.api() as api:
        when = {"did": "Order Completed", "op": "gte", "value": 2}
        api.post("/api/v1/segments", json={"key": key, "when": when}).raise_for_status()
        before = api.post("/api/v1/segments/preview", json={"when": when}).json()["count"]
        more = api.post("/api/v1/segments/preview", json={"when": {**when, "value": 3}}).json()
    page.goto(f"/segments/{key}/edit")
    assert page.get_by_role("button", name="Review and publish").is_disabled()
    page.get_by_role("textbox", name="Number").first.fill("3")
    page.get_by_role("button", name="Review and publish").click()
    dialog = page.get_by_role("dialog", name="Publish a new version")
    leaving = before - more["count"]
    dialog.get_by_text(f"−{leaving}", exact=True).wait_for()
    dialog.get_by_role("textbox", name="Reason").fill("two were too few")
    assert violations(page) == []
    dialog.get_by_role("button", name="Publish").click()
    dialog.wait_for(state="detached")
    with shop.api() as api:
        now = api.get(f"/api/v1/segments/{key}").json()
    assert (now["version"], now["when"]["value"], now["reason"]) == (2, 3, "two were too few")


def test_why_names_the_events(page: Any) -> None:
    page.goto("/segments/asked_back/why")
    page.get_by_role("searchbox", name="Search a person").fill("sarah@")
    page.get_by_role("button", name="Sarah Kapoor").click()
    page.get_by_role("heading", name="In the segment").wait_for()
    said = page.get_by_role("list", name="Events that decided")
    said.get_by_role("link", name="Order Refunded").nth(2).wait_for()
    said.get_by_role("link", name="Order Refunded").first.click()
    page.wait_for_url("**/profiles/*/timeline?open=refund-*")


def test_a_profile_tells_its_segments(page: Any) -> None:
    page.goto("/profiles/user_id:sarah")
    card = page.get_by_role("region", name="Segments")
    card.get_by_role("link", name="Asked for money back").wait_for()
    card.get_by_role("button", name="Why Asked for money back?").click()
    card.get_by_text("since").wait_for()
    assert violations(page) == []
    card.get_by_role("link", name="Each condition").click()
    page.wait_for_url("**/segments/asked_back/why?person=*")


def test_a_computed_trait_is_built(page: Any, shop: RunningServer) -> None:
    name = f"Largest {uuid.uuid4().hex[:6]}"
    page.goto("/traits/~new")
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("button", name="How it is computed").click()
    page.get_by_role("option", name="the largest").click()
    page.get_by_role("combobox", name="Event").fill("Order Completed")
    page.keyboard.press("Escape")
    page.get_by_label("Property", exact=True).fill("total")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save trait").click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    page.get_by_role("list", name="Most frequent values").wait_for()
    with shop.api() as api:
        made = api.get(f"/api/v1/computed-traits/{name.lower().replace(' ', '_')}").json()
    assert made["trait"] == {
        "max": "Order Completed",
        "path": "properties.total",
        "during": {"last": "90d"},
    }


def test_a_segment_of_accounts_and_its_versions(page: Any, shop: RunningServer) -> None:
    key = f"firms_{uuid.uuid4().hex[:6]}"
    body: dict[str, Any] = {"key": key, "of": "accounts", "reason": "to begin with"}
    with shop.api() as api:
        when = {"members": "any", "are": {"did": "*", "type": "group"}}
        api.post("/api/v1/segments", json={**body, "when": when}).raise_for_status()
        changed = {"all": [when, {"trait": "name", "op": "starts_with", "value": "Acme"}]}
        body["reason"] = "only Acme"
        api.post("/api/v1/segments", json={**body, "when": changed}).raise_for_status()
    page.goto(f"/segments/{key}")
    page.get_by_role("row", name="Acme Yoga Studios").wait_for()
    assert page.get_by_role("row", name="Bazaar Club").count() == 0
    page.get_by_role("tab", name="Versions").click()
    versions = page.get_by_role("list", name="Versions").get_by_role("listitem")
    versions.get_by_text("only Acme").wait_for()
    versions.get_by_text("to begin with").wait_for()
    versions.get_by_text("when.all").first.wait_for()
    assert violations(page) == []
    page.get_by_role("tab", name="Why").click()
    page.get_by_role("searchbox").fill("bazaar")
    page.get_by_role("button", name="Bazaar Club").click()
    page.get_by_role("heading", name="Not in the segment").wait_for()
    assert violations(page) == []
    page.get_by_role("tab", name="Condition").click()
    page.get_by_role("region", name="Would be in now").get_by_text("1 account").wait_for()
    assert violations(page) == []


def test_a_segment_of_people_looks_at_their_accounts_while_it_is_written(page: Any) -> None:
    page.goto("/segments/~new")
    page.get_by_role("radio", name="YAML").click()
    code = page.get_by_role("textbox", name="The condition as YAML")
    code.fill("account: any\nwhere:\n  - {path: name, op: starts_with, value: Acme}\n")
    answer = page.get_by_role("region", name="Would be in now")
    answer.get_by_text(re.compile(r"^2 people$")).wait_for()
    answer.get_by_role("link", name="Sarah Kapoor").wait_for()
    assert violations(page) == []


def test_a_trait_shows_its_values_before_it_is_saved(page: Any, shop: RunningServer) -> None:
    """As many people as the same trait has that is saved, and of each the same value."""
    with shop.api() as api:
        told = api.post(
            "/api/v1/computed-traits/preview", json={"trait": {"count": "Order Completed"}}
        ).json()
        saved = api.get("/api/v1/computed-traits/orders").json()
    page.goto("/traits/~new")
    region = page.get_by_role("region", name="Values there would be now")
    region.get_by_text("Fill in what is still open").wait_for()
    page.get_by_role("radio", name="YAML").press("Enter")
    text = page.get_by_role("textbox", name="The computation as YAML")
    text.fill("count: Order Completed")
    region.get_by_role("status").get_by_text(str(saved["count"]), exact=True).wait_for()
    people = region.get_by_role("listitem")
    assert people.count() == len(told["sample"])
    first = told["sample"][0]
    people.filter(has_text=first["profile"]["name"]).get_by_text(str(first["value"])).wait_for()
    assert violations(page) == []
    text.fill("median: Order Completed")
    region.get_by_text("It says itself what is wrong").wait_for()


def test_a_trait_that_cannot_be_asked_says_why(page: Any, shop: RunningServer) -> None:
    with shop.api() as api:
        told = api.get("/api/v1/computed-traits/orders").json()
    why = {"code": "sql_syntax", "message": "near SELEC", "hint": "mend the query"}
    told["error"] = {**why, "at": "2026-01-05T10:00:00.000000Z", "version": told["version"]}
    page.route("**/api/v1/computed-traits/orders", lambda route: route.fulfill(json=told))
    page.goto("/traits/orders")
    failed = page.get_by_role("region", name=re.compile("cannot be worked out"))
    failed.get_by_text(re.compile("near SELEC.*mend the query")).wait_for()
    assert violations(page) == []
