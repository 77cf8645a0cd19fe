"""Explore and dashboards: ask, see, look behind a number, keep, arrange."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.pages import FUNNEL, PAGES
from tests.browser.test_accessibility import violations
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]


def asked(page: Any) -> Any:
    """The question in the address."""
    [text] = parse_qs(urlsplit(page.url).query)["q"]
    return json.loads(text)


def answer(page: Any) -> Any:
    return page.get_by_role("region", name="Answer")


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_role("button", name=re.compile(rf"\b{label}$")).first.press("Enter")
    page.get_by_role("option", name=option, exact=True).press("Enter")
    page.get_by_role("listbox").wait_for(state="detached")


def find(page: Any, label: str, text: str) -> None:
    page.get_by_role("button", name=re.compile(rf"\b{label}$")).first.press("Enter")
    page.get_by_role("combobox", name="Search", exact=True).fill(text)
    page.get_by_role("option", name=text, exact=True).wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("listbox").wait_for(state="detached")


def test_a_link_carries_the_question(page: Any, shop: RunningServer) -> None:
    """And its numbers lead to the people behind them, to the reason, and to the profile."""
    with shop.api() as api:
        steps = api.post("/api/v1/insights/funnel", json=FUNNEL).json()["steps"]
    page.goto(PAGES["insights-funnel"])
    answer(page).get_by_role("button", name=f"{steps[1]['count']} people", exact=True).click()
    drawer = page.get_by_role("dialog", name="Reached Order Completed")
    drawer.get_by_text(f"{steps[1]['count']} people", exact=True).wait_for()
    assert drawer.get_by_role("listitem").count() == min(50, steps[1]["count"])
    name = drawer.get_by_role("link").first.inner_text()
    drawer.get_by_role("button", name=f"Why {name}").click()
    drawer.get_by_text("Reached step 2 of 2").wait_for()
    drawer.get_by_text("begins a chain").first.wait_for()
    assert "who=p_" in page.url
    drawer.get_by_role("link", name=name).click()
    page.get_by_role("heading", name=name, level=1).wait_for()


def test_a_question_is_written_with_keys(page: Any) -> None:
    page.goto("/insights")
    answer(page).get_by_role("radio", name="Table").press("Enter")
    page.wait_for_url("**view=table*")
    page.get_by_role("button", name="Order Completed Series A").press("Enter")
    page.get_by_role("combobox", name="Search", exact=True).fill("refund")
    page.get_by_role("option", name=re.compile("Order Refunded")).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**Order+Refunded**")
    choose(page, "Measure", "people")
    page.wait_for_url(lambda url: "people" in url)
    answer(page).get_by_role("columnheader", name="Order Refunded · people").wait_for()
    assert asked(page)["series"] == [{"event": "Order Refunded", "measure": "people"}]
    page.get_by_role("button", name="YAML").press("Enter")
    text = page.get_by_role("textbox", name="The question as text")
    written = text.input_value()
    assert "measure: people" in written
    text.fill(written.replace("measure: people", "measure: events"))
    answer(page).get_by_role("columnheader", name="Order Refunded", exact=True).wait_for()
    text.fill("kind: [")
    page.get_by_text(re.compile("line 1")).wait_for()
    assert violations(page) == []


def test_a_refused_question_keeps_the_last_answer(page: Any) -> None:
    page.goto(PAGES["insights-funnel"])
    answer(page).get_by_text("Conversion").wait_for()
    page.get_by_role("button", name="YAML").click()
    text = page.get_by_role("textbox", name="The question as text")
    text.fill(text.input_value().replace("7d", "soon"))
    answer(page).get_by_role("alert").get_by_text("window").wait_for()
    assert answer(page).get_by_text("Conversion").is_visible()


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_long_question_tells_how_far_it_is_and_is_cancelled(page: Any, way: str) -> None:
    """The shop answers at once: here the question is held back, and its progress made up."""
    calls: list[str] = []

    def held(route: Any) -> None:
        calls.append(route.request.url.rpartition("run=")[2])

    def told(route: Any) -> None:
        run = urlsplit(route.request.url).path.rpartition("/")[2]
        if route.request.method == "DELETE":
            calls.append(f"cancel {run}")
            return route.fulfill(json={"ok": True})
        far = {"id": run, "kind": "funnel", "by": "ada", "started_at": "", "of": 5000, "done": 2000}
        return route.fulfill(json=far)

    page.goto(PAGES["insights-funnel"])
    answer(page).get_by_text("Conversion").wait_for()
    page.get_by_role("button", name="YAML").click()
    text = page.get_by_role("textbox", name="The question as text")
    page.route("**/api/v1/insights/funnel?run=*", held)
    page.route("**/api/v1/insights/running/*", told)
    with page.expect_event("requestfailed", lambda request: "run=" in request.url):
        text.fill(text.input_value().replace("7d", "8d" if way == "key" else "9d"))
        answer(page).get_by_text("2,000 of 5,000 events looked at").wait_for()
        assert violations(page) == []
        if way == "key":
            page.keyboard.press("Escape")
        else:
            answer(page).get_by_role("button", name="Cancel").click()
    answer(page).get_by_text("You cancelled this question").wait_for()
    [run, cancelled] = calls
    assert cancelled == f"cancel {run}"
    assert violations(page) == []
    page.unroute_all(behavior="ignoreErrors")
    answer(page).get_by_role("button", name="Ask again").click()
    answer(page).get_by_text("You cancelled this question").wait_for(state="detached")
    answer(page).get_by_text(re.compile("computed in")).wait_for()


def test_files_of_an_answer(page: Any) -> None:
    page.goto(PAGES["insights-funnel"])
    answer(page).get_by_text("Conversion").wait_for()
    for entry, name in (("Chart as PNG", "funnel.png"), ("Numbers as CSV", "funnel-main.csv")):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=entry).click()
        assert download.value.suggested_filename == name
        held = download.value.path().read_bytes()
        assert held.startswith(b"\x89PNG" if name.endswith("png") else b"\xef\xbb\xbfStep,People")


def test_kept_opened_and_deleted(page: Any, shop: RunningServer) -> None:
    page.goto(PAGES["insights-lifecycle"])
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Who comes back")
    assert dialog.get_by_role("textbox", name="Key").input_value() == "who-comes-back"
    assert violations(page) == []
    dialog.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Who comes back", level=1).wait_for()
    assert "saved=who-comes-back" in page.url
    with shop.api() as api:
        kept = api.get("/api/v1/saved-insights/who-comes-back").json()
    assert kept["question"] == {"kind": "lifecycle"}
    page.get_by_role("button", name=re.compile("^Saved")).click()
    page.get_by_role("button", name="Delete Who comes back").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete Who comes back").wait_for(state="detached")
    with shop.api() as api:
        assert api.get("/api/v1/saved-insights/who-comes-back").status_code == 404


def test_a_dashboard_is_arranged_with_keys(page: Any, shop: RunningServer) -> None:
    page.goto("/dashboards")
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_role("textbox", name="Name").fill("Monday")
    page.get_by_role("dialog").get_by_role("button", name="New dashboard").click()
    page.get_by_role("heading", name="Monday", level=1).wait_for()
    page.get_by_role("button", name="Add cards").click()
    for name in ("Checkout", "Views"):
        page.get_by_role("checkbox", name=re.compile(name)).check()
    page.get_by_role("button", name="Add 2 cards").click()
    handle = page.get_by_role("button", name="Move Checkout, 1 of 2")
    handle.press("ArrowRight")
    page.get_by_text("Now 2 of 2").wait_for(state="attached")
    page.get_by_role("button", name="Wider: Views").press("Enter")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_role("button", name="Change", exact=True).wait_for()
    with shop.api() as api:
        cards = api.get("/api/v1/dashboards/monday").json()["cards"]
    assert [(card["insight"], card["width"]) for card in cards] == [("views", 8), ("checkout", 6)]
    choose(page, "Time", "the last 7 days")
    page.wait_for_url("**from=7d*")
    card = page.get_by_role("region", name="Checkout")
    card.get_by_role("link", name="Checkout").click()
    page.wait_for_url("**/insights?*")
    assert asked(page)["from"] == "7d"


def test_nothing_asked_and_nothing_kept(empty_page: Any) -> None:
    empty_page.goto("/insights")
    empty_page.get_by_text("Nobody fits this question").wait_for()
    empty_page.goto("/dashboards")
    empty_page.get_by_text("No dashboards yet").wait_for()


def test_attribution_leads_to_the_touches_of_a_person(page: Any, shop: RunningServer) -> None:
    question = {
        "kind": "attribution",
        "touches": [{"event": "Product Viewed"}],
        "by": "source",
        "rule": "linear",
    }
    with shop.api() as api:
        [first, *_] = api.post("/api/v1/insights/attribution", json=question).json()["touches"]
    page.goto("/insights?" + urlencode({"q": json.dumps(question), "view": "table"}))
    row = answer(page).get_by_role("row", name=re.compile(re.escape(first["value"])))
    row.get_by_role("button").last.click()
    drawer = page.get_by_role("dialog", name=f"Due to {first['value']}")
    drawer.get_by_text(f"{first['people']} people", exact=True).wait_for()
    drawer.get_by_role("button", name=re.compile("^Why ")).first.click()
    drawer.get_by_text(re.compile(r"^\d+ conversions?$")).wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    choose(page, "Rule", "all, the ends more")
    page.get_by_role("spinbutton", name="Share of the first, in percent").wait_for()
    assert asked(page)["rule"] == "position"


def test_revenue_leads_to_the_orders_of_a_person(page: Any, shop: RunningServer) -> None:
    with shop.api() as api:
        total = api.post("/api/v1/insights/revenue", json={"period": "month"}).json()["total"]
    page.goto(PAGES["insights-lifecycle"])
    choose(page, "Kind", "Revenue")
    answer(page).get_by_text("Net, USD").first.wait_for()
    assert asked(page)["kind"] == "revenue"
    choose(page, "Period", "month")
    answer(page).get_by_role("radio", name="Buyers").press("Enter")
    page.wait_for_url("**view=buyers*")
    answer(page).get_by_role("radio", name="Table").press("Enter")
    numbers = answer(page).get_by_role("button", name=re.compile("^[1-9].*who are they"))
    answer(page).get_by_role("columnheader", name="New who came back").wait_for()
    counted = int(re.match(r"\d+", numbers.first.inner_text())[0])
    assert 1 <= counted <= total["buyers"]
    numbers.first.click()
    drawer = page.get_by_role("dialog", name=re.compile("^Ordered · "))
    drawer.get_by_text(re.compile(rf"^{counted} (people|person)$")).wait_for()
    drawer.get_by_role("button", name=re.compile("^Why ")).first.click()
    drawer.get_by_text(re.compile(r"^\d+ orders? counts?$")).wait_for()
    drawer.get_by_text(re.compile("^order 1 · ")).wait_for()
    assert violations(page) == []


def test_steps_of_many_values_say_how_many_more_there_are(page: Any, shop: RunningServer) -> None:
    question = {**FUNNEL, "breakdown": {"trait": "email"}}
    with shop.api() as api:
        parts = api.post("/api/v1/insights/funnel", json=question).json()["breakdown"]
    assert len(parts) > 8
    page.goto("/insights?" + urlencode({"q": json.dumps(question)}))
    answer(page).get_by_text(f"{len(parts) - 8} more in the table", exact=True).wait_for()


def test_segments_stand_beside_each_other(page: Any) -> None:
    page.goto(PAGES["insights-retention"])
    find(page, "Breakdown", "Buyers")
    answer(page).get_by_role("row", name=re.compile("Buyers")).wait_for()
    assert asked(page)["breakdown"] == {"segments": ["buyers"]}
    find(page, "Compare with a segment", "Asked for money back")
    answer(page).get_by_role("row", name=re.compile("Asked for money back")).wait_for()
    assert asked(page)["breakdown"] == {"segments": ["buyers", "asked_back"]}
    page.get_by_role("button", name=re.compile(r"\bBreakdown$")).press("Enter")
    assert violations(page) == []
    assert page.get_by_role("listbox").get_by_role("group").count() == 2  # nothing of events


def test_people_of_a_compared_segment_are_told_by_its_name(page: Any) -> None:
    """The table of a segment asks for its people by its key."""
    question = {
        "kind": "retention",
        "start": {"event": "Product Viewed"},
        "return": {"event": "Product Viewed"},
        "breakdown": {"segments": ["buyers"]},
    }
    page.goto("/insights?" + urlencode({"q": json.dumps(question), "view": "table"}))
    table = answer(page).get_by_role("region", name=re.compile("Buyers"))
    table.get_by_role("button", name=re.compile("^[1-9].*who are they")).first.click()
    drawer = page.get_by_role("dialog", name=re.compile("^Buyers · "))
    drawer.get_by_text(re.compile(r"^\d+ (people|person)$")).wait_for()
    assert json.loads(parse_qs(urlsplit(page.url).query)["cell"][0])["value"] == "buyers"


@pytest.mark.parametrize("kind", ["table", "funnel", "retention"])
def test_values_of_a_trait_stand_beside_each_other(
    page: Any, shop: RunningServer, kind: str
) -> None:
    page.goto(PAGES[f"insights-{kind}"])
    find(page, "Breakdown", "city")
    page.wait_for_url("**city**")
    question = asked(page)
    assert question["breakdown"] == {"trait": "city", "limit": 10}
    with shop.api() as api:
        told = api.post(f"/api/v1/insights/{question['kind']}", json=question).json()
    parts = told["series"][0]["breakdown"] if kind == "table" else told["breakdown"]
    values = [part["value"] for part in parts]
    assert {"Pune", "Mumbai"} <= set(values)
    answer(page).get_by_role("radio", name="Table").press("Enter")
    for value in values:
        answer(page).get_by_text(re.compile(rf"\b{value or 'No value'}\b")).first.wait_for()
    most = page.get_by_role("spinbutton", name="Most values")
    most.fill("1")
    answer(page).get_by_text(re.compile(rf"\b{values[1] or 'No value'}\b")).first.wait_for(
        state="detached"
    )
    assert asked(page)["breakdown"]["limit"] == 1
    assert violations(page) == []
    page.get_by_role("button", name="Clear Breakdown").click()
    most.wait_for(state="detached")
    assert "breakdown" not in asked(page)


def test_only_people_with_a_value_of_a_trait(page: Any, shop: RunningServer) -> None:
    def begun(segment: dict[str, Any]) -> int:
        with shop.api() as api:
            told = api.post("/api/v1/insights/funnel", json={**FUNNEL, "segment": segment})
        count: int = told.json()["steps"][0]["count"]
        return count

    def shown(segment: dict[str, Any]) -> Any:
        count = begun(segment)
        name = re.compile(rf"^{count} (people|person)$")
        return answer(page).get_by_role("button", name=name).first

    page.goto(PAGES["insights-funnel"])
    choose(page, "Segment", "people with a value of a trait")
    find(page, "Trait", "city")
    find(page, "Value of the trait", "Pune")
    shown({"trait": "city", "value": "Pune"}).wait_for()
    assert asked(page)["segment"] == {"trait": "city", "value": "Pune"}
    assert violations(page) == []
    find(page, "Value of the trait", "No value")
    page.wait_for_url("**null**")
    assert asked(page)["segment"] == {"trait": "city", "value": None}
    choose(page, "Segment", "everybody")
    page.wait_for_url(lambda url: "segment" not in url)


def test_grace_is_offered_where_steps_have_an_order(page: Any) -> None:
    page.goto(PAGES["insights-funnel"])
    page.get_by_role("button", name="More", exact=True).press("Enter")
    page.get_by_role("button", name="Grace", exact=True).press("Enter")
    page.get_by_role("spinbutton", name="Grace").fill("5")
    page.wait_for_url("**5s**")
    assert asked(page)["grace"] == "5s"
    answer(page).get_by_text("Conversion").wait_for()
    assert answer(page).get_by_role("alert").count() == 0
    assert violations(page) == []
    page.get_by_role("button", name="Exclusion", exact=True).press("Enter")
    page.get_by_role("spinbutton", name="Grace").wait_for(state="detached")
    page.get_by_role("button", name="Remove: Exclusion 1").press("Enter")
    page.get_by_role("button", name="Grace", exact=True).press("Enter")
    choose(page, "Order", "in any order")
    page.wait_for_url(lambda url: "grace" not in url)
    assert page.get_by_role("button", name="Grace", exact=True).count() == 0


def test_a_dashboard_says_why_it_cannot_be_sent(page: Any) -> None:
    page.goto("/dashboards/shop")
    page.get_by_role("button", name="Send by e-mail").click()
    dialog = page.get_by_role("dialog", name="Send by e-mail")
    dialog.get_by_text("No letter can be sent yet").wait_for()
    dialog.get_by_role("textbox", name="To").fill("ada@example.org")
    assert dialog.get_by_role("button", name="Save").is_disabled()
    assert violations(page) == []


def test_a_dashboard_is_mailed_after_it_is_saved_and_asked(page: Any) -> None:
    """The server has no mail server here: what it would say is put in its place."""
    told: dict[str, Any] = {
        "schedule": {
            "to": ["ada@example.org", "bo@example.org"],
            "every": "week",
            "hour": 8,
            "timezone": "UTC",
            "weekday": 1,
            "day": 1,
            "language": "en",
        },
        "by": "ada",
        "next_at": None,
        "try_at": None,
        "attempts": 0,
        "problem": "",
        "deliveries": [],
    }
    calls: list[str] = []

    def answered(route: Any) -> None:
        calls.append(f"{route.request.method} {urlsplit(route.request.url).path}")
        if route.request.method == "DELETE":
            told["schedule"] = None
        route.fulfill(json=told)

    page.route("**/api/v1/dashboards/shop/schedule**", answered)
    page.goto("/dashboards/shop")
    page.get_by_role("button", name="Send by e-mail").click()
    dialog = page.get_by_role("dialog", name="Send by e-mail")
    to = dialog.get_by_role("textbox", name="To")
    now = dialog.get_by_role("button", name="Send now")
    to.fill("eve@example.org")
    dialog.locator("[data-denied^='Save the changes first']").wait_for()
    now.click(force=True)
    assert page.get_by_role("dialog", name="Send the dashboard now?").count() == 0
    assert violations(page) == []
    to.fill("ada@example.org, bo@example.org")
    dialog.locator("[data-denied]").wait_for(state="detached")
    now.click()
    ask = page.get_by_role("dialog", name="Send the dashboard now?")
    ask.get_by_text("It goes to 2 addresses at once.").wait_for()
    assert violations(page) == []
    ask.get_by_role("button", name="Send now").click()
    ask.wait_for(state="detached")
    assert "POST /api/v1/dashboards/shop/schedule/send" in calls
    dialog.get_by_role("button", name="Stop sending").click()
    ask = page.get_by_role("dialog", name="Stop sending this dashboard?")
    assert not any(call.startswith("DELETE") for call in calls)
    ask.get_by_role("button", name="Stop sending").click()
    ask.wait_for(state="detached")
    assert "DELETE /api/v1/dashboards/shop/schedule" in calls


def test_a_dashboard_is_narrowed_to_people_and_a_property(page: Any, shop: RunningServer) -> None:
    asked: list[Any] = []
    page.on("request", lambda sent: asked.append(sent.post_data_json) if sent.post_data else None)
    page.goto("/dashboards/shop")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("button", name="Property").click()
    page.get_by_role("combobox", name="Search", exact=True).fill("source")
    page.get_by_role("option", name="source").first.click()
    value = page.get_by_role("textbox", name="Value of source")
    value.fill("nowhere")
    value.press("Enter")
    page.wait_for_url(lambda url: "where=" in url and "nowhere" in url)
    filters = [{"path": "source", "op": "eq", "value": "nowhere"}]
    page.reload()
    page.get_by_role("textbox", name="Value of source").wait_for()
    assert any(each.get("where") == filters for each in asked if isinstance(each, dict))
    page.get_by_role("button", name=re.compile("Segment")).click()
    page.get_by_role("option", name="people with a value of a trait").click()
    page.get_by_role("button", name=re.compile(r"\bTrait$|^Trait\b")).click()
    page.get_by_role("combobox", name="Search", exact=True).fill("plan")
    page.get_by_role("option").first.click()
    page.wait_for_url(lambda url: "plan" in url)
    page.get_by_role("button", name="Remove the filter").click()
    page.wait_for_url(lambda url: "where=" not in url)


def test_a_north_star_is_a_card_of_a_dashboard(page: Any, shop: RunningServer) -> None:
    """It tells what its page tells, with the board's own time, and leads there."""
    board = {"key": "stars", "name": "Stars", "cards": []}
    with shop.api() as api:
        api.post("/api/v1/dashboards", json=board).raise_for_status()
        question = api.get("/api/v1/saved-insights/north-star").json()["question"]
        asked = {**question, "from": "7d"}
        told = api.post("/api/v1/insights/north_star", json=asked).json()
    page.goto("/dashboards/stars?edit=1&from=7d")
    page.get_by_role("button", name="Add cards").last.click()
    page.get_by_role("checkbox", name=re.compile("Orders a day")).check()
    page.get_by_role("button", name="Add 1 card").click()
    card = page.get_by_role("region", name="Orders a day")
    card.get_by_role("img", name=re.compile("^Orders over time")).wait_for()
    assert violations(page) == []
    card.get_by_role("button", name="Show as table: Orders a day").click()
    buyers = next(one for one in told["metric"]["inputs"] if one["name"] == "Buyers")
    card.get_by_role("row", name=re.compile(rf"^Buyers .*\b{buyers['value']}\b")).wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    card.get_by_role("link", name="Orders a day", exact=True).click()
    page.wait_for_url("**/north-star?*key=north-star*")


