"""Segments through a real server: defined, filled from the past, live, asked why, retired."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from rapport.insights import schema
from tests.conftest import RunningServer

LATE = {"all": [{"did": "Late Order", "measure": {"sum": "properties.total"}, "value": 100}]}


def until(said: Callable[[], Any], timeout: float = 15.0) -> Any:
    end = time.monotonic() + timeout
    while not (found := said()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
    return found


def live(api: httpx.Client, path: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        one: dict[str, Any] = api.get(path).json()
        return one if one["status"] == "live" else None

    found: dict[str, Any] = until(look)
    return found


def order(tracking: httpx.Client, user: str, number: int, total: float, **more: Any) -> None:
    event = {
        "userId": user,
        "event": "Late Order",
        "messageId": f"late-{user}-{number}",
        "properties": {"total": total},
        **more,
    }
    assert tracking.post("/v1/track", json=event).status_code == 200


@pytest.fixture
def api(running_server: RunningServer) -> Any:
    with running_server.api() as client:
        yield client


def test_the_life_of_a_segment(running_server: RunningServer, api: httpx.Client) -> None:
    with running_server.tracking() as tracking:
        order(tracking, "sg-old", 1, 60)
        order(tracking, "sg-old", 2, 60)
        order(tracking, "sg-new", 1, 60)
        running_server.settle()
        made = api.post("/api/v1/segments", json={"key": "late_vip", "name": "VIP", "when": LATE})
        assert made.status_code == 201, made.text
        found = live(api, "/api/v1/segments/late_vip")
        assert (found["count"], found["version"]) == (1, 1)  # the past counts
        order(tracking, "sg-new", 2, 41)
        until(lambda: api.get("/api/v1/segments/late_vip").json()["count"] == 2)
        person = api.get("/api/v1/profiles/user_id:sg-new").json()
        assert "late_vip" in person["segments"]
        members = api.get("/api/v1/segments/late_vip/members?limit=1").json()
        assert members["count"] == 2
        second = api.get(f"/api/v1/segments/late_vip/members?limit=1&cursor={members['next']}")
        assert second.json()["items"][0]["id"] == person["id"]
        assert second.json()["next"] is None
    change = api.get("/api/v1/segments/late_vip/changes").json()["items"][0]
    assert change["profile"] == person["id"]
    assert change["reason"] == {"by": "events", "messages": ["late-sg-new-2"]}
    running_server.settle()
    why = api.get("/api/v1/segments/late_vip/why/user_id:sg-new").json()
    assert why["member"]
    part = why["verdict"]["parts"][0]
    assert part["value"] == 101
    assert part["events"] == ["late-sg-new-2", "late-sg-new-1"]
    preview = api.post("/api/v1/segments/preview", json={"when": LATE}).json()
    assert preview["count"] == 2
    rows = api.post(
        "/api/v1/sql",
        json={"query": "SELECT count(*) AS n FROM memberships WHERE segment='late_vip'"},
    ).json()
    assert rows["rows"] == [[2]]
    for breakdown, parts in (
        ({"segments": ["late_vip"]}, [("late_vip", "VIP")]),
        ({"trait": "nothing_of_it"}, [(None, None)]),
    ):
        asked = {"series": [{"event": "Late Order"}], "breakdown": breakdown}
        [series] = api.post("/api/v1/insights/trends", json=asked).json()["series"]
        assert [(one["value"], one.get("label")) for one in series["breakdown"]] == parts
        assert sum(series["breakdown"][0]["values"]) == sum(series["values"]) == 4
    assert api.delete("/api/v1/segments/late_vip").status_code == 200
    until(lambda: api.get("/api/v1/segments/late_vip").status_code == 404)
    assert api.get("/api/v1/profiles/user_id:sg-new").json()["segments"] == []


def test_a_window_ends_by_itself(running_server: RunningServer, api: httpx.Client) -> None:
    when = {"did": "Late Glance", "during": {"last": "2s"}}
    api.post("/api/v1/segments", json={"key": "glancing", "when": when})
    live(api, "/api/v1/segments/glancing")
    with running_server.tracking() as tracking:
        event = {"userId": "sg-glance", "event": "Late Glance", "messageId": "glance-1"}
        assert tracking.post("/v1/track", json=event).status_code == 200
    until(lambda: api.get("/api/v1/segments/glancing").json()["count"] == 1)
    entered = time.monotonic()
    until(lambda: api.get("/api/v1/segments/glancing").json()["count"] == 0)
    assert 0.5 < time.monotonic() - entered < 4.0
    change = api.get("/api/v1/segments/glancing/changes").json()["items"][0]
    assert (change["entered"], change["reason"]["by"]) == (False, "timer")


def test_a_computed_trait_is_shown_and_can_be_asked_for(
    running_server: RunningServer, api: httpx.Client
) -> None:
    trait = {"sum": "Late Purchase", "path": "properties.total"}
    document = {
        "traits": [{"key": "late_spent", "name": "Spent", "trait": trait}],
        "segments": [
            {"key": "late_big", "when": {"trait": "late_spent", "op": "gt", "value": 10}},
        ],
    }
    assert api.post("/api/v1/definitions", json=document).status_code == 200
    live(api, "/api/v1/computed-traits/late_spent")
    with running_server.tracking() as tracking:
        event = {"userId": "sg-buyer", "event": "Late Purchase", "properties": {"total": 10.5}}
        assert tracking.post("/v1/track", json=event).status_code == 200
    until(lambda: api.get("/api/v1/segments/late_big").json()["count"] == 1)
    person = api.get("/api/v1/profiles/user_id:sg-buyer").json()
    assert person["computed"]["late_spent"] == 10.5
    refused = api.delete("/api/v1/computed-traits/late_spent")
    assert refused.status_code in (400, 409)
    assert "late_big" in refused.json()["error"]["message"]


def test_every_version_is_kept_with_who_and_why(api: httpx.Client) -> None:
    when = {"did": "Late Version", "value": 2}
    body = {"key": "late_kept", "name": "Kept", "when": {**when, "op": "gte"}}
    assert api.post("/api/v1/segments", json={**body, "reason": "to begin with"}).is_success
    changed = {**body, "when": {**when, "op": "eq"}, "description": "Exactly two."}
    only_new = {"If-None-Match": "*"}
    refused = api.post("/api/v1/segments", json=changed, headers=only_new)
    assert refused.status_code == 409
    assert "version 1" in refused.json()["error"]["message"]
    made = api.post("/api/v1/segments", json={**changed, "reason": "too many"})
    assert (made.status_code, made.json()["version"]) == (200, 2)
    assert api.delete("/api/v1/segments/late_kept").is_success
    until(lambda: api.get("/api/v1/segments/late_kept").status_code == 404)
    second, first = api.get("/api/v1/segments/late_kept/versions").json()["items"]
    assert (first["version"], first["reason"], first["edits"]) == (1, "to begin with", [])
    assert first["status"] == "replaced"
    assert first["definition"]["when"] == {"did": "Late Version", "op": "gte", "value": 2}
    assert (second["version"], second["reason"], second["status"]) == (2, "too many", "retired")
    assert second["by"]
    assert second["at"] >= first["at"]
    assert second["edits"] == [
        {"at": "when.op", "before": "gte", "after": "eq"},
        {"at": "description", "before": None, "after": "Exactly two."},
    ]
    assert api.get("/api/v1/segments/late_never/versions").status_code == 404
    assert api.get("/api/v1/computed-traits/late_kept/versions").status_code == 404


def test_the_schema_is_served(api: httpx.Client) -> None:
    served = api.get("/api/v1/reference/definitions.schema.json").json()
    assert served == schema.document()


@pytest.mark.parametrize(
    ("when", "node"),
    [
        (
            {"all": [{"did": "A"}, {"did": "B", "where": [{"path": "x", "op": "eq"}]}]},
            "when.all[1]",
        ),
        ({"segment": "nobody_knows"}, "when.segment"),
        ({"dit": "A"}, "when"),
    ],
)
def test_errors_point_at_the_node(api: httpx.Client, when: Any, node: str) -> None:
    for path, body in (
        ("/api/v1/segments", {"key": "broken", "when": when}),
        ("/api/v1/segments/preview", {"when": when}),
    ):
        answer = api.post(path, json=body)
        assert answer.status_code == 400
        assert node in answer.json()["error"]["message"]


def test_a_segment_of_accounts(running_server: RunningServer, api: httpx.Client) -> None:
    with running_server.tracking() as tracking:
        for user, account in (("sga-1", "sg-acme"), ("sga-2", "sg-acme"), ("sga-3", "sg-other")):
            body = {"userId": user, "groupId": account, "traits": {"plan": account[3:]}}
            assert tracking.post("/v1/group", json=body).status_code == 200
        for number in range(3):
            event = {"userId": "sga-1", "event": "Firm Login", "messageId": f"firm-{number}"}
            assert tracking.post("/v1/track", json=event).status_code == 200
    running_server.settle()
    when = {"all": [{"trait": "plan", "value": "acme"}, {"did": "Firm Login", "value": 3}]}
    preview = api.post("/api/v1/segments/preview", json={"of": "accounts", "when": when}).json()
    assert preview["count"] == 1
    assert preview["accounts"][0]["id"] == "sg-acme"
    body = {"key": "late_firms", "of": "accounts", "when": when}
    assert api.post("/api/v1/segments", json=body).status_code == 201
    assert live(api, "/api/v1/segments/late_firms")["count"] == 1
    members = api.get("/api/v1/segments/late_firms/members").json()
    assert [(one["id"], one["members_count"]) for one in members["accounts"]] == [("sg-acme", 2)]
    why = api.get("/api/v1/segments/late_firms/why/sg-acme").json()
    assert (why["member"], why["account"], why["verdict"]["holds"]) == (True, "sg-acme", True)
    assert why["verdict"]["parts"][1]["events"][0] == "firm-2"
    hers = {"account": "any", "where": [{"path": "plan", "value": "acme"}]}
    preview = api.post("/api/v1/segments/preview", json={"when": hers}).json()
    api.post("/api/v1/segments", json={"key": "late_staff", "when": hers})
    assert live(api, "/api/v1/segments/late_staff")["count"] == preview["count"] == 2
    staff = api.get("/api/v1/segments/late_staff/members").json()["items"]
    assert {one["id"] for one in staff} == {one["id"] for one in preview["sample"]}
    asked = "SELECT account FROM account_memberships WHERE segment = 'late_firms'"
    told = until(lambda: api.post("/api/v1/sql", json={"query": asked}).json()["rows"])
    assert told == [["sg-acme"]]
    body["when"] = {"members": "none", "are": {"did": "Firm Login"}}
    assert api.post("/api/v1/segments", json=body).json()["version"] == 2
    until(lambda: live(api, "/api/v1/segments/late_firms")["version"] == 2)
    members = api.get("/api/v1/segments/late_firms/members").json()
    assert "sg-acme" not in {one["id"] for one in members["accounts"]}
    changes = api.get("/api/v1/segments/late_firms/changes").json()["items"]
    left = next(one for one in changes if one["account"] == "sg-acme")
    assert (left["entered"], left["reason"], left["version"]) == (False, {"by": "definition"}, 2)
    assert left["profile"] is None
    trends = {"series": [{"event": "Firm Login"}], "segment": "late_firms"}
    assert api.post("/api/v1/insights/trends", json=trends).status_code == 400
    assert api.delete("/api/v1/segments/late_firms").is_success
    until(lambda: api.get("/api/v1/segments/late_firms").status_code == 404)


def test_a_trait_in_sql_is_asked_again_and_again(
    running_server: RunningServer, api: httpx.Client
) -> None:
    """A value comes, follows what happens, is looked at by a segment, and goes."""
    asked = (
        "SELECT i.profile, count(*) AS value FROM events e JOIN identities i ON i.node = e.node"
        " WHERE e.event = 'Asked In Sql' GROUP BY i.profile"
    )
    document = {
        "traits": [{"key": "late_asked", "trait": {"sql": asked, "every": "1s"}}],
        "segments": [{"key": "late_asked_twice", "when": {"trait": "late_asked", "value": 2}}],
    }
    assert api.post("/api/v1/definitions", json=document).is_success
    person = "/api/v1/profiles/user_id:sg-asked"

    def value() -> Any:
        answer = api.get(person).json()
        return answer.get("computed", {}).get("late_asked")

    with running_server.tracking() as tracking:
        event = {"userId": "sg-asked", "event": "Asked In Sql"}
        for times in (1, 2):
            assert tracking.post("/v1/track", json=event).status_code == 200
            until(lambda times=times: value() == times)
    until(lambda: api.get("/api/v1/segments/late_asked_twice").json()["count"] == 1)
    preview = {"when": {"trait": "late_asked", "op": "gte", "value": 2}}
    until(lambda: api.post("/api/v1/segments/preview", json=preview).json()["count"] == 1)
    assert api.get("/api/v1/computed-traits/late_asked").json()["count"] == 1
    changed = {"key": "late_asked", "trait": {"sql": asked + " HAVING false", "every": "1s"}}
    assert api.post("/api/v1/computed-traits", json=changed).json()["version"] == 2
    until(lambda: value() is None)
    until(lambda: api.get("/api/v1/segments/late_asked_twice").json()["count"] == 0)
    assert api.delete("/api/v1/segments/late_asked_twice").is_success
    assert api.delete("/api/v1/computed-traits/late_asked").is_success


def test_a_trait_is_seen_before_it_is_saved(
    running_server: RunningServer, api: httpx.Client
) -> None:
    """The preview is what it will be: as many people, and of each the same value."""
    with running_server.tracking() as tracking:
        for user, totals in (("tp-a", (10, 30)), ("tp-b", (5.5,)), ("tp-c", ())):
            body = {"userId": user, "traits": {"name": user}}
            assert tracking.post("/v1/identify", json=body).status_code == 200
            for number, total in enumerate(totals):
                said = {"total": total, "tags": [f"t{number}", "all"]}
                event = {"userId": user, "event": "Seen Early", "properties": said}
                event["messageId"] = f"{user}-{number}"
                assert tracking.post("/v1/track", json=event).status_code == 200
    running_server.settle()
    read = {"query": "SELECT count(*) FROM profile_rows WHERE name LIKE 'tp-%'"}
    until(lambda: api.post("/api/v1/sql", json=read).json()["rows"] == [[3]])
    asked = "SELECT profile, 7 AS value FROM identities WHERE profile = node"
    for computation, expected in (
        ({"sum": "Seen Early", "path": "properties.total"}, {"tp-a": 40, "tp-b": 5.5}),
        ({"unique_list": "Seen Early", "path": "properties.tags[]"}, None),
        ({"days_since": "Seen Early"}, {"tp-a": 0, "tp-b": 0}),
        ({"sql": asked, "every": "1h"}, None),
    ):
        told = api.post("/api/v1/computed-traits/preview", json={"trait": computation}).json()
        values = {each["profile"]["id"]: each["value"] for each in told["sample"]}
        names = {each["profile"]["name"]: each["value"] for each in told["sample"]}
        assert told["exact"]
        assert expected is None or expected.items() <= names.items()
        made = {"key": "seen_early", "trait": computation}
        version = api.post("/api/v1/computed-traits", json=made).json()["version"]
        found = _values(api, "seen_early", version, told["count"])
        assert {profile: found[profile] for profile in values} == values
    assert api.delete("/api/v1/computed-traits/seen_early").is_success


def _values(api: httpx.Client, trait: str, version: int, count: int) -> dict[str, Any]:
    """Of everybody with one, once this version has so many."""
    until(lambda: live(api, f"/api/v1/computed-traits/{trait}")["version"] == version)

    def look() -> dict[str, Any]:
        people = api.get("/api/v1/profiles", params={"limit": 200}).json()["items"]
        held = {each["id"]: api.get(f"/api/v1/profiles/{each['id']}").json() for each in people}
        computed = {id: one["computed"] for id, one in held.items()}
        found = {id: each[trait] for id, each in computed.items() if trait in each}
        return found if len(found) == count else {}

    found: dict[str, Any] = until(look)
    return found


def test_a_preview_of_a_trait_says_what_is_wrong(api: httpx.Client) -> None:
    for computation, node in (
        ({"sum": "Seen Early"}, "trait"),
        ({"sql": "SELECT 1 AS one", "every": "1h"}, "trait.sql"),
        ({"model": "rfm"}, "trait"),
    ):
        answer = api.post("/api/v1/computed-traits/preview", json={"trait": computation})
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["details"]["node"].startswith(node)


@pytest.mark.parametrize(
    ("area", "draft", "node"),
    [
        ("segments", {"when": {"all": [{"segment": "nobody_knows"}]}}, "when.all[0].segment"),
        (
            "segments",
            {"when": {"not": {"did": "A", "during": {"from": "2026-03-02", "to": "2026-03-01"}}}},
            "when.not.during",
        ),
        ("segments", {"when": {"members": "any", "are": {"did": "A"}}}, "when"),
        ("computed-traits", {"trait": {"sum": "A"}}, "trait.path"),
    ],
)
def test_a_mistake_in_a_draft_names_the_node_alone(
    api: httpx.Client, area: str, draft: dict[str, Any], node: str
) -> None:
    error = api.post(f"/api/v1/{area}/preview", json=draft).json()["error"]
    assert error["details"]["node"] == node
    assert error["message"].startswith(f"{node}: ")
