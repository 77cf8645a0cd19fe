"""Customer value and the north star: what they tell, and what can be made of it."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_accessibility import violations
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def until(said: Callable[[], Any], timeout: float = 30.0) -> Any:
    end = time.monotonic() + timeout
    while not (found := said()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.2)
    return found


def test_classes_lead_to_people_and_to_a_segment(page: Any, shop: RunningServer) -> None:
    with shop.api() as api:
        told = api.get("/api/v1/value/classes").json()
    found = max(told["classes"], key=lambda each: each["people"])
    page.goto("/value")
    page.get_by_text("Customers who ordered").wait_for()
    row = page.get_by_role(
        "row", name=re.compile(rf"\b{found['people']}\b.*\${found['revenue']:.0f}")
    )
    row.get_by_role("button").click()
    page.wait_for_url(f"**/value?class={found['name']}")
    drawer = page.get_by_role("dialog")
    people = drawer.get_by_role("listitem")
    people.first.wait_for()
    assert people.count() == min(found["people"], 50)
    assert violations(page) == []
    name = f"Drawn {uuid.uuid4().hex[:6]}"
    drawer.get_by_role("button", name="Make a segment of them").click()
    dialog = page.get_by_role("dialog", name="Make a segment of them")
    dialog.get_by_role("textbox", name="Name").fill(name)
    assert violations(page) == []
    dialog.get_by_role("button", name="Make segment").click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    key = name.lower().replace(" ", "_")
    with shop.api() as api:
        condition = api.get(f"/api/v1/segments/{key}").json()["when"]
        assert (condition["op"], condition["value"]) == ("eq", found["name"])
        trait = api.get(f"/api/v1/computed-traits/{condition['trait']}").json()["trait"]
        assert trait["model"] == "rfm"
        members = f"/api/v1/segments/{key}/members"
        until(lambda: api.get(members).json()["count"] == found["people"])


def test_what_orders_are_due_to_follows_the_rule(page: Any) -> None:
    page.goto("/value")
    card = page.get_by_role("region", name="What orders are due to")
    card.get_by_role("row", name="Nothing came before").wait_for()
    card.get_by_role("button", name="Rule").click()
    page.get_by_role("option", name="Linear").click()
    card.get_by_text("share it equally").wait_for()
    page.wait_for_url("**/value?rule=linear")


def test_a_forecast_needs_a_past(page: Any) -> None:
    """The shop of these tests is two weeks old."""
    page.goto("/value")
    card = page.get_by_role("region", name="Revenue to come")
    card.get_by_text("Too few days with orders").wait_for()
    days = [{"day": f"2026-01-{n:02}", "revenue": 5.0 + n} for n in range(1, 29)]
    told = {
        "days": [{"day": f"2026-02-0{n}", "revenue": 9, "low": 4, "high": 20} for n in range(1, 8)],
        "past": days,
        "total": 63,
        "total_low": 40,
        "total_high": 90,
        "metrics": {"backtest_starts": 12, "backtest_relative_error": 0.3},
        "notes": [],
    }
    page.route("**/api/v1/value/forecast*", lambda route: route.fulfill(json=told))
    card.get_by_role("radio", name="7 days").click()
    card.get_by_text("between $40 and $90").wait_for()
    card.get_by_role("img", name="Revenue by day").wait_for()
    card.get_by_role("radio", name="Table").click()
    card.get_by_role("row", name="$9.00 $4.00 $20.00").first.wait_for()
    assert violations(page) == []


def test_lookalikes_say_when_a_seed_is_too_small(page: Any) -> None:
    page.goto("/value?tab=lookalikes")
    page.get_by_role("button", name="Like the members of").click()
    page.get_by_role("option", name=re.compile("^Asked for money back")).click()
    page.get_by_text("Too few members are customers").wait_for()
    assert "segment=asked_back" in page.url
    assert violations(page) == []


def test_a_model_is_trained_and_made_a_trait(page: Any, shop: RunningServer) -> None:
    page.goto("/value?tab=models")
    card = page.get_by_role("listitem", name="Price band")
    card.get_by_role("button", name="Train now Price band").click()
    page.get_by_role("button", name="Price band", exact=True).click()
    drawer = page.get_by_role("dialog", name="Price band")
    drawer.get_by_text(re.compile("^(Ready|Too little yet)$")).first.wait_for()
    drawer.get_by_role("table", name="Runs").wait_for()
    assert violations(page) == []
    drawer.get_by_role("button", name="Make a trait").click()
    dialog = page.get_by_role("dialog", name="A trait from Price band")
    key = f"price_{uuid.uuid4().hex[:6]}"
    dialog.get_by_role("button", name="What it takes from the model").click()
    page.get_by_role("option", name="Typical price of a piece").click()
    dialog.get_by_role("textbox", name="Key").fill(key)
    assert violations(page) == []
    dialog.get_by_role("button", name="Make trait").click()
    page.wait_for_url(f"**/traits/{key}")
    page.get_by_text("Typical price of a piece, from the model “Price band”").first.wait_for()
    with shop.api() as api:
        made = api.get(f"/api/v1/computed-traits/{key}").json()["trait"]
    assert made == {"model": "price_band", "trait": "typical_price", "every": "1d"}


def test_what_counts_as_an_order_can_be_said(page: Any, shop: RunningServer) -> None:
    page.goto("/value")
    page.get_by_role("button", name="What counts as an order").click()
    dialog = page.get_by_role("dialog", name="What counts as an order")
    days = dialog.get_by_role("textbox", name="Days without an order until a customer is lost")
    save = dialog.get_by_role("button", name="Save and train anew")
    days.fill("soon")
    dialog.get_by_text("A whole number above zero").wait_for()
    assert save.is_disabled()
    days.fill("45")
    assert violations(page) == []
    save.click()
    dialog.wait_for(state="detached")
    with shop.api() as api:
        held = api.get("/api/v1/models/settings").json()
    assert held["settings"]["churn_days"] == 45
    assert held["settings"]["orders"] == ["Order Completed"]


def test_without_orders_the_next_step_is_told(empty_page: Any, empty_shop: RunningServer) -> None:
    empty_page.goto("/value")
    line = empty_page.get_by_role("region", name="curl")
    line.wait_for()
    assert empty_shop.write_key in line.inner_text()
    assert "Order Completed" in line.inner_text()
    empty_page.get_by_role("button", name="My orders have another name").click()
    empty_page.get_by_role("dialog", name="What counts as an order").wait_for()


def test_a_north_star_is_defined_and_says_what_moved_it(page: Any, shop: RunningServer) -> None:
    name = f"Orders {uuid.uuid4().hex[:6]}"
    page.goto("/north-star?view=new")
    page.get_by_role("button", name="Start from this Order Completed").click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("textbox", name="The question that it answers").fill("Do they come back?")
    answer = page.get_by_role("region", name="Order Completed")
    answer.get_by_role("img", name="Order Completed over time").wait_for()
    page.get_by_role("button", name="Period").click()
    page.get_by_role("option", name="day", exact=True).click()
    page.get_by_role("button", name="Add an input", exact=True).click()
    page.get_by_role("group", name="Input 3").get_by_role("button", name="Remove Input 3").click()
    page.wait_for_timeout(400)  # a question rests before it is asked
    page.locator("[aria-busy=true]").wait_for(state="detached")
    assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    page.get_by_text("Do they come back?").wait_for()
    key = name.lower().replace(" ", "-")
    with shop.api() as api:
        kept = api.get(f"/api/v1/saved-insights/{key}").json()
        told = api.get(f"/api/v1/saved-insights/{key}/answer").json()
    assert (kept["kind"], kept["question"]["period"]) == ("north_star", "day")
    people = told["metric"]["inputs"][0]
    card = page.get_by_role("article", name="People: Order Completed")
    card.get_by_text(f"{people['value']:g}", exact=True).wait_for()
    if people["value"]:
        card.get_by_role("button", name="Who is behind").click()
        page.get_by_role("dialog").get_by_role("listitem").first.wait_for()
        assert page.get_by_role("dialog").get_by_role("listitem").count() == people["value"]
        page.keyboard.press("Escape")
    page.get_by_role("radio", name="Table").click()
    page.get_by_role("table", name="Metrics").get_by_role("row").nth(3).wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="Open People: Order Completed in Explore").click()
    page.get_by_role("heading", name="Explore", level=1).wait_for()
    page.get_by_role("button", name="Event: Series A").or_(
        page.get_by_role("button", name="Series A")
    ).first.wait_for()


def test_a_north_star_is_changed_and_deleted(page: Any, shop: RunningServer) -> None:
    key = f"star-{uuid.uuid4().hex[:6]}"
    metric = {"name": "Views", "series": [{"event": "Product Viewed"}]}
    body = {"key": key, "name": key, "question": {"kind": "north_star", "metric": metric}}
    with shop.api() as api:
        api.post("/api/v1/saved-insights", json=body).raise_for_status()
    page.goto(f"/north-star?key={key}&edit=1")
    called = page.get_by_role("textbox", name="Name of the metric: The number")
    called.fill("Looks")
    called.press("Enter")
    page.get_by_role("region", name="Looks").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("It has no inputs yet").wait_for()
    with shop.api() as api:
        assert api.get(f"/api/v1/saved-insights/{key}").json()["version"] == 2
    page.goto("/insights?list=saved")
    page.get_by_role("dialog").get_by_role("button", name="Checkout").first.wait_for()
    assert page.get_by_role("dialog").get_by_text(key).count() == 0
    page.goto(f"/north-star?key={key}")
    page.get_by_role("button", name="More for this north star").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").wait_for(state="detached")
    with shop.api() as api:
        assert api.get(f"/api/v1/saved-insights/{key}").status_code == 404


def test_both_are_reached_by_keys_and_by_the_palette(page: Any) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Home", level=1).wait_for()
    page.keyboard.press("g")
    page.keyboard.press("v")
    page.get_by_role("heading", name="Customer value", level=1).wait_for()
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url("**/north-star")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("searchbox").fill("customer v")
    page.get_by_role("menuitem", name="Customer value").click()
    page.wait_for_url("**/value")
