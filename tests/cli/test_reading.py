"""Commands that show something: the right question, a readable table, the same as JSON."""

from __future__ import annotations

import json

from tests.cli.conftest import Rapport, Script

ADA = {
    "id": "p_1",
    "name": "Ada",
    "identifiers": [
        {
            "type": "email",
            "value": "ada@example.org",
            "count": 1204,
            "last_seen": "2026-01-02T03:04:05Z",
        }
    ],
    "traits": {"plan": "pro", "postcode": 10115},
    "first_seen": "2026-01-01T00:00:00Z",
    "last_seen": "2026-01-02T03:04:05Z",
    "sources": ["web"],
    "brands": [],
    "accounts": [],
    "counters": {"total": 1204, "events": {}},
}


def test_profile(rapport: Rapport, api: Script) -> None:
    api.on(r"GET /profiles/email:ada@example\.org", ADA)
    shown = rapport("profile", "ada@example.org").stdout
    assert "email" in shown
    assert "1,204" in shown
    assert "10115" in shown, "a postcode is no quantity"
    assert json.loads(rapport("profile", "ada@example.org", "--json").stdout) == ADA


def test_profile_why_shows_the_losers(rapport: Rapport, api: Script) -> None:
    candidates = [{"value": "pro", "wins": True}, {"value": "free", "wins": False}]
    plan = {"value": "pro", "rule": "most_recent", "source": "crm", "candidates": candidates}
    api.on(r"GET /profiles/p_1\?explain=true", ADA | {"explain": {"plan": plan}})
    shown = rapport("profile", "p_1", "--why").stdout
    assert "most_recent" in shown
    assert "free" in shown


def test_profile_timeline(rapport: Rapport, api: Script) -> None:
    event = {"timestamp": "2026-01-02T03:04:05Z", "type": "track", "message_id": "m-1"}
    api.on(r"GET /profiles/p_1", ADA)
    api.on(r"GET /profiles/p_1/events\?limit=2", {"items": [event], "next": None})
    assert "m-1" in rapport("profile", "p_1", "--events", "2").stdout
    answer = json.loads(rapport("profile", "p_1", "--events", "2", "--json").stdout)
    assert answer["timeline"] == [event]


def test_nobody_found_says_what_to_do(rapport: Rapport, api: Script) -> None:
    api.on(r"GET /profiles\?limit=20&q=zz", {"items": [], "next": None})
    result = rapport("profile", "--find", "zz")
    assert result.stdout == ""
    assert "rapport import" in result.stderr


def test_trace(rapport: Rapport, api: Script) -> None:
    stage = {"stage": "dedupe", "status": "ok", "at": None, "detail": {"first": True, "of": None}}
    api.on("GET /trace/m%2F1", {"message_id": "m/1", "found": True, "stages": [stage]})
    assert "first=True" in rapport("trace", "m/1").stdout


def test_trace_of_nothing_is_an_error(rapport: Rapport, api: Script) -> None:
    api.on("GET /trace/m-2", {"message_id": "m-2", "found": False, "stages": []})
    assert "no event with messageId 'm-2'" in rapport("trace", "m-2", code=1).stderr


ANSWER = {
    "columns": ["event", "n"],
    "types": ["VARCHAR", "BIGINT"],
    "rows": [["Order Completed", 12345]],
    "truncated": False,
    "elapsed_ms": 3.2,
}


def test_sql(rapport: Rapport, api: Script) -> None:
    api.on("POST /sql", ANSWER)
    result = rapport("sql", "SELECT 1")
    assert "12,345" in result.stdout
    assert "1 rows in 3 ms" in result.stderr
    assert rapport("sql", "SELECT 1", "--quiet").stderr == ""
    assert json.loads(rapport("sql", "SELECT 1", "--json").stdout) == ANSWER
    assert rapport("sql", "SELECT 1", "--csv").stdout.splitlines() == [
        "event,n",
        "Order Completed,12345",
    ]


def test_sql_from_stdin(rapport: Rapport, api: Script) -> None:
    api.on("POST /sql", ANSWER)
    rapport("sql", "-", "--limit", "5", stdin="SELECT 2")
    assert api.calls == [("POST /sql", {"query": "SELECT 2", "limit": 5})]


def test_a_missing_folder_says_how_to_make_one(rapport: Rapport) -> None:
    error = rapport("profile", "--data", str(rapport.folder / "none"), code=1).stderr
    assert "there is no data folder" in error
    assert "rapport demo" in error
