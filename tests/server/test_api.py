"""The management API over HTTP: what belongs to no other file, and what comes of it."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.conftest import RunningServer
from tests.server.sending import identify, new_user, send_events


def test_what_changed_in_a_day(running_server: RunningServer, api: httpx.Client) -> None:
    before = api.get("/api/v1/overview/changes").json()
    name, user, device = f"New {uuid.uuid4()}", new_user(), str(uuid.uuid4())
    send_events(running_server, {"type": "page", "anonymousId": device})
    send_events(
        running_server,
        {"type": "track", "event": name, "userId": user, "anonymousId": device},
        {"type": "track", "userId": user, "messageId": str(uuid.uuid4())},
    )
    running_server.settle()
    after = api.get("/api/v1/overview/changes").json()
    kinds = {(each["type"], each["event"]): each["count"] for each in after["new_events"]}
    assert kinds["track", name] == 1
    assert after["quarantined"] == before["quarantined"] + 1
    assert after["new_people"] > before["new_people"]
    assert after["recognised"] > before["recognised"]
    assert after["silent_sources"] == []


def test_an_event_has_its_volume_per_source(
    running_server: RunningServer, api: httpx.Client
) -> None:
    name = f"Volume {uuid.uuid4()}"
    send_events(
        running_server, *({"type": "track", "event": name, "userId": new_user()} for _ in range(3))
    )
    running_server.settle()
    shown = api.get(f"/api/v1/events/track/{quote(name, safe='')}", params={"days": 7}).json()
    [volume] = shown["volumes"]
    assert (volume["source"], volume["count"], len(volume["volume"])) == ("default", 3, 7)
    assert sum(day["count"] for day in volume["volume"]) == 3


def test_trace(running_server: RunningServer, api: httpx.Client) -> None:
    user = new_user()
    good = {"type": "track", "event": "Seen", "userId": user, "messageId": f"m/{uuid.uuid4()}"}
    bad = {"type": "track", "userId": user, "messageId": str(uuid.uuid4())}
    send_events(running_server, good, bad, good)
    running_server.settle()
    found = api.get(f"/api/v1/trace/{quote(good['messageId'], safe='')}").json()
    stages = {stage["stage"]: stage for stage in found["stages"]}
    assert list(stages) == ["log", "decode", "dedupe", "identify", "profile", "warehouse"]
    assert stages["log"]["detail"]["sent"] == good
    assert stages["dedupe"]["detail"]["sent_again"] == 1
    assert stages["identify"]["detail"]["identifier"] == f"user_id:{user}"
    assert stages["warehouse"]["status"] == "stored"
    refused = api.get(f"/api/v1/trace/{bad['messageId']}").json()["stages"]
    assert [stage["stage"] for stage in refused] == ["log", "quarantine"]
    assert api.get("/api/v1/trace/never-sent").json()["found"] is False


def test_sources_and_their_keys(running_server: RunningServer, api: httpx.Client) -> None:
    shop = {"name": f"Shop {uuid.uuid4()}", "kind": "web", "brand": "Brands Bazaar"}
    made = api.post("/api/v1/sources", json=shop).json()
    path = f"/api/v1/sources/{made['slug']}"
    user = new_user()
    key = made["write_keys"][0]["key"]
    send = {"userId": user, "event": "Seen", "type": "track"}
    url = f"{running_server.base_url}/v1/track"
    seen = httpx.post(url, json=send, auth=(key, ""), headers={"prefer": "return=representation"})
    assert seen.json()["status"] == "processed"
    running_server.settle()
    assert api.get(f"/api/v1/profiles/user_id:{user}").json()["brands"] == ["Brands Bazaar"]
    renamed = api.patch(path, json={"region": "IN", "ttl_days": 30}).json()
    assert (renamed["region"], renamed["ttl_days"], renamed["kind"]) == ("IN", 30, "web")
    fresh = api.post(f"{path}/keys", json={"overlap_seconds": 0}).json()["key"]
    assert fresh != key
    assert api.delete(f"{path}/keys/{fresh}").status_code == 200
    works = [each["works"] for each in api.get(path).json()["write_keys"]]
    assert works == [False, False]


def test_catalogue_and_overview(running_server: RunningServer, api: httpx.Client) -> None:
    event = f"Looked At / {uuid.uuid4()}"
    properties = {"price": 12.5, "sku": "a1"}
    send_events(
        running_server,
        {"type": "track", "event": event, "userId": new_user(), "properties": properties},
        identify(new_user(), email=f"{uuid.uuid4()}@example.org"),
    )
    running_server.settle()
    kinds = {item["event"]: item for item in api.get("/api/v1/events").json()["items"]}
    assert kinds[event]["count"] == 1
    detail = api.get(f"/api/v1/events/track/{quote(event, safe='')}").json()
    assert {p["name"] for p in detail["properties"]} == {"price", "sku"}
    assert detail["samples"][0]["properties"] == properties
    assert api.get("/api/v1/events/identify").json()["count"] >= 1
    page, end = api.get("/api/v1/overview").json(), time.monotonic() + 10
    while page["totals"]["profiles"] < 2 and time.monotonic() < end:  # a moment behind the events
        time.sleep(0.1)
        page = api.get("/api/v1/overview").json()
    assert len(page["volume"]) == 60
    assert page["totals"]["profiles"] >= 2
    assert page["totals"]["new_today"] == page["totals"]["profiles"]
    assert page["balance"]["balanced"] is True
    assert {s["slug"] for s in page["sources"]} >= {"default", "api"}
    assert {s["key"]: s["done"] for s in page["checklist"]}["send_event"] is True


def test_metrics(running_server: RunningServer, api: httpx.Client) -> None:
    send_events(running_server, identify(new_user()))
    running_server.settle()
    text = api.get("/metrics").text
    values = dict(
        line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")
    )
    assert float(values['rapport_accepted_events_total{source="default"}']) >= 1
    assert float(values['rapport_pending_events{source="default"}']) == 0
    assert float(values['rapport_store_bytes{store="log"}']) > 0
    assert float(values['rapport_resident_bytes{process="http"}']) > 10_000_000
    assert float(values["rapport_warehouse_rows_total"]) >= 1


def test_export_is_for_the_command_line_only(
    running_server: RunningServer, api: httpx.Client, tmp_path: Path
) -> None:
    send_events(running_server, identify(new_user()))
    running_server.settle()
    wanted = {"what": "events", "path": str(tmp_path / "events.csv")}
    assert api.post("/api/v1/exports", json=wanted).status_code == 403
    token = json.loads((running_server.data / "server.json").read_text())["token"]
    local = {"authorization": f"Bearer {token}"}
    answer = api.post("/api/v1/exports", json=wanted, headers=local)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    rows = (tmp_path / "events.csv").read_text().splitlines()
    assert lines[-1] == {"rows": len(rows) - 1}
    assert lines[0]["of"] == len(rows) - 1
    wrong = {**wanted, "what": "SELECT nothing"}
    refused = api.post("/api/v1/exports", json=wrong, headers=local).text.splitlines()
    assert json.loads(refused[-1])["error"]["code"].startswith(("query", "sql"))
    unknown = api.post("/api/v1/exports", json={**wanted, "what": "evnts"}, headers=local)
    assert (unknown.status_code, "a SELECT" in unknown.text) == (400, True)


def test_warehouse_lag_is_measured(api: httpx.Client) -> None:
    assert "rapport_warehouse_lag_events " in api.get("/metrics").text
