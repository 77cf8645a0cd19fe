"""Quarantine over the management API: corrected, discarded, sent again."""

from __future__ import annotations

import uuid

import httpx

from tests.conftest import RunningServer
from tests.server.sending import new_user, send_events


def test_quarantine_correct_and_discard(running_server: RunningServer, api: httpx.Client) -> None:
    user, names = new_user(), [str(uuid.uuid4()), str(uuid.uuid4())]
    receipt = send_events(
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
    send_events(running_server, {"type": "track", "userId": new_user(), "messageId": name})
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
