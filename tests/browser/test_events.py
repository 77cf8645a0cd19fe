"""The catalogue: what arrives, how often, with which properties."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def first_names(page: Any) -> list[str]:
    rows = page.get_by_role("grid", name="Events").get_by_role("rowheader").all_inner_texts()
    return [str(text).strip() for text in rows]


def test_sorted_and_narrowed_by_the_address(page: Any) -> None:
    page.goto("/events?type=track&sort=name")
    page.get_by_role("row", name="Order Completed").wait_for()
    assert first_names(page) == sorted(first_names(page))
    page.get_by_role("columnheader", name="Event").click()
    page.wait_for_url("**sort=-name*")
    assert first_names(page) == sorted(first_names(page), reverse=True)
    page.get_by_role("searchbox", name="Search events").fill("refund")
    page.wait_for_url("**q=refund*")
    assert first_names(page) == ["Order Refunded"]


def test_a_kind_tells_its_properties(page: Any, shop: RunningServer) -> None:
    """With keys: open it, see how often each property is filled, then the numbers of the chart."""
    page.goto("/events")
    row = page.get_by_role("row", name="Order Refunded")
    row.wait_for()
    row.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Order Refunded")
    property_ = drawer.get_by_role("row", name="order_id")
    property_.get_by_text("100%").wait_for()
    assert "text" in property_.inner_text()
    assert "sarah-0" in property_.inner_text()
    drawer.get_by_role("button", name="Show as table").press("Enter")
    table = drawer.get_by_role("table", name="Events a day, by source")
    counts = table.locator("tbody td").all_inner_texts()
    with shop.api() as api:
        [sent] = api.get("/api/v1/events/track/Order%20Refunded").json()["volumes"]
    assert [int(count) for count in counts] == [day["count"] for day in reversed(sent["volume"])]
    assert sent["source"] == "service-desk"
    drawer.get_by_text("90 days").click()
    page.wait_for_url("**days=90*")
    page.locator("[role=dialog] tbody tr").nth(89).wait_for(state="attached")
    drawer.get_by_role("tab", name="Samples").click()
    drawer.get_by_role("link", name="sarah").first.click()
    page.get_by_role("heading", name="Sarah Kapoor", level=1).wait_for()


def test_the_events_behind_a_number_are_one_press_away(page: Any) -> None:
    page.goto("/events?open=track:Order%20Refunded")
    page.get_by_role("link", name="Open in SQL").click()
    page.wait_for_url("**/sql?query=*")
    assert "event = 'Order Refunded'" in page.get_by_role("textbox", name="Query").input_value()
    page.get_by_role("grid").get_by_role("row").nth(1).wait_for()


def test_the_volume_is_told_by_source(page: Any) -> None:
    """Bars for eyes, one sentence for those who listen."""
    page.goto("/events?open=track:Order%20Completed")
    drawer = page.get_by_role("dialog", name="Order Completed")
    # Until the names of the sources are there, their keys stand for them.
    spoken = re.compile("Events a day by source.*(Web shop.*Mobile app|Mobile app.*Web shop)")
    drawer.get_by_role("img", name=spoken).wait_for()


def test_no_events_yet(empty_page: Any, empty_shop: RunningServer) -> None:
    empty_page.goto("/events")
    empty_page.get_by_text("No events yet").wait_for()
    assert empty_shop.write_key in empty_page.get_by_role("region", name="curl").inner_text()
