"""What people do all day, without touching a mouse."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.browser.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement?.textContent || ''"))


def test_jump_with_two_keys(page: Any) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Home", level=1).wait_for()
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/sources")


def test_skip_link_leads_to_the_content(page: Any) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Home", level=1).wait_for()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_palette_finds_a_page_and_closes_at_once(page: Any) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Home", level=1).wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("sett")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("sett")
    page.get_by_role("menuitem", name="Settings").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings")


def test_palette_finds_a_person(page: Any) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Home", level=1).wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("sarah")
    page.get_by_role("menuitem", name="Sarah Kapoor").wait_for()


def test_open_a_source_and_come_back(page: Any) -> None:
    """Tab to the table, arrow to a row, Enter; Escape returns to where one was."""
    page.goto("/sources")
    table = page.get_by_role("grid", name="Sources")
    table.wait_for()
    table.get_by_role("row").nth(1).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Web shop").wait_for()
    assert "open=web-shop" in page.url
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert "open=" not in page.url


def test_slash_goes_to_the_search_of_the_page(page: Any) -> None:
    page.goto("/accounts")
    page.get_by_role("searchbox", name="Search accounts").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("bazaar")
    page.wait_for_url("**/accounts?q=bazaar")
    page.get_by_role("row", name="Bazaar Club").wait_for()
    assert page.get_by_role("row", name="Acme Yoga Studios").count() == 0


def test_names_of_columns_go_into_the_query_where_the_cursor_is(page: Any) -> None:
    page.goto("/sql")
    query = page.get_by_role("textbox", name="Query")
    query.fill("SELECT  FROM events")
    for _ in range(len(" FROM events")):
        query.press("ArrowLeft")
    page.get_by_role("searchbox", name="Find a table or column").fill("message_id")
    names = page.get_by_role("navigation", name="Tables")
    names.get_by_role("button", name="message_id", exact=True).first.press("Enter")
    assert query.input_value() == "SELECT message_id FROM events"
    page.keyboard.press("Control+Enter")
    page.get_by_role("columnheader", name="message_id").wait_for()


def test_sql_runs_with_control_enter(page: Any) -> None:
    page.goto("/sql")
    query = page.get_by_role("textbox", name="Query")
    query.fill("SELECT event FROM events WHERE message_id = 'refund-1'")
    page.keyboard.press("Control+Enter")
    page.get_by_role("row", name="Order Refunded").wait_for()
    assert "query=SELECT" in page.url
    query.fill("SELECT nothing FROM nowhere")
    page.keyboard.press("Control+Enter")
    page.get_by_role("alert").wait_for()


def test_sql_completes_names_and_colours_what_is_written(page: Any) -> None:
    page.goto("/sql")
    query = page.get_by_role("textbox", name="Query")
    page.get_by_role("navigation", name="Tables").locator("summary").first.wait_for()
    query.press_sequentially("SELECT x.mess")
    assert page.get_by_role("listbox").count() == 0
    for _ in range(len(".mess")):
        query.press("Backspace")
    query.press_sequentially(" FROM eve")
    page.get_by_role("option", name="events", exact=False).first.wait_for()
    page.keyboard.press("Enter")
    query.press_sequentially(" x WHERE x.message_i")
    page.get_by_role("option", name="message_id").wait_for()
    page.keyboard.press("Tab")
    assert query.input_value() == "SELECT x FROM events x WHERE x.message_id"
    query.press_sequentially(" = 'ev")
    assert page.get_by_role("listbox").count() == 0
    colours = {
        piece.inner_text(): piece.get_attribute("data-colour")
        for piece in page.locator("pre [data-colour]").all()
    }
    assert colours["SELECT"] == "keyword"
    assert colours["events"] == "table"
    assert colours["message_id"] == "column"
    assert colours["'ev"] == "string"
    for _ in range(len(" = 'ev") + 1):
        query.press("Control+z")
        if query.input_value().endswith("WHERE x.message_i"):
            break
    assert query.input_value().endswith("WHERE x.message_i")


def test_suggestions_close_with_escape_and_tab_leaves_the_query(page: Any) -> None:
    page.goto("/sql")
    query = page.get_by_role("textbox", name="Query")
    query.press("Control+Space")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    options.first.wait_for()
    assert violations(page) == []
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    chosen = query.get_attribute("aria-activedescendant")
    assert page.locator(f"[id='{chosen}']").get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    page.get_by_role("listbox").wait_for(state="detached")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") != "TEXTAREA"


def test_tables_are_at_hand_on_a_telephone(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/sql")
    page.get_by_role("button", name="Tables").press("Enter")
    page.get_by_role("searchbox", name="Find a table or column").fill("message_id")
    names = page.get_by_role("navigation", name="Tables")
    names.get_by_role("button", name="message_id", exact=True).first.press("Enter")
    query = page.get_by_role("textbox", name="Query")
    assert query.input_value().startswith("SELECT message_id FROM ")
    assert query.evaluate("field => field === document.activeElement")
    assert not names.is_visible()


def tab_to(page: Any, name: str, *, most: int = 80) -> None:
    """Press Tab until something is focused whose name has these words."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        said = str(page.evaluate(NAMED))
        seen.append(said)
        if re.search(name, said):
            return
    raise AssertionError(f"{name} is not reached: {seen}")


