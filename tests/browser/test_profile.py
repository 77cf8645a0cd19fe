"""One person: why a value is what it is, what happened, and why this is one person."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.browser.test_accessibility import violations
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def person(shop: RunningServer, name: str, **traits: object) -> str:
    """Somebody new, of whom two calls on one device tell; gives the user id."""
    user = f"{name.lower()}-{uuid.uuid4().hex[:8]}"
    email = f"{user}@example.org"
    with shop.tracking() as tracking:
        for city in ("Delhi", "Goa"):
            said = {"name": name, "email": email, "city": city, **traits}
            body = {"userId": user, "anonymousId": f"device-{user}", "traits": said}
            tracking.post("/v1/identify", json=body).raise_for_status()
            shop.settle()
    return user


def test_why_a_value_on_focus_and_in_full(page: Any, shop: RunningServer) -> None:
    user = person(shop, "Asha")
    page.goto(f"/profiles/user_id:{user}")
    value = page.get_by_role("link", name="Goa")
    value.wait_for()
    page.get_by_role("tab", name="Overview").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Goa":
            break
    page.get_by_role("tooltip").get_by_text("1 other value lost").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/traits?trait=city")
    candidates = page.get_by_role("table", name="Candidates for city")
    candidates.get_by_role("row", name="Goa").get_by_text("Chosen").wait_for()
    candidates.get_by_role("row", name="Delhi").get_by_text("Older").wait_for()


def test_pin_a_value_and_let_go(page: Any, shop: RunningServer) -> None:
    user = person(shop, "Bela")
    page.goto(f"/profiles/user_id:{user}/traits")
    page.get_by_role("button", name="Pin city").click()
    dialog = page.get_by_role("dialog", name="Pin city")
    dialog.get_by_role("textbox", name="Value").fill("Pune")
    pin = dialog.get_by_role("button", name="Pin value")
    assert pin.is_disabled()
    dialog.get_by_role("textbox", name="Reason").fill("she told us on the phone")
    assert violations(page) == []
    pin.click()
    dialog.wait_for(state="detached")
    row = page.get_by_role("row", name="city")
    row.get_by_text("Pune").wait_for()
    page.get_by_role("button", name="city", exact=True).click()
    page.get_by_text("she told us on the phone").wait_for()
    page.get_by_role("button", name="Unpin city").click()
    page.get_by_role("dialog").get_by_role("button", name="Unpin", exact=True).click()
    page.get_by_role("dialog").wait_for(state="detached")
    row.get_by_role("cell", name="Goa", exact=True).wait_for()


def test_timeline_narrows_and_opens(page: Any) -> None:
    page.goto("/profiles/user_id:sarah/timeline")
    page.get_by_role("button", name="Order Refunded").first.wait_for()
    page.get_by_role("button", name="Type").click()
    page.get_by_role("option", name="Identify").click()
    page.wait_for_url("**type=identify*")
    panel = page.get_by_role("tabpanel", name="Timeline")
    panel.get_by_role("listitem").first.wait_for()
    assert panel.get_by_role("button", name="Order Refunded").count() == 0
    page.goto("/profiles/user_id:sarah/timeline?event=Order+Refunded")
    page.get_by_role("button", name="Order Refunded").nth(1).press("Enter")
    drawer = page.get_by_role("dialog", name="Order Refunded")
    drawer.get_by_text("refund-").first.wait_for()
    assert "open=refund-" in page.url
    drawer.get_by_role("tab", name="Trace").click()
    drawer.get_by_text("Loaded into the warehouse").wait_for()


def test_two_identifiers_show_what_joins_them(page: Any, shop: RunningServer) -> None:
    user = person(shop, "Chitra")
    page.goto(f"/profiles/user_id:{user}/identity")
    table = page.get_by_role("table", name="Identifiers")
    for value in (f"device-{user}", f"{user}@example.org"):
        table.get_by_role("checkbox", name=value).press("Space")
    path = page.get_by_role("list", name="What joins them")
    path.get_by_text("2 events").first.wait_for()
    assert [user in text for text in path.get_by_role("listitem").all_inner_texts()] == [True] * 3
    graph = page.get_by_role("region", name="Why this is one person")
    pressed = graph.locator("[aria-pressed=true]")
    assert pressed.count() == 2
    assert "a=" in page.url
    pressed.first.press("Enter")
    page.wait_for_url(lambda url: "b=" not in url)


def test_merge_with_preview_then_undo(page: Any, shop: RunningServer) -> None:
    """By keys alone: find the other person, look, say why, merge; then take it back."""
    one, other = person(shop, "Deepa"), person(shop, "Esha")
    page.goto(f"/profiles/user_id:{one}")
    page.get_by_role("button", name="Merge…").press("Enter")
    dialog = page.get_by_role("dialog")
    search = dialog.get_by_role("searchbox", name="Find the other person")
    search.focus()
    page.keyboard.type(other)
    dialog.get_by_role("radio", name="Esha").press("Space")
    preview = dialog.get_by_role("region", name="What this changes")
    preview.get_by_text("2 events move along").wait_for()
    assert preview.inner_text().count(f"{other}@example.org") == 2
    assert violations(page) == []
    confirm = dialog.get_by_role("button", name="Merge profiles")
    assert confirm.is_disabled()
    dialog.get_by_role("textbox", name="Reason").focus()
    page.keyboard.type("same person, told by herself")
    confirm.press("Enter")
    dialog.wait_for(state="detached")
    page.goto(f"/profiles/user_id:{one}/identity")
    identifiers = page.get_by_role("table", name="Identifiers")
    identifiers.get_by_text(f"{other}@example.org").wait_for()

    page.get_by_role("button", name="Undo…").press("Enter")
    dialog.get_by_role("region", name="What this changes").get_by_text("2 events").wait_for()
    dialog.get_by_role("textbox", name="Reason").focus()
    page.keyboard.type("a misunderstanding")
    dialog.get_by_role("button", name="Undo decision").press("Enter")
    dialog.wait_for(state="detached")
    identifiers.get_by_text(f"{other}@example.org").wait_for(state="detached")
    identifiers.get_by_text(f"{one}@example.org").wait_for()


def test_split_two_identifiers(page: Any, shop: RunningServer) -> None:
    user = person(shop, "Farah")
    device = f"anonymous_id:device-{user}"
    page.goto(f"/profiles/user_id:{user}/identity?a=user_id:{user}&b={device}")
    page.get_by_role("button", name="Split…").click()
    dialog = page.get_by_role("dialog", name="Split Farah")
    dialog.get_by_role("region", name="What this changes").wait_for()
    dialog.get_by_role("textbox", name="Reason").fill("a tablet in the shop")
    assert violations(page) == []
    dialog.get_by_role("button", name="Split profile").click()
    dialog.wait_for(state="detached")
    table = page.get_by_role("table", name="Identifiers")
    table.get_by_text(f"device-{user}").wait_for(state="detached")
    page.get_by_role("table", name="Refused").get_by_text("not_the_same").first.wait_for()


def test_every_tab_at_once_and_an_old_address(page: Any, shop: RunningServer) -> None:
    """Tabs are links one can share; an e-mail address finds the same person."""
    page.goto("/profiles/email:sarah@example.org")
    for name, path in (("Timeline", "timeline"), ("Identity", "identity"), ("Traits", "traits")):
        page.get_by_role("tab", name=name).click()
        page.wait_for_url(f"**/profiles/email*sarah*/{path}")
    page.reload()
    tab = page.get_by_role("tab", name="Traits")
    tab.wait_for()
    assert tab.get_attribute("aria-selected") == "true"
