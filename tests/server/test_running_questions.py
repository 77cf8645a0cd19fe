"""Questions that are being answered: they end when the caller goes away, or somebody says so."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rapport.clock import SystemClock
from rapport.errors import QueryError
from rapport.insights.running import Running
from rapport.server.access.auth import Principal
from rapport.server.api.running import answered
from rapport.warehouse.watch import Watch
from tests.conftest import RunningServer


class Rooms:
    def __init__(self) -> None:
        self.running = Running(SystemClock(), seconds=30, memory_mb=10)

    async def asking(self, work: Callable[[], Any]) -> Any:
        return await asyncio.to_thread(work)


def request(left: asyncio.Event) -> Any:
    """Of somebody who goes away when `left` is set."""

    async def receive() -> dict[str, str]:
        await left.wait()
        return {"type": "http.disconnect"}

    scope = {"principal": Principal("key", "ada", ("read",))}
    return cast("Any", SimpleNamespace(receive=receive, scope=scope))


def slow(watch: Watch) -> str:
    for _ in range(300):
        watch.check()
        time.sleep(0.01)
    return "done"


async def test_a_caller_who_goes_away_ends_the_question() -> None:
    left, rooms = asyncio.Event(), Rooms()
    context = cast("Any", SimpleNamespace(rooms=rooms))
    asked = asyncio.ensure_future(answered(request(left), context, "funnel", "mine", slow))
    await asyncio.sleep(0.05)
    assert [run.by for run in rooms.running.all()] == ["ada"]
    left.set()
    with pytest.raises(QueryError) as caught:
        await asked
    assert caught.value.error_code == "question_cancelled"
    assert rooms.running.all() == []


async def test_a_caller_who_waits_gets_the_answer() -> None:
    context = cast("Any", SimpleNamespace(rooms=Rooms()))
    told = await answered(request(asyncio.Event()), context, "funnel", None, lambda _: "done")
    assert told == "done"


def test_limits_and_names_on_a_server(running_server: RunningServer) -> None:
    body = {"event": {"event": "*"}}
    with running_server.api() as api:
        told = api.post("/api/v1/insights/active?run=r1", json=body)
        assert told.status_code == 200
        assert api.get("/api/v1/insights/running").json()["items"] == []
        assert api.get("/api/v1/insights/running/r1").status_code == 404
        assert api.delete("/api/v1/insights/running/r1").status_code == 404
        bad = api.post("/api/v1/insights/active?run=a%20b", json=body)
        assert (bad.status_code, bad.json()["error"]["code"]) == (400, "malformed")


def test_a_closed_connection_leaves_nothing_running(running_server: RunningServer) -> None:
    """Many at once, so that some of them wait for their turn when everybody goes away."""

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", running_server.port, timeout=10)
        body = json.dumps({"event": {"event": "*"}, "period": "hour", "from": f"{number + 2}d"})
        headers = {
            "authorization": f"Bearer {running_server.api_key}",
            "content-type": "application/json",
        }
        connection.request("POST", "/api/v1/insights/active", body, headers)
        connection.close()

    threads = [threading.Thread(target=ask, args=[n]) for n in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with running_server.api() as api:
        for _ in range(100):
            if not api.get("/api/v1/insights/running").json()["items"]:
                break
            time.sleep(0.05)
        assert api.get("/api/v1/insights/running").json()["items"] == []
        assert api.post("/api/v1/insights/active", json={}).status_code == 200
