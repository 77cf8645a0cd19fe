"""Finding people by what one knows of them, with the question in the address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessibility import violations
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
    page.get_by_role("rowheader").nth(1).wait_for(state="detached")
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


def test_the_last_active_come_first_and_the_order_is_in_the_address(
    page: Any, shop: RunningServer
) -> None:
    page.goto("/profiles")
    page.get_by_role("grid", name="Profiles").get_by_role("row").nth(5).wait_for()
    with shop.api() as api:
        latest = api.get("/api/v1/profiles", params={"limit": 5}).json()["items"]
        oldest = {"limit": 5, "sort": "last_seen"}
        first = api.get("/api/v1/profiles", params=oldest).json()["items"]
    assert names(page)[:5] == [item["name"] for item in latest]
    page.get_by_role("columnheader", name="Last seen").click()
    page.wait_for_url("**sort=last_seen*")
    page.get_by_role("rowheader").first.get_by_text(first[0]["name"]).wait_for()
    assert names(page)[:5] == [item["name"] for item in first]


def test_columns_are_chosen_and_kept(page: Any) -> None:
    page.goto("/profiles")
    page.get_by_role("grid", name="Profiles").wait_for()
    assert page.get_by_role("columnheader", name="First seen").count() == 0
    page.get_by_role("button", name="Choose columns").press("Enter")
    page.get_by_role("menuitemcheckbox", name="First seen").click()
    page.get_by_role("menuitemcheckbox", name="Identifiers").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.reload()
    page.get_by_role("columnheader", name="First seen").wait_for()
    assert page.get_by_role("columnheader", name="Identifiers").count() == 0


def test_chosen_people_are_exported(page: Any) -> None:
    """With keys: choose two, take them as a file, let them go."""
    page.goto("/profiles?q=u1")
    rows = page.get_by_role("grid", name="Profiles").get_by_role("row")
    rows.nth(3).wait_for()
    chosen = names(page)[:2]
    rows.nth(1).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    bar = page.get_by_role("region", name="Chosen rows")
    bar.get_by_text("2 people chosen").wait_for()
    assert violations(page) == []
    with page.expect_download() as file:
        bar.get_by_role("button", name="Export as CSV").press("Enter")
    assert file.value.suggested_filename == "people.csv"
    lines = Path(file.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert all(name in line for name, line in zip(chosen, lines[1:], strict=True))
    rows.nth(1).focus()
    page.keyboard.press("Escape")
    bar.wait_for(state="detached")


def test_all_that_fit_are_exported(page: Any, shop: RunningServer) -> None:
    """Not only those that were loaded."""
    page.goto("/profiles?known=true")
    page.get_by_role("grid", name="Profiles").get_by_role("row").nth(3).wait_for()
    with shop.api() as api:
        count = api.get("/api/v1/profiles?known=true&limit=1").json()["count"]
    page.get_by_role("checkbox", name="Choose all that fit").check(force=True)
    bar = page.get_by_role("region", name="Chosen rows")
    bar.get_by_text(f"{count} people chosen").wait_for()
    with page.expect_download() as file:
        bar.get_by_role("button", name="Export as JSON").click()
    people = json.loads(Path(file.value.path()).read_text("utf-8"))
    assert len(people) == count
    assert all(person["known"] for person in people)
    with page.expect_download() as whole:
        page.get_by_role("button", name="Export all that fit").click()
        page.get_by_role("menuitem", name="Export as CSV").click()
    assert len(Path(whole.value.path()).read_text("utf-8").splitlines()) == count + 1


def test_nobody_yet_shows_the_first_step(empty_page: Any, empty_shop: RunningServer) -> None:
    empty_page.goto("/profiles")
    empty_page.get_by_text("Nobody here yet").wait_for()
    assert empty_shop.write_key in empty_page.get_by_role("region", name="curl").inner_text()
    empty_page.goto("/profiles/user_id:nobody")
    empty_page.get_by_role("alert").get_by_text("This does not exist").wait_for()
