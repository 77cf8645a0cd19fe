"""Finding people by what one knows of them, with the question in the address."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def names(page: Any) -> list[str]:
    rows = page.get_by_role("grid", name="Profiles").get_by_role("rowheader").all_inner_texts()
    return [str(text).splitlines()[-1].strip() for text in rows]


def test_find_a_person_and_open_with_keys_alone(page: Any) -> None:
    page.goto("/profiles")
    page.get_by_role("grid", name="Profiles").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("sarah@")
    page.wait_for_url("**/profiles?q=sarah%40")
    row = page.get_by_role("row", name="Sarah Kapoor")
    row.wait_for()
    page.wait_for_function("document.querySelectorAll('[role=rowheader]').length === 1")
    row.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sarah Kapoor", level=1).wait_for()
    page.go_back()
    row.wait_for()
    assert page.get_by_role("searchbox", name="Search people").input_value() == "sarah@"


def test_filters_are_in_the_address(page: Any, shop: RunningServer) -> None:
    page.goto("/profiles?brand=Brands+Bazaar&known=true")
    page.get_by_role("grid", name="Profiles").wait_for()
    with shop.api() as api:
        asked = {"brand": "Brands Bazaar", "known": "true", "limit": 5}
        items = api.get("/api/v1/profiles", params=asked).json()["items"]
    assert names(page)[:3] == [item["name"] for item in items[:3]]
    page.get_by_role("button", name="Who").click()
    page.get_by_role("option", name="Anonymous").click()
    page.wait_for_url("**known=false*")
    page.get_by_text("Nobody fits").wait_for()
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_role("grid", name="Profiles").get_by_role("row").nth(5).wait_for()
    assert page.url.endswith("/profiles")


def test_the_count_is_that_of_all(page: Any, shop: RunningServer) -> None:
    page.goto("/profiles")
    with shop.api() as api:
        total = api.get("/api/v1/overview").json()["totals"]["profiles"]
    assert total > 0
    page.get_by_role("status").get_by_text(f"{total} people").wait_for()


def test_nobody_yet_shows_the_first_step(empty_page: Any, empty_shop: RunningServer) -> None:
    empty_page.goto("/profiles")
    empty_page.get_by_text("Nobody here yet").wait_for()
    assert empty_shop.write_key in empty_page.get_by_role("region", name="curl").inner_text()
    empty_page.goto("/profiles/user_id:nobody")
    empty_page.get_by_role("alert").get_by_text("This does not exist").wait_for()
