"""Traits in SQL that cannot be asked: refused, or if it shows later told, and no others wait."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.conftest import RunningServer
from tests.server.test_segments import live, until

# Of a text that is a number it can be worked out, of others not.
FRAGILE = (
    "SELECT i.profile, CAST(json_extract_string(e.properties, '$.size') AS INTEGER) AS value"
    " FROM events e JOIN identities i ON i.node = e.node WHERE e.event = 'Fragile'"
)
SOUND = "SELECT profile, 7 AS value FROM identities WHERE profile = node"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("SELEC 1", "sql_syntax", "SELEC"),
        ("DELETE FROM events", "sql_read_only", "DELETE"),
        ("SELECT 1 AS profile, 2 AS worth", "malformed", "value not among profile, worth"),
        ("SELECT profile, 1 AS value FROM no_such_table", "query_error", "no_such_table"),
        ("SELECT 1 AS profile) AS a; DELETE FROM events; --", "", ""),
    ],
)
def test_a_text_that_cannot_be_asked_is_refused(
    api: httpx.Client, text: str, code: str, words: str
) -> None:
    one = {"key": "sql_wrong", "trait": {"sql": text, "every": "1h"}}
    for path, body in (
        ("/api/v1/computed-traits", one),
        ("/api/v1/definitions", {"traits": [one]}),
        ("/api/v1/definitions/check", {"traits": [one]}),
    ):
        answer = api.post(path, json=body)
        assert answer.status_code == 400, answer.text
        error = answer.json()["error"]
        assert error["details"]["node"] == "sql_wrong: trait.sql"
        assert error["hint"]
        assert error["code"] == (code or error["code"])
        assert words in error["message"]
    assert api.get("/api/v1/computed-traits/sql_wrong").status_code == 404


def test_a_text_may_end_as_people_end_it(api: httpx.Client) -> None:
    for text in (f"{SOUND};\n", f"{SOUND} -- everybody", f"WITH a AS ({SOUND}) SELECT * FROM a"):
        one = {"key": "sql_ended", "trait": {"sql": text, "every": "1h"}}
        assert api.post("/api/v1/definitions/check", json={"traits": [one]}).is_success


def test_what_fails_later_is_told_and_the_others_go_on(
    running_server: RunningServer, api: httpx.Client
) -> None:
    def shown(key: str) -> dict[str, Any]:
        found: dict[str, Any] = api.get(f"/api/v1/computed-traits/{key}").json()
        return found

    def send(user: str, size: str) -> None:
        with running_server.tracking() as tracking:
            event = {"userId": user, "event": "Fragile", "properties": {"size": size}}
            assert tracking.post("/v1/track", json=event).status_code == 200

    send("fragile-1", "12")
    made = {"key": "sql_fragile", "trait": {"sql": FRAGILE, "every": "1s"}}
    assert api.post("/api/v1/computed-traits", json=made).is_success
    until(lambda: shown("sql_fragile")["count"] == 1)
    assert shown("sql_fragile")["error"] is None
    send("fragile-2", "twelve")
    error = until(lambda: shown("sql_fragile")["error"])
    assert (error["code"], error["version"]) == ("query_error", 1)
    assert "twelve" in error["message"]
    assert error["hint"]
    assert shown("sql_fragile")["count"] == 1  # the values of the time before
    later = {"key": "sql_sound", "trait": {"sql": SOUND, "every": "1h"}}
    filled = {"key": "sql_beside", "trait": {"count": "Fragile"}}
    for body in (later, filled):
        new = api.post("/api/v1/computed-traits", json=body, headers={"If-None-Match": "*"})
        assert new.status_code == 201
    again = api.post("/api/v1/computed-traits", json=filled, headers={"If-None-Match": "*"})
    assert again.status_code == 409
    until(lambda: shown("sql_sound")["count"] >= 2)
    assert live(api, "/api/v1/computed-traits/sql_beside")["count"] >= 2
    fixed = {**made, "trait": {"sql": FRAGILE.replace("CAST", "TRY_CAST"), "every": "1d"}}
    answer = api.post("/api/v1/computed-traits", json=fixed)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    until(lambda: shown("sql_fragile")["error"] is None)
    for key in ("sql_fragile", "sql_sound", "sql_beside"):
        assert api.delete(f"/api/v1/computed-traits/{key}").is_success
