"""Each page shows what it is for, with and without data, and says so when the server is gone."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.browser.conftest import new_context
from tests.browser.test_accessibility import violations
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def test_home_balances(page: Any, shop: RunningServer) -> None:
    with shop.api() as api:
        totals = api.get("/api/v1/balance").json()["totals"]
    page.goto("/")
    books = page.get_by_role("region", name="The books")
    books.get_by_text("Every accepted event is accounted for").wait_for()
    shown = books.get_by_role("figure").inner_text()
    assert re.search(rf"Duplicate\s+{totals['duplicate']}\b", shown)
    assert re.search(rf"Quarantined\s+{totals['quarantined']}\b", shown)
    assert totals["quarantined"] > 0


def test_home_leads_to_the_list_behind_each_number(page: Any) -> None:
    for name, place in {
        "Stored": "**/events",
        "Duplicate": "**/live?status=duplicate",
        "Quarantined": "**/quarantine?status=all",
        "Pending": "**/live",
    }.items():
        page.goto("/")
        page.get_by_role("region", name="The books").get_by_role("link", name=name).click()
        page.wait_for_url(place)


def test_home_tells_what_changed(page: Any, shop: RunningServer) -> None:
    with shop.api() as api:
        changes = api.get("/api/v1/overview/changes").json()
    page.goto("/")
    card = page.get_by_role("region", name="What changed")
    card.get_by_role("link", name=f"{changes['new_people']} new people").wait_for()
    quarantined = card.get_by_role("link", name="went to quarantine").inner_text()
    assert quarantined.startswith(f"{changes['quarantined']} event")
    card.get_by_role("link", name=changes["new_events"][0]["event"], exact=True).click()
    page.get_by_role("dialog", name=changes["new_events"][0]["event"]).wait_for()


def test_live_opens_with_what_happened_last(page: Any) -> None:
    """Also what came twice, and what was refused, with its reason in words."""
    page.goto("/live")
    page.get_by_role("grid", name="Events as they arrive").get_by_role("row").nth(20).wait_for()
    page.goto("/live?status=duplicate")
    page.get_by_role("row").get_by_text("Duplicate").first.wait_for()
    page.goto("/live?status=quarantined")
    page.get_by_text("No event name").first.wait_for()
    page.get_by_role("grid").get_by_role("row").nth(1).press("Enter")
    page.get_by_role("dialog").get_by_role("link").first.click()
    page.wait_for_url("**/quarantine?reason=*")


def test_an_event_appears_while_one_watches(page: Any, shop: RunningServer) -> None:
    message = str(uuid.uuid4())
    page.goto("/live")
    page.get_by_text("Live", exact=True).nth(1).wait_for()
    page.get_by_role("grid").get_by_role("row").nth(1).wait_for()
    with shop.tracking() as tracking:
        body = {"userId": "watched", "event": "Door Opened", "messageId": message}
        tracking.post("/v1/track", json={**body, "properties": {"door": 7}}).raise_for_status()
    page.get_by_role("row", name="Door Opened").click()
    drawer = page.get_by_role("dialog", name="Door Opened")
    drawer.get_by_text(message).first.wait_for()
    assert f"open={message}" in page.url
    drawer.get_by_role("tab", name="Trace").click()
    drawer.get_by_text("Loaded into the warehouse").wait_for()


def test_live_pauses_with_space_and_loses_nothing(page: Any, shop: RunningServer) -> None:
    page.goto("/live?q=paused")
    page.get_by_role("heading", name="Live", level=1).wait_for()
    page.get_by_text("No event matches the filter").wait_for()
    page.wait_for_timeout(500)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Resume").wait_for()
    with shop.tracking() as tracking:
        tracking.post("/v1/track", json={"userId": "p", "event": "While paused"}).raise_for_status()
        tracking.post("/v1/track", json={"userId": "p", "event": "Filtered"}).raise_for_status()
    page.get_by_text("Paused, 1 new event waits").wait_for()
    assert page.get_by_role("row", name="While paused").count() == 0
    page.keyboard.press("Space")
    page.get_by_role("row", name="While paused").wait_for()
    assert page.get_by_role("row", name="Filtered").count() == 0


def test_make_a_source_and_send_with_its_snippet(page: Any, shop: RunningServer) -> None:
    name = f"Shop {uuid.uuid4().hex[:6]}"
    page.goto("/sources")
    page.get_by_role("button", name="New source").click()
    dialog = page.get_by_role("dialog", name="New source")
    dialog.get_by_role("textbox", name="Name").fill(name)
    dialog.get_by_role("button", name="New source").click()
    drawer = page.get_by_role("dialog", name=name)
    drawer.get_by_role("tab", name="curl").click()
    snippet = drawer.get_by_role("region", name="curl").inner_text()
    key = re.search(r"wk_[0-9a-f]{32}", snippet)
    assert key is not None
    assert shop.base_url in snippet
    with shop.tracking() as tracking:
        sent = tracking.post("/v1/track", json={"userId": "a", "event": "X"}, auth=(key[0], ""))
    assert sent.status_code == 200
    drawer.get_by_role("button", name="Rotate key").click()
    page.get_by_role("dialog", name="Rotate key").get_by_role("button", name="Rotate key").click()
    drawer.get_by_text(re.compile("^Ends ")).wait_for()


def test_a_source_is_edited(page: Any, shop: RunningServer) -> None:
    with shop.api() as api:
        made = api.post("/api/v1/sources", json={"name": f"Old {uuid.uuid4().hex[:6]}"}).json()
    page.goto(f"/sources?open={made['slug']}")
    page.get_by_role("dialog").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Edit "))
    save = dialog.get_by_role("button", name="Save")
    assert save.is_disabled()
    dialog.get_by_role("textbox", name="Name").fill("Renamed desk")
    dialog.get_by_role("textbox", name="Brand").fill("Brands Bazaar")
    dialog.get_by_role("textbox", name="Keep for days").fill("30 days")
    dialog.get_by_role("button", name="Kind").click()
    page.get_by_role("option", name="Help desk").click()
    assert violations(page) == []
    save.click()
    page.get_by_role("dialog", name="Renamed desk").wait_for()
    with shop.api() as api:
        now = api.get(f"/api/v1/sources/{made['slug']}").json()
    assert (now["name"], now["brand"], now["kind"], now["ttl_days"]) == (
        "Renamed desk",
        "Brands Bazaar",
        "helpdesk",
        30,
    )
    assert now["write_keys"][0]["key"] == made["write_keys"][0]["key"]


def test_links_change_the_page_without_loading_it_anew(page: Any) -> None:
    """From an account to its people, and from the palette to a person."""
    page.goto("/accounts?open=acme")
    page.evaluate("window.stayed = true")
    page.get_by_role("dialog").get_by_role("link", name="Sarah Kapoor").click()
    page.get_by_role("heading", name="Sarah Kapoor", level=1).wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("searchbox").fill("neha@")
    page.get_by_role("menuitem", name="Neha Reddy").click()
    page.get_by_role("heading", name="Neha Reddy", level=1).wait_for()
    assert page.evaluate("window.stayed") is True


def test_an_api_key_is_shown_once(page: Any, shop: RunningServer) -> None:
    page.goto("/settings")
    page.get_by_role("button", name="New API key").click()
    page.get_by_role("textbox", name="Name").fill("nightly export")
    page.get_by_role("dialog").get_by_role("button", name="New API key").click()
    secret = page.get_by_role("region", name="API key", exact=True).inner_text().strip()
    page.get_by_role("button", name="I have copied it").click()
    page.get_by_role("row", name="nightly export").wait_for()
    assert secret.startswith("rk_")
    assert secret not in page.content()
    with shop.api() as api:
        read = {"authorization": f"Bearer {secret}"}
        assert api.get("/api/v1/balance", headers=read).status_code == 200


def test_language_and_theme_are_kept(chromium: Any, shop: RunningServer) -> None:
    context = new_context(chromium, shop)
    page = context.new_page()
    page.goto("/settings")
    page.get_by_role("radio", name="العربية").click()
    page.get_by_role("heading", name="الإعدادات", level=1).wait_for()
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.evaluate("localStorage.getItem('rapport.language')") == "ar"
    page.get_by_role("radio", name="داكن").click()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    context.close()


def test_empty_pages_show_a_line_that_works(empty_page: Any, empty_shop: RunningServer) -> None:
    for path in ("/", "/live", "/accounts"):
        empty_page.goto(path)
        line = empty_page.get_by_role("region", name="curl")
        line.wait_for()
        assert empty_shop.write_key in line.inner_text()


def test_live_comes_back_by_itself(page: Any) -> None:
    """Also after an answer on which a browser by itself gives up."""
    page.route("**/api/v1/live*", lambda route: route.fulfill(status=503, body="{}"))
    page.goto("/live")
    page.get_by_text("What arrives meanwhile is kept").wait_for()
    page.unroute("**/api/v1/live*")
    page.get_by_role("grid").get_by_role("row").nth(1).wait_for()


def test_a_server_that_is_gone_is_told(page: Any) -> None:
    page.route("**/api/v1/overview*", lambda route: route.abort())
    page.goto("/")
    page.get_by_text("The server cannot be reached").wait_for()
    page.unroute("**/api/v1/overview*")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("region", name="The books").wait_for()
