"""The live stream over the management API."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx

from rapport.server.views import tail
from tests.conftest import RunningServer
from tests.server.sending import new_user, send_events


def test_live(running_server: RunningServer, api: httpx.Client) -> None:
    user = new_user()
    with api.stream("GET", "/api/v1/live", params={"event": "Wanted"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines) == ": watching"
        assert _next(lines, "past") == []
        send_events(
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
    name, user = f"Past {uuid.uuid4()}", new_user()
    stored = {"type": "track", "event": name, "userId": user, "messageId": str(uuid.uuid4())}
    refused = {"type": "track", "event": name, "messageId": str(uuid.uuid4())}
    send_events(running_server, stored)
    send_events(running_server, stored, refused)

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
        send_events(running_server, stored)
        again = _next(lines, "event")
    assert (again["status"], again["user_id"]) == ("duplicate", user)


def test_live_shows_what_nobody_can_read() -> None:
    """What is nested deeper than any reader follows must not end the stream for its watchers."""
    for body in (b'{"x":' + b"[" * 100_000, b'{"x":' + b"[" * 9_999 + b"]" * 9_999 + b"}", b"\xff"):
        assert tail._fields(body) == {}
    assert tail._fields(b'{"event":"A","userId":7}') == {"event": "A"}
