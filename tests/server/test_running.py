"""The whole thing, started for real: from the tracking call to profile, warehouse and balance."""

from __future__ import annotations

import uuid

from tests.conftest import RunningServer


def test_an_event_reaches_profile_warehouse_and_balance(running_server: RunningServer) -> None:
    user = f"u-{uuid.uuid4()}"
    with running_server.tracking() as send, running_server.api() as api:
        traits = {"email": f"{user}@example.org", "name": "Neha"}
        answer = send.post("/v1/identify", json={"userId": user, "traits": traits})
        assert answer.json() == {"success": True}
        send.post("/v1/track", json={"userId": user, "event": "Order Completed"})
        running_server.settle()
        profile = api.get(f"/api/v1/profiles/user_id:{user}").json()
        assert profile["traits"] == traits
        assert {i["type"] for i in profile["identifiers"]} == {"user_id", "email"}
        events = api.get(f"/api/v1/profiles/{profile['id']}/events").json()["items"]
        assert [event["type"] for event in events] == ["track", "identify"]
        question = {"query": "SELECT count(*) FROM events WHERE user_id IS NOT NULL"}
        assert api.post("/api/v1/sql", json=question).json()["rows"][0][0] >= 2
        assert api.get("/api/v1/balance").json()["balanced"] is True
