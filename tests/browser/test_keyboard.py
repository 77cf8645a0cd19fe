"""What people do all day, without touching a mouse."""

from __future__ import annotations

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
