"""People over the management API: lists, traits, pins, merges, timelines, accounts, rules."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.conftest import RunningServer
from tests.server.sending import identify, new_user, send_events

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
    send_events(running_server, identify(user, plan="pro"))
    answer = api.get(f"/api/v1/profiles/user_id:{quote(user, safe='')}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["traits"] == {"plan": "pro"}
    path = f"/api/v1/profiles/user_id:{quote(user, safe='')}/identity"
    assert api.get(path).json()["identifiers"][0]["value"] == user


def test_traits_by_api(running_server: RunningServer, api: httpx.Client) -> None:
    user = new_user()
    send_events(running_server, identify(user, city="Pune", plan="free"))
    path = f"/api/v1/profiles/user_id:{user}"
    written = api.patch(f"{path}/traits", json={"traits": {"city": "Mumbai", "age": 30}}).json()
    assert written["status"] == "accepted"
    assert api.get(path).json()["traits"] == {"city": "Mumbai", "plan": "free", "age": 30}
    api.put(f"{path}/traits", json={"traits": {"plan": "pro"}})
    assert api.get(path).json()["traits"] == {"plan": "pro"}
    why = api.get(path, params={"explain": "true"}).json()["explain"]["plan"]
    assert why["source"] == "api"


def test_pins(running_server: RunningServer, api: httpx.Client) -> None:
    user = new_user()
    send_events(running_server, identify(user, city="Pune"))
    path = f"/api/v1/profiles/user_id:{user}"
    pinned = api.post(f"{path}/pins/city", json={"value": "Mumbai", "reason": "she said so"})
    assert pinned.json()["status"] == "done"
    send_events(running_server, identify(user, city="Delhi"))
    assert api.get(path).json()["traits"]["city"] == "Mumbai"
    assert api.get(path, params={"explain": "true"}).json()["explain"]["city"]["pinned"] is True
    assert api.delete(f"{path}/pins/city").status_code == 200
    assert api.get(path).json()["traits"]["city"] == "Delhi"
    assert api.delete(f"{path}/pins/city").status_code == 404


def test_merge_preview_decide_undo(running_server: RunningServer, api: httpx.Client) -> None:
    one, two = new_user(), new_user()
    send_events(running_server, identify(one, a=1), identify(two, b=2))
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
    of_one = f"/api/v1/profiles/user_id:{one}/identity"
    assert api.get(of_one, params={"to": f"user_id:{two}"}).json()["path"] == page["path"]
    assert api.get(of_one, params={"to": "user_id:nobody"}).status_code == 404
    undo = {"decision": decided["decision"], "reason": "they are twins"}
    assert api.post("/api/v1/identity/undo", json=undo).json()["status"] == "done"
    assert api.get(f"/api/v1/profiles/user_id:{one}").json()["traits"] == {"a": 1}
    assert api.get(f"/api/v1/profiles/{merged['id']}").status_code == 200


def test_decisions_that_make_no_sense_are_refused(
    running_server: RunningServer, api: httpx.Client
) -> None:
    user = new_user()
    send_events(running_server, identify(user, a=1))
    unknown = api.post("/api/v1/identity/undo", json={"decision": "of nobody"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    number = api.get(f"/api/v1/profiles/user_id:{user}").json()["id"]
    for action, other in (("merge", f"user_id:{user}"), ("split", number)):
        same = api.post(f"/api/v1/identity/{action}", json={"a": f"user_id:{user}", "b": other})
        assert same.status_code == 400, same.text
    assert api.get(f"/api/v1/profiles/user_id:{user}/identity").json()["decisions"] == []


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


def test_people_by_last_active(running_server: RunningServer, api: httpx.Client) -> None:
    """Pages in order of what people did, a search in the same order, and both as a file."""
    made = api.post("/api/v1/sources", json={"name": f"People {uuid.uuid4()}"}).json()
    users = [new_user() for _ in range(4)]
    with running_server.tracking() as send:
        events = [
            {**identify(user, name="=SUM(1)"), "timestamp": f"2026-0{number + 1}-01T00:00:00Z"}
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


def test_timeline_pages_and_filters(running_server: RunningServer, api: httpx.Client) -> None:
    user = new_user()
    send_events(
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


def test_accounts(running_server: RunningServer, api: httpx.Client) -> None:
    user, team = new_user(), f"team/{uuid.uuid4()}"
    group = {"type": "group", "userId": user, "groupId": team, "traits": {"name": "Acme"}}
    send_events(running_server, {**group, "messageId": str(uuid.uuid4())})
    shown = api.get(f"/api/v1/accounts/{quote(team, safe='')}").json()
    assert shown["traits"] == {"name": "Acme"}
    assert len(shown["members"]) == 1
    [listed] = api.get("/api/v1/accounts", params={"q": team}).json()["items"]
    assert (listed["id"], listed["name"], listed["members_count"]) == (team, "Acme", 1)
    schemas = api.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert schemas["AccountSummary"]["properties"].keys() == listed.keys()
    assert schemas["Account"]["properties"].keys() == shown.keys()


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
    user, trait = new_user(), f"t_{uuid.uuid4().hex[:8]}"
    send_events(running_server, identify(user, **{trait: "first"}))
    send_events(running_server, identify(user, **{trait: "second"}))
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


@pytest.mark.parametrize(
    ("ref", "message", "hint"),
    [
        ("neha-404", "no profile for 'neha-404'", "write type:value"),
        ("user_id:neha-404", "no profile for 'user_id:neha-404'", "ever named it; look for a part"),
        ("email:neha-404", "cannot be anybody's email", "email:neha@example.com"),
        ("phone:12", "cannot be anybody's phone", "%2B for +"),
        ("p_99999999", "no profile ever had the id 'p_99999999'", "look for a part"),
    ],
)
def test_who_names_nobody_is_told_what_to_write(
    api: httpx.Client, ref: str, message: str, hint: str
) -> None:
    for path in (f"/api/v1/profiles/{ref}", f"/api/v1/profiles/{ref}/identity"):
        answer = api.get(path)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (404, "not_found")
        assert message in error["message"]
        assert hint in error["hint"]