NAMED = """(() => {
  const one = document.activeElement
  const by = (one.getAttribute('aria-labelledby') || '').split(' ')
  const labels = by.map((id) => document.getElementById(id)?.textContent || '')
  const label = one.labels?.[0]?.textContent || ''
  return [one.getAttribute('aria-label'), ...labels, label, one.innerText].join(' ').trim()
})()"""


def is_lost(page: Any) -> bool:
    """Nothing has the focus."""
    return bool(page.evaluate("document.activeElement === document.body"))


def test_a_segment_from_the_list_to_saved_with_keys_alone(page: Any) -> None:
    name = f"Tabbed {uuid.uuid4().hex[:6]}"
    page.goto("/segments")
    page.get_by_role("heading", name="Segments", level=1).wait_for()
    tab_to(page, "^New segment")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New segment", level=1).wait_for()
    tab_to(page, "^Name") if is_lost(page) else None
    page.keyboard.type(name)
    tab_to(page, "^Event")
    page.keyboard.type("refund")
    page.get_by_role("option", name=re.compile("Order Refunded")).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("1", exact=True).wait_for()
    assert not is_lost(page)
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if "Save segment" in str(page.evaluate(NAMED)):
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=name, level=1).wait_for()


def test_a_question_from_asked_to_its_people_with_keys_alone(page: Any) -> None:
    name = f"Asked {uuid.uuid4().hex[:6]}"
    page.goto("/insights?view=table")
    page.get_by_role("columnheader", name="Period").wait_for()
    tab_to(page, "^Save$")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert "Name" in str(page.evaluate(NAMED))
    page.keyboard.press("Control+a")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=name, level=1).wait_for()
    page.get_by_role("dialog").wait_for(state="detached")
    assert not is_lost(page)
    tab_to(page, "who are they")
    number = page.evaluate(NAMED)
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("listitem").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.wait_for_timeout(200)
    assert page.evaluate(NAMED) == number


def test_a_card_is_added_with_keys_alone(page: Any) -> None:
    page.goto("/dashboards/shop")
    page.get_by_role("region", name="Checkout", exact=True).wait_for()
    tab_to(page, "^Change$")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add cards").wait_for()
    assert "Add cards" in str(page.evaluate(NAMED))
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("checkbox").first.wait_for()
    tab_to(page, "Orders a day")
    page.keyboard.press("Space")
    tab_to(page, "^Add 1 card")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("region", name="Orders a day").wait_for()
    page.wait_for_timeout(200)
    assert not is_lost(page)
    tab_to(page, "^Cancel$") if "Cancel" not in str(page.evaluate(NAMED)) else None
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Change", exact=True).wait_for()
    assert "Change" in str(page.evaluate(NAMED))