def test_an_earlier_version_is_looked_at_and_restored(page: Any, shop: RunningServer) -> None:
    """Of a question and of a dashboard: who, why and what changed; restored, it is the latest."""
    with shop.api() as api:
        for window in ("7d", "3d"):
            kept = {"key": "kept", "name": "Kept", "question": {**FUNNEL, "window": window}}
            document = {"insights": [{**kept}], "reason": f"within {window}"}
            api.post("/api/v1/definitions", json=document).raise_for_status()
        for cards in ([{"insight": "kept"}], []):
            board = {"key": "kept-board", "name": "Kept board", "cards": cards}
            api.post("/api/v1/definitions", json={"dashboards": [board]}).raise_for_status()
    page.goto("/insights?saved=kept")
    page.get_by_role("button", name="Versions").press("Enter")
    drawer = page.get_by_role("dialog", name="Versions of Kept")
    latest = drawer.get_by_role("listitem").filter(has_text="Version 2").first
    latest.get_by_text("within 3d").wait_for()
    latest.get_by_text("before: 7d; now: 3d").wait_for(state="attached")
    assert violations(page) == []
    drawer.get_by_role("button", name="Restore version 1").press("Enter")
    drawer.wait_for(state="detached")
    answer(page).get_by_text("Conversion").wait_for()
    with shop.api() as api:
        saved = api.get("/api/v1/saved-insights/kept").json()
        told = api.get("/api/v1/saved-insights/kept/versions").json()["items"]
    assert (saved["version"], saved["question"]["window"]) == (3, "7d")
    assert told[0]["reason"] == "As in version 1"
    page.goto("/dashboards/kept-board?list=versions")
    page.get_by_role("button", name="Restore version 1").press("Enter")
    page.get_by_role("region", name="Kept").wait_for()


def test_a_card_keeps_its_height_while_it_is_changed(page: Any) -> None:
    def height() -> float:
        card = page.get_by_role("region", name="Checkout", exact=True)
        body = card.locator("ol").first
        body.wait_for()
        return float(body.bounding_box()["height"])

    page.goto("/dashboards/shop")
    before = height()
    page.get_by_role("button", name="Change", exact=True).press("Enter")
    page.get_by_role("button", name="Add cards").wait_for()
    assert abs(height() - before) <= 4
