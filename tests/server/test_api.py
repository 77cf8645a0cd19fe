"""The management API over HTTP, area by area, with what the pipeline makes of it."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from rapport.server.views import tail
from tests.conftest import RunningServer


@pytest.fixture
def api(running_server: RunningServer) -> Iterator[httpx.Client]:
    with running_server.api() as client:
        yield client


def _send(server: RunningServer, *events: dict[str, Any]) -> dict[str, Any]:
    """Send a batch and wait until the pipeline has it; the receipt."""
    with server.tracking() as send:
        prefer = {"prefer": "return=representation"}
        answer = send.post("/v1/batch", json={"batch": [*events]}, headers=prefer)
    receipt: dict[str, Any] = answer.json()
    assert receipt.get("status") == "processed", receipt
    return receipt


def _user() -> str:
    return f"u-{uuid.uuid4()}"


def _identify(user: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "traits": traits, "messageId": str(uuid.uuid4())}


VALUES = [
    "a/b/c",
    "https://x.example/y?z=1&q=%20#f",
    "with space",
    "colon:inside:it",
    "tail/events",
    "tail/identity",
    "Zoë Ünïcode 你好 مرحبا",
    "plus+sign@example.org",
    "percent%2Fencoded",
    "quote'\";--",
    "back\\slash",
    "..",
    "/leading",
    "trailing/",
]


@pytest.mark.parametrize("value", VALUES)
def test_a_profile_is_found_by_any_value(
    running_server: RunningServer, api: httpx.Client, value: str
) -> None:
    user = f"{uuid.uuid4()}|{value}"
    _send(running_server, _identify(user, plan="pro"))
    answer = api.get(f"/api/v1/profiles/user_id:{quote(user, safe='')}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["traits"] == {"plan": "pro"}
    path = f"/api/v1/profiles/user_id:{quote(user, safe='')}/identity"
    assert api.get(path).json()["identifiers"][0]["value"] == user


def test_traits_by_api(running_server: RunningServer, api: httpx.Client) -> None:
    user = _user()
    _send(running_server, _identify(user, city="Pune", plan="free"))
    path = f"/api/v1/profiles/user_id:{user}"
    written = api.patch(f"{path}/traits", json={"traits": {"city": "Mumbai", "age": 30}}).json()
    assert written["status"] == "accepted"
    assert api.get(path).json()["traits"] == {"city": "Mumbai", "plan": "free", "age": 30}
    api.put(f"{path}/traits", json={"traits": {"plan": "pro"}})
    assert api.get(path).json()["traits"] == {"plan": "pro"}
    why = api.get(path, params={"explain": "true"}).json()["explain"]["plan"]
    assert why["source"] == "api"


def test_pins(running_server: RunningServer, api: httpx.Client) -> None:
    user = _user()
    _send(running_server, _identify(user, city="Pune"))
    path = f"/api/v1/profiles/user_id:{user}"
    pinned = api.post(f"{path}/pins/city", json={"value": "Mumbai", "reason": "she said so"})
    assert pinned.json()["status"] == "done"
    _send(running_server, _identify(user, city="Delhi"))
    assert api.get(path).json()["traits"]["city"] == "Mumbai"
    assert api.get(path, params={"explain": "true"}).json()["explain"]["city"]["pinned"] is True
    assert api.delete(f"{path}/pins/city").status_code == 200
    assert api.get(path).json()["traits"]["city"] == "Delhi"
    assert api.delete(f"{path}/pins/city").status_code == 404


def test_merge_preview_decide_undo(running_server: RunningServer, api: httpx.Client) -> None:
    one, two = _user(), _user()
    _send(running_server, _identify(one, a=1), _identify(two, b=2))
    pair = {"a": f"user_id:{one}", "b": f"user_id:{two}", "reason": "same person, asked her"}
    preview = api.post("/api/v1/identity/merge", json=pair, params={"preview": "true"}).json()
    assert (len(preview["before"]), len(preview["after"])) == (2, 1)
    assert api.get(f"/api/v1/profiles/user_id:{one}").json()["traits"] == {"a": 1}
    decided = api.post("/api/v1/identity/merge", json=pair).json()
    merged = api.get(f"/api/v1/profiles/user_id:{one}").json()
    assert merged["traits"] == {"a": 1, "b": 2}
    page = api.get(
        f"/api/v1/profiles/user_id:{one}/identity",
        params={"from": f"user_id:{one}", "to": f"user_id:{two}"},
    ).json()
    assert page["decisions"][0]["reason"] == "same person, asked her"
    assert page["decisions"][0]["by"] == "RAPPORT_API_KEY"
    assert [edge["kind"] for edge in page["path"]] == ["manual"]
    undo = {"decision": decided["decision"], "reason": "they are twins"}
    assert api.post("/api/v1/identity/undo", json=undo).json()["status"] == "done"
    assert api.get(f"/api/v1/profiles/user_id:{one}").json()["traits"] == {"a": 1}
    assert api.get(f"/api/v1/profiles/{merged['id']}").status_code == 200


def test_rules_what_if(api: httpx.Client) -> None:
    before = api.get("/api/v1/identity/rules").json()
    rules = {"types": {"email": {"limit": 1}}}
    preview = api.put(
        "/api/v1/identity/rules", json={"rules": rules}, params={"preview": "true"}
    ).json()
    assert preview["profiles_after"] >= preview["profiles_before"]
    assert api.get("/api/v1/identity/rules").json() == before
    wrong = {"rules": {"types": {"email": {"limit": 0}}}}
    assert api.put("/api/v1/identity/rules", json=wrong).status_code == 400


def test_quarantine_correct_and_discard(running_server: RunningServer, api: httpx.Client) -> None:
    user, names = _user(), [str(uuid.uuid4()), str(uuid.uuid4())]
    receipt = _send(
        running_server,
        *({"type": "track", "userId": user, "messageId": name} for name in names),
    )
    assert receipt["counts"]["quarantined"] == 2
    listed = api.get("/api/v1/quarantine", params={"reason": "missing_event_name"}).json()["items"]
    mine = {item["message_id"]: item for item in listed if item["message_id"] in names}
    first, second = (mine[name] for name in names)
    fixed = {**first["body"], "event": "Order Completed"}
    done = api.post(f"/api/v1/quarantine/{first['id']}/redrive", json={"body": fixed}).json()
    assert done["status"] == "accepted"
    again = api.post(f"/api/v1/quarantine/{first['id']}/redrive", json={})
    assert again.status_code == 409
    why = {"reason": "a test of the developer"}
    assert api.post(f"/api/v1/quarantine/{second['id']}/discard", json=why).status_code == 200
    shown = api.get(f"/api/v1/quarantine/{second['id']}").json()
    assert (shown["status"], shown["note"]) == ("discarded", "a test of the developer")
    counted = api.get(f"/api/v1/profiles/user_id:{user}").json()["counters"]
    assert counted["events"]["Order Completed"]["count"] == 1


def test_a_correction_that_is_refused_says_its_new_number(
    running_server: RunningServer, api: httpx.Client
) -> None:
    name = str(uuid.uuid4())
    _send(running_server, {"type": "track", "userId": _user(), "messageId": name})
    [item] = [
        each for each in api.get("/api/v1/quarantine").json()["items"] if each["message_id"] == name
    ]
    wrong = {**item["body"], "type": "teleport"}
    back = api.post(f"/api/v1/quarantine/{item['id']}/redrive", json={"body": wrong}).json()
    assert (back["status"], back["detail"]) == ("quarantined", "unknown_type")
    shown = api.get(f"/api/v1/quarantine/{back['quarantined']}").json()
    assert (shown["body"], shown["status"]) == (wrong, "open")
    unchanged = api.post(f"/api/v1/quarantine/{shown['id']}/redrive", json={}).json()
    assert (unchanged["status"], unchanged["quarantined"]) == ("quarantined", shown["id"])


def test_many_sent_again_are_answered_one_by_one(
    running_server: RunningServer, api: httpx.Client
) -> None:
    """One that is no object at all does not hold up the others; reasons are counted per source."""
    made = api.post("/api/v1/sources", json={"name": f"Desk {uuid.uuid4()}"}).json()
    key, slug = made["write_keys"][0]["key"], made["slug"]
    with running_server.tracking() as send:
        events = [7, {"type": "track", "userId": "x", "messageId": str(uuid.uuid4())}]
        send.post("/v1/batch", json={"batch": events}, auth=(key, ""))
    running_server.settle()
    counts = api.get("/api/v1/quarantine/reasons", params={"source": slug}).json()
    assert {each["reason"]: each["count"] for each in counts["items"]} == {
        "not_an_object": 1,
        "missing_event_name": 1,
    }
    listed = api.get("/api/v1/quarantine", params={"source": slug, "status": "all"}).json()
    ids = [item["id"] for item in listed["items"]]
    done = api.post("/api/v1/quarantine/redrive", json={"ids": ids}).json()["items"]
    assert {one["id"]: one["status"] for one in done} == {
        item["id"]: "skipped" if item["body"] == 7 else "quarantined" for item in listed["items"]
    }
    chosen = {"reason": "not_an_object", "source": slug}
    answer = api.post("/api/v1/quarantine/redrive", json=chosen).json()
    assert [one["status"] for one in answer["items"]] == ["skipped"]
    assert answer["next"] is None


def test_people_by_last_active(running_server: RunningServer, api: httpx.Client) -> None:
    """Pages in order of what people did, a search in the same order, and both as a file."""
    made = api.post("/api/v1/sources", json={"name": f"People {uuid.uuid4()}"}).json()
    users = [_user() for _ in range(4)]
    with running_server.tracking() as send:
        events = [
            {**_identify(user, name="=SUM(1)"), "timestamp": f"2026-0{number + 1}-01T00:00:00Z"}
            for number, user in enumerate(users)
        ]
        auth = (made["write_keys"][0]["key"], "")
        send.post("/v1/batch", json={"batch": events[::-1]}, auth=auth)
    running_server.settle()
    here = {"source": made["slug"], "limit": 3}
    first = _people(api, users[-1], **here)
    assert (first["count"], first["exact"]) == (4, True)
    rest = api.get("/api/v1/profiles", params={**here, "cursor": first["next"]}).json()
    order = [each["identifiers"][0]["value"] for each in [*first["items"], *rest["items"]]]
    assert (order, rest["next"]) == (users[::-1], None)
    oldest = {**here, "sort": "first_seen", "q": "u-"}
    found = api.get("/api/v1/profiles", params=oldest).json()
    assert [each["identifiers"][0]["value"] for each in found["items"]] == users[:3]
    assert found["count"] == 4
    after = api.get("/api/v1/profiles", params={**oldest, "cursor": found["next"]}).json()
    assert [each["identifiers"][0]["value"] for each in after["items"]] == users[3:]
    assert api.get("/api/v1/profiles?sort=name").status_code == 400
    assert api.get("/api/v1/profiles?cursor=x").status_code == 400
    _exported(api, made["slug"], [each["id"] for each in rest["items"]], users)


def _people(api: httpx.Client, user: str, **asked: Any) -> dict[str, Any]:
    """The list, as soon as the row of `user` is in the warehouse."""
    for _ in range(200):
        shown: dict[str, Any] = api.get("/api/v1/profiles", params=asked).json()
        if user in str(shown["items"]) and shown["count"] == 4:
            return shown
        time.sleep(0.05)
    raise AssertionError(shown)


def _exported(api: httpx.Client, source: str, chosen: list[str], users: list[str]) -> None:
    everybody = api.get("/api/v1/profiles/export", params={"source": source})
    assert everybody.headers["content-disposition"] == 'attachment; filename="people.csv"'
    rows = list(csv.DictReader(io.StringIO(everybody.text)))
    assert [row["user_id"] for row in rows] == users[::-1]
    assert rows[0]["name"] == "'=SUM(1)"
    assert json.loads(rows[0]["traits"]) == {"name": "=SUM(1)"}
    wanted = {"format": "json", "ids": ",".join(chosen)}
    [one] = api.get("/api/v1/profiles/export", params=wanted).json()
    assert (one["id"], one["user_id"], one["name"]) == (chosen[0], users[0], "=SUM(1)")
    assert api.get("/api/v1/profiles/export", params={"ids": "p_99999999"}).status_code == 404
    assert api.get("/api/v1/profiles/export", params={"format": "xml"}).status_code == 400
    nobody = {"format": "json", "q": "nobody has this"}
    assert api.get("/api/v1/profiles/export", params=nobody).json() == []


def test_what_changed_in_a_day(running_server: RunningServer, api: httpx.Client) -> None:
    before = api.get("/api/v1/overview/changes").json()
    name, user, device = f"New {uuid.uuid4()}", _user(), str(uuid.uuid4())
    _send(running_server, {"type": "page", "anonymousId": device})
    _send(
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
    _send(running_server, *({"type": "track", "event": name, "userId": _user()} for _ in range(3)))
    running_server.settle()
    shown = api.get(f"/api/v1/events/track/{quote(name, safe='')}", params={"days": 7}).json()
    [volume] = shown["volumes"]
    assert (volume["source"], volume["count"], len(volume["volume"])) == ("default", 3, 7)
    assert sum(day["count"] for day in volume["volume"]) == 3


def test_trace(running_server: RunningServer, api: httpx.Client) -> None:
    user = _user()
    good = {"type": "track", "event": "Seen", "userId": user, "messageId": f"m/{uuid.uuid4()}"}
    bad = {"type": "track", "userId": user, "messageId": str(uuid.uuid4())}
    _send(running_server, good, bad, good)
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


def test_timeline_pages_and_filters(running_server: RunningServer, api: httpx.Client) -> None:
    user = _user()
    _send(
        running_server,
        *(
            {
                "type": "track",
                "event": f"E{n % 2}",
                "userId": user,
                "messageId": str(uuid.uuid4()),
                "timestamp": f"2026-11-0{n + 1}T00:00:00Z",
            }
            for n in range(6)
        ),
    )
    running_server.settle()
    path = f"/api/v1/profiles/user_id:{user}/events"
    seen, cursor = [], None
    while True:
        page = api.get(path, params={"limit": 4, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["timestamp"][:10] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"2026-11-0{n}" for n in range(6, 0, -1)]
    assert len(api.get(path, params={"event": "E1"}).json()["items"]) == 3
    late = {"from": "2026-11-03T00:00:00Z", "to": "2026-11-04T00:00:00Z"}
    assert len(api.get(path, params=late).json()["items"]) == 2
    assert api.get(path, params={"from": "yesterday"}).status_code == 400


def test_sources_and_their_keys(running_server: RunningServer, api: httpx.Client) -> None:
    shop = {"name": f"Shop {uuid.uuid4()}", "kind": "web", "brand": "Brands Bazaar"}
    made = api.post("/api/v1/sources", json=shop).json()
    path = f"/api/v1/sources/{made['slug']}"
    user = _user()
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
    _send(
        running_server,
        {"type": "track", "event": event, "userId": _user(), "properties": properties},
        _identify(_user(), email=f"{uuid.uuid4()}@example.org"),
    )
    running_server.settle()
    kinds = {item["event"]: item for item in api.get("/api/v1/events").json()["items"]}
    assert kinds[event]["count"] == 1
    detail = api.get(f"/api/v1/events/track/{quote(event, safe='')}").json()
    assert {p["name"] for p in detail["properties"]} == {"price", "sku"}
    assert detail["samples"][0]["properties"] == properties
    assert api.get("/api/v1/events/identify").json()["count"] >= 1
    page = api.get("/api/v1/overview").json()
    assert len(page["volume"]) == 60
    assert page["totals"]["profiles"] >= 2
    assert page["totals"]["new_today"] == page["totals"]["profiles"]
    assert page["balance"]["balanced"] is True
    assert {s["slug"] for s in page["sources"]} >= {"default", "api"}
    assert {s["key"]: s["done"] for s in page["checklist"]}["send_event"] is True


def test_accounts(running_server: RunningServer, api: httpx.Client) -> None:
    user, team = _user(), f"team/{uuid.uuid4()}"
    group = {"type": "group", "userId": user, "groupId": team, "traits": {"name": "Acme"}}
    _send(running_server, {**group, "messageId": str(uuid.uuid4())})
    shown = api.get(f"/api/v1/accounts/{quote(team, safe='')}").json()
    assert shown["traits"] == {"name": "Acme"}
    assert len(shown["members"]) == 1
    [listed] = api.get("/api/v1/accounts", params={"q": team}).json()["items"]
    assert (listed["id"], listed["name"], listed["members_count"]) == (team, "Acme", 1)
    schemas = api.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert schemas["AccountSummary"]["properties"].keys() == listed.keys()
    assert schemas["Account"]["properties"].keys() == shown.keys()


def test_live(running_server: RunningServer, api: httpx.Client) -> None:
    user = _user()
    with api.stream("GET", "/api/v1/live", params={"event": "Wanted"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines) == ": watching"
        assert _next(lines, "past") == []
        _send(
            running_server,
            {"type": "track", "event": "Other", "userId": user},
            {"type": "track", "event": "Wanted", "userId": user, "properties": {"a": 1}},
        )
        seen = _next(lines, "event")
    assert (seen["event"], seen["user_id"], seen["status"]) == ("Wanted", user, "stored")
    assert seen["profile"].startswith("p_")
    assert seen["properties"] == {"a": 1}


def _next(lines: Iterator[str], name: str) -> Any:
    """The data of the next frame, which is of that name."""
    assert next(line for line in lines if line.startswith("event: ")) == f"event: {name}"
    return json.loads(next(lines).removeprefix("data: "))


def test_live_opens_with_what_happened_last(
    running_server: RunningServer, api: httpx.Client
) -> None:
    """Stored, sent again and refused, each once and marked as such; then what comes."""
    name, user = f"Past {uuid.uuid4()}", _user()
    stored = {"type": "track", "event": name, "userId": user, "messageId": str(uuid.uuid4())}
    refused = {"type": "track", "event": name, "messageId": str(uuid.uuid4())}
    _send(running_server, stored)
    _send(running_server, stored, refused)

    def past(**narrowed: str) -> list[tuple[str, str, str]]:
        with api.stream("GET", "/api/v1/live", params={"event": name, **narrowed}) as stream:
            found = _next(stream.iter_lines(), "past")
        return [(each["status"], each["message_id"], each["event"]) for each in found]

    wanted = [
        ("stored", stored["messageId"], name),
        ("duplicate", stored["messageId"], name),
        ("quarantined", refused["messageId"], name),
    ]
    assert sorted(past()) == sorted(wanted)
    assert past()[0] == wanted[0]
    running_server.settle()
    assert sorted(past()) == sorted(wanted)
    assert past(status="duplicate", q=user) == [wanted[1]]
    with api.stream("GET", "/api/v1/live", params={"event": name}) as stream:
        lines = stream.iter_lines()
        _next(lines, "past")
        _send(running_server, stored)
        again = _next(lines, "event")
    assert (again["status"], again["user_id"]) == ("duplicate", user)


def test_live_shows_what_nobody_can_read() -> None:
    """What is nested deeper than any reader follows must not end the stream for its watchers."""
    for body in (b'{"x":' + b"[" * 100_000, b'{"x":' + b"[" * 9_999 + b"]" * 9_999 + b"}", b"\xff"):
        assert tail._fields(body) == {}
    assert tail._fields(b'{"event":"A","userId":7}') == {"event": "A"}


def test_metrics(running_server: RunningServer, api: httpx.Client) -> None:
    _send(running_server, _identify(_user()))
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
    _send(running_server, _identify(_user()))
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


def _sql_value(api: httpx.Client, user: str, trait: str, wanted: str) -> str:
    """A trait of one profile as the warehouse has it; waits a while for `wanted`."""
    query = f"SELECT traits->>'{trait}' FROM profiles WHERE user_id = '{user}'"
    found = ""
    for _ in range(200):
        rows = api.post("/api/v1/sql", json={"query": query}).json()["rows"]
        found = rows[0][0] if rows else ""
        if found == wanted:
            break
        time.sleep(0.05)
    return found


def test_survivorship_rules_count_at_once_and_in_sql(
    running_server: RunningServer, api: httpx.Client
) -> None:
    user, trait = _user(), f"t_{uuid.uuid4().hex[:8]}"
    _send(running_server, _identify(user, **{trait: "first"}))
    _send(running_server, _identify(user, **{trait: "second"}))
    assert _sql_value(api, user, trait, "second") == "second"
    before = api.get("/api/v1/survivorship").json()["rules"]
    try:
        wanted = {"traits": {trait: {"by": "oldest"}}}
        answer = api.put("/api/v1/survivorship", json={"rules": wanted})
        assert answer.json()["rules"]["traits"][trait]["by"] == "oldest"
        assert api.get(f"/api/v1/profiles/user_id:{user}").json()["traits"][trait] == "first"
        assert _sql_value(api, user, trait, "first") == "first"
    finally:
        assert api.put("/api/v1/survivorship", json={"rules": before}).status_code == 200


@pytest.mark.parametrize(
    "rules", [{"default": {"by": "magic"}}, {"trait": {}}, {"default": {"by": "source_priority"}}]
)
def test_survivorship_rules_that_make_no_sense(api: httpx.Client, rules: dict[str, Any]) -> None:
    before = api.get("/api/v1/survivorship").json()
    answer = api.put("/api/v1/survivorship", json={"rules": rules})
    assert answer.status_code == 400
    assert "survivorship" in answer.json()["error"]["message"]
    assert api.get("/api/v1/survivorship").json() == before


def test_merge_by_e_mail_and_external_id(running_server: RunningServer, api: httpx.Client) -> None:
    person, card = f"{uuid.uuid4()}@example.org", str(uuid.uuid4())
    properties = [{"type": "email", "value": person}, {"type": "loyalty_card", "value": card}]
    with running_server.tracking() as send:
        answer = send.post(
            "/v1/merge",
            json={"mergeProperties": properties},
            headers={"prefer": "return=representation"},
        )
    assert [each["status"] for each in answer.json()["events"]] == ["accepted"]
    found = [api.get(f"/api/v1/profiles/{kind}").json()["id"]
             for kind in (f"email:{person}", f"loyalty_card:{card}")]  # fmt: skip
    assert found[0] == found[1]


def test_warehouse_lag_is_measured(api: httpx.Client) -> None:
    assert "rapport_warehouse_lag_events " in api.get("/metrics").text
