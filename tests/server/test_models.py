"""Models through a real server: run, written to computed traits, explained, asked in between."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from rapport.cli.main import cli
from rapport.clock import DAY, SystemClock, to_iso
from tests.conftest import RunningServer, served

PEOPLE = 60
DAYS = 120


def until(said: Callable[[], Any], timeout: float = 30.0) -> Any:
    end = time.monotonic() + timeout
    while not (found := said()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)
    return found


def orders(now: int) -> list[dict[str, Any]]:
    """Customer n orders every n + 3 days or so, and number 0 clicked a mail before each."""
    luck = random.Random(5)
    told = []
    for n in range(PEOPLE):
        at = now - DAYS * DAY + n * DAY // 7
        while at < now - DAY // 2:
            order = {"order_id": f"o{len(told)}", "revenue": 10 + n}
            kinds = [("Order Completed", at, order)]
            if n == 0:
                kinds.append(("Email Clicked", at - 1000, {}))
            told += [
                {
                    "type": "track",
                    "userId": f"md-{n}",
                    "event": name,
                    "timestamp": to_iso(when),
                    "messageId": f"md-{len(told)}-{place}",
                    "properties": held,
                }
                for place, (name, when, held) in enumerate(kinds)
            ]
            at += int((3 + n) * DAY * luck.uniform(0.6, 1.4))
    return told


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with served(tmp_path_factory.mktemp("models") / "data") as server:
        events = orders(SystemClock().now())
        with server.tracking() as tracking:
            for start in range(0, len(events), 200):
                batch = {"batch": events[start : start + 200]}
                assert tracking.post("/v1/batch", json=batch).status_code == 200
        server.settle()
        yield server
        assert server.stop() == 0


@pytest.fixture
def api(shop: RunningServer) -> Iterator[httpx.Client]:
    with shop.api() as client:
        yield client


def done(api: httpx.Client, name: str, seed: str = "") -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        one: dict[str, Any] = api.get(f"/api/v1/models/{name}?seed_segment={seed}").json()
        return one if one["state"] in ("ready", "not_yet", "failed") else None

    found: dict[str, Any] = until(look)
    return found


def test_a_model_writes_traits_that_segments_use(api: httpx.Client) -> None:
    document = {
        "traits": [
            {"key": "rfm", "trait": {"model": "rfm"}},
            {"key": "spent", "trait": {"model": "rfm", "trait": "revenue_total", "every": "1h"}},
        ],
        "segments": [
            {"key": "big", "when": {"trait": "spent", "op": "gt", "value": 300}},
            {"key": "champions", "when": {"trait": "rfm", "op": "eq", "value": "champion"}},
        ],
    }
    assert api.post("/api/v1/definitions", json=document).status_code == 200
    told = done(api, "rfm")
    assert (told["state"], told["card"]["people"]) == ("ready", PEOPLE)
    assert told["next_run_at"] > told["last_run_at"]
    said = {each["key"]: each["computed"] for each in told["traits"]}
    assert (said["rfm_class"], said["revenue_total"]) == (["rfm"], ["spent"])
    until(lambda: api.get("/api/v1/segments/champions").json()["count"])
    until(lambda: api.get("/api/v1/segments/big").json()["count"])
    person = api.get("/api/v1/profiles/user_id:md-0").json()
    assert person["computed"]["rfm"] == "champion"
    assert {"champions", "big"} <= set(person["segments"])
    why = api.get("/api/v1/computed-traits/spent/why/user_id:md-0").json()
    assert why["value"] == person["computed"]["spent"]
    assert why["related"] == {"rfm": "champion"}
    assert (why["origin"]["model"], why["origin"]["trained_at"]) == ("rfm", told["last_run_at"])
    runs = api.get("/api/v1/models/rfm/cards").json()["items"]
    assert runs[0]["written"] == ["rfm", "spent"]
    assert runs[0]["number"] == why["origin"]["run"]
    preview = {"when": {"trait": "spent", "op": "gt", "value": 300}}
    big = api.get("/api/v1/segments/big").json()["count"]  # the warehouse is a second behind
    until(lambda: api.post("/api/v1/segments/preview", json=preview).json()["count"] == big, 10)


def test_not_yet_says_why_and_a_run_can_be_asked_for(api: httpx.Client) -> None:
    assert api.get("/api/v1/models/churn").json()["state"] == "never"
    assert api.post("/api/v1/models/churn/run", json={}).status_code == 202
    told = done(api, "churn")
    assert told["state"] == "not_yet"
    assert told["reason"]
    assert told["card"] is None
    assert told["next_run_at"] is None
    assert api.post("/api/v1/models/nothing/run", json={}).status_code == 404
    assert api.post("/api/v1/models/lookalikes/run", json={}).status_code == 400


@pytest.mark.parametrize(
    ("trait", "named"),
    [
        ({"model": "horoscope"}, "trait.model"),
        ({"model": "churn", "trait": "rfm_class"}, "trait.trait"),
        ({"model": "churn", "every": "1m"}, "trait.every"),
        ({"model": "lookalikes"}, "trait.seed_segment"),
    ],
)
def test_what_no_model_says_is_refused(api: httpx.Client, trait: Any, named: str) -> None:
    answer = api.post("/api/v1/computed-traits", json={"key": "broken", "trait": trait})
    assert answer.status_code == 400
    assert named in answer.json()["error"]["message"]


def test_other_settings_run_models_again(api: httpx.Client) -> None:
    trait = {"key": "spent_again", "trait": {"model": "rfm", "trait": "orders_total"}}
    assert api.post("/api/v1/computed-traits", json=trait).status_code == 201
    before = done(api, "rfm")
    known = api.get("/api/v1/models/settings").json()
    changed = {"version": known["version"], "settings": {"revenue": ["worth"], "churn_days": 30}}
    made = api.put("/api/v1/models/settings", json=changed)
    assert made.json()["version"] == known["version"] + 1
    assert made.json()["settings"]["revenue"] == ["worth"]
    assert api.put("/api/v1/models/settings", json=changed).status_code == 409
    wrong = {"version": known["version"] + 1, "settings": {"revenu": []}}
    assert api.put("/api/v1/models/settings", json=wrong).status_code == 400
    until(lambda: done(api, "rfm")["last_run_at"] != before["last_run_at"])
    assert api.get("/api/v1/models/rfm").json()["card"]["people"] == 0
    back = {"version": known["version"] + 1, "settings": {}}
    assert api.put("/api/v1/models/settings", json=back).status_code == 200
    until(lambda: api.get("/api/v1/models/rfm").json()["card"]["people"] == PEOPLE)


def test_all_customers_together(api: httpx.Client) -> None:
    told = api.get("/api/v1/value/classes").json()
    assert sum(each["people"] for each in told["classes"]) == told["customers"] == PEOPLE
    assert told["currency"] is None
    champions = next(each for each in told["classes"] if each["name"] == "champion")
    people = api.get("/api/v1/value/classes/champion/people?limit=2").json()
    assert people["count"] == champions["people"]
    assert api.get("/api/v1/value/classes/hero/people").status_code == 404
    due = api.post("/api/v1/value/attribution", json={"rule": "linear"}).json()
    credits = {each["channel"]: each for each in due["channels"]}
    assert credits["email"]["orders"] + credits[None]["orders"] == due["orders"]
    assert credits["email"]["revenue"] == 10 * credits["email"]["orders"]
    forecast = api.get("/api/v1/value/forecast?days=7").json()
    assert (len(forecast["days"]), len(forecast["past"])) == (7, 28)
    assert forecast["past"][-1]["day"] < forecast["days"][0]["day"]
    assert forecast["total_low"] <= forecast["total"] <= forecast["total_high"]
    assert api.get("/api/v1/value/forecast?days=300").status_code == 409


def test_the_like_of_a_segment(api: httpx.Client) -> None:
    bought = {"did": "Order Completed", "op": "gte", "value": 6}
    assert api.post("/api/v1/segments", json={"key": "often", "when": bought}).status_code == 201
    until(lambda: api.get("/api/v1/segments/often").json()["status"] == "live")
    found = api.post("/api/v1/value/lookalikes", json={"segment": "often", "k": 5})
    members = api.get("/api/v1/segments/often/members").json()
    if members["count"] < 20:
        assert found.status_code == 409
        return
    told = found.json()
    assert [each["rank"] for each in told["people"]] == [1, 2, 3, 4, 5]
    inside = {each["id"] for each in members["items"]}
    assert not inside & {each["profile"]["id"] for each in told["people"]}


def test_on_the_command_line(shop: RunningServer) -> None:
    def rapport(*arguments: str) -> Any:
        runner = CliRunner(env={"RAPPORT_DATA": str(shop.data), "COLUMNS": "200"})
        result = runner.invoke(cli, ["models", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    assert "propensity" in rapport("list")
    assert json.loads(rapport("run", "next_purchase", "--json"))["state"] == "ready"
    assert "usual_gap_days" in rapport("show", "next_purchase")
    assert "revenue" in rapport("forecast", "--days", "7")


def test_the_folder_holds_no_parts_of_values(shop: RunningServer) -> None:
    assert not list(Path(shop.data).rglob("values-*.part"))
