"""Questions through a real server: answers, the people behind them, and what is kept."""

from __future__ import annotations

import time
from typing import Any

import pytest

from rapport.clock import SystemClock, to_iso
from tests.conftest import RunningServer

MINUTE = 60_000_000
FUNNEL: dict[str, Any] = {
    "steps": [
        {"event": "Basket Opened"},
        {"event": "Basket Paid", "where": [{"path": "properties.total", "op": "gt", "value": 10}]},
    ],
    "window": "1h",
}


@pytest.fixture(scope="module")
def asked(running_server: RunningServer) -> RunningServer:
    """Three people: one buys for much, one for little, one not at all."""
    begun = SystemClock().now() - 30 * MINUTE

    def event(person: str, name: str, minute: int, **properties: Any) -> dict[str, Any]:
        return {
            "type": "track",
            "userId": person,
            "event": name,
            "timestamp": to_iso(begun + minute * MINUTE),
            "properties": properties,
        }

    batch = [event(f"asked-{n}", "Basket Opened", n) for n in range(3)]
    batch += [event("asked-0", "Basket Paid", 5, total=99.5)]
    batch += [event("asked-1", "Basket Paid", 6, total=5)]
    with running_server.tracking() as tracking:
        assert tracking.post("/v1/batch", json={"batch": batch}).status_code == 200
    running_server.settle()
    return running_server


def test_a_funnel_and_who_is_behind_it(asked: RunningServer) -> None:
    with asked.api() as api:
        answer = api.post("/api/v1/insights/funnel", json=FUNNEL).json()
        assert [step["count"] for step in answer["steps"]] == [3, 1]
        assert api.post("/api/v1/insights/funnel", json=FUNNEL).json()["steps"] == answer["steps"]
        reached = {"question": FUNNEL, "cell": {"step": 2}}
        found = api.post("/api/v1/insights/funnel/people", json=reached).json()
        assert found["count"] == 1
        buyer = api.get("/api/v1/profiles/user_id:asked-0").json()
        assert [one["id"] for one in found["items"]] == [buyer["id"]]
        dropped = {"question": FUNNEL, "cell": {"step": 2, "outcome": "dropped"}}
        page = api.post("/api/v1/insights/funnel/people?limit=1", json=dropped).json()
        assert (page["count"], len(page["items"])) == (2, 1)
        rest = api.post(
            f"/api/v1/insights/funnel/people?limit=1&cursor={page['next']}", json=dropped
        ).json()
        assert rest["next"] is None
        assert rest["items"][0]["id"] != page["items"][0]["id"]


def test_only_members_of_a_segment(asked: RunningServer) -> None:
    bought = {"did": "Basket Paid", "where": [{"path": "properties.total", "op": "lt", "value": 9}]}
    segment = {"key": "small_baskets", "name": "Small baskets", "when": bought}
    with asked.api() as api:
        nobody = FUNNEL | {"segment": "no_such_segment"}
        assert api.post("/api/v1/insights/funnel", json=nobody).status_code == 404
        assert api.post("/api/v1/segments", json=segment).status_code in (200, 201, 202)
        for _ in range(200):
            answer = api.post("/api/v1/insights/funnel", json=FUNNEL | {"segment": segment["key"]})
            if answer.status_code != 409:
                break
            time.sleep(0.05)
        assert [step["count"] for step in answer.json()["steps"]] == [1, 0]


def test_why_somebody_is_not_counted(asked: RunningServer) -> None:
    question = {"question": FUNNEL, "profile": "user_id:asked-1"}
    with asked.api() as api:
        told = api.post("/api/v1/insights/funnel/why", json=question).json()
        assert told["reached"] == 1
        nobody = {"question": FUNNEL, "profile": "user_id:never-seen"}
        assert api.post("/api/v1/insights/funnel/why", json=nobody).status_code == 404


@pytest.mark.parametrize(
    ("kind", "question", "named"),
    [
        ("funel", {}, "kind"),
        ("funnel", {"steps": []}, "steps"),
        ("funnel", {"steps": [{"event": "A"}], "window": "soon"}, "window"),
        ("funnel", {"steps": [{"event": "A", "where": [{"path": "x"}]}]}, "steps[0].where[0]"),
    ],
)
def test_a_bad_question_is_told_where(
    running_server: RunningServer, kind: str, question: dict[str, Any], named: str
) -> None:
    with running_server.api() as api:
        answer = api.post(f"/api/v1/insights/{kind}", json=question)
        assert answer.status_code == 400
        assert named in answer.json()["error"]["message"]


def test_a_kept_question_has_versions(asked: RunningServer) -> None:
    kept = {"key": "baskets", "name": "Baskets", "question": {"kind": "funnel", **FUNNEL}}
    with asked.api() as api:
        assert api.post("/api/v1/saved-insights", json=kept).json()["version"] == 1
        assert api.post("/api/v1/saved-insights", json=kept).status_code == 409
        # Nobody asked this before: the answer is worked out while the caller waits.
        never_asked = {"kind": "funnel", **FUNNEL, "window": "2h"}
        changed = {"name": "Baskets paid", "question": never_asked}
        assert api.put("/api/v1/saved-insights/baskets", json=changed).json()["version"] == 2
        assert "baskets" in [
            one["key"] for one in api.get("/api/v1/saved-insights").json()["items"]
        ]
        answer = api.get("/api/v1/saved-insights/baskets/answer").json()
        assert answer["steps"][0]["count"] == 3
        bad = {"name": "x", "question": {"kind": "funnel", "steps": []}}
        assert api.put("/api/v1/saved-insights/baskets", json=bad).status_code == 400
        assert api.delete("/api/v1/saved-insights/baskets").status_code == 200
        assert api.get("/api/v1/saved-insights/baskets").status_code == 404
        assert api.post("/api/v1/saved-insights", json=kept).json()["version"] == 4


def test_a_dashboard(running_server: RunningServer) -> None:
    board = {
        "key": "shop",
        "name": "Shop",
        "cards": [{"insight": "baskets", "width": 12}],
        "filters": {
            "from": "2026-01-01",
            "segment": [{"trait": "plan", "other_than": ["pro", None]}],
            "where": [{"path": "properties.total", "op": "gt", "value": 10}],
        },
    }
    nonsense = [
        {"from": "now"},
        {"where": [{"path": "properties.total", "op": "like", "value": 1}]},
        {"segment": {"trait": "plan"}},
        {"segment": {"trait": "tags[]", "value": "a"}},
    ]
    with running_server.api() as api:
        made = api.post("/api/v1/dashboards", json=board).json()
        assert (made["version"], made["cards"][0]["width"]) == (1, 12)
        wide = {"name": "Shop", "cards": [{"insight": "baskets", "width": 13}]}
        assert api.put("/api/v1/dashboards/shop", json=wide).status_code == 400
        assert api.get("/api/v1/dashboards/shop").json()["filters"] == board["filters"]
        for wrong in nonsense:
            body = {"name": "Shop", "cards": [], "filters": wrong}
            refused = api.put("/api/v1/dashboards/shop", json=body)
            assert refused.status_code == 400, wrong
            assert refused.json()["error"]["code"] == "malformed", wrong
        assert api.delete("/api/v1/dashboards/shop").status_code == 200
        assert api.get("/api/v1/dashboards").json()["items"] == []
