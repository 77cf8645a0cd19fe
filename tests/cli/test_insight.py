"""`rapport insight`: what is asked of the API, and what is said beside the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Rapport, Script

KNOWN = {"items": [{"event": "Order Completed"}, {"event": "Signed Up"}, {"event": ""}]}
ACTIVE = {"kind": "active", "periods": [], "elapsed_ms": 1.0, "cached": False}


@pytest.fixture
def question(tmp_path: Path) -> Path:
    file = tmp_path / "q.yaml"
    file.write_text('event: {event: ["Order completed", "*", Signed Up, Zzz]}')
    return file


def test_events_that_never_arrived_are_named(rapport: Rapport, api: Script, question: Path) -> None:
    api.on("POST /insights/active", ACTIVE)
    api.on("GET /events.*", KNOWN)
    said = rapport("insight", "active", "--file", str(question), "--json")
    assert json.loads(said.stdout) == ACTIVE
    assert said.stderr.splitlines() == [
        "no event 'Order completed' ever arrived; did you mean 'Order Completed'?",
        "no event 'Zzz' ever arrived",
    ]


def test_where_nothing_arrived_yet_no_name_is_wrong(
    rapport: Rapport, api: Script, question: Path
) -> None:
    api.on("POST /insights/active", ACTIVE)
    api.on("GET /events.*", {"items": []})
    assert "arrived" not in rapport("insight", "active", "--file", str(question)).stderr


def test_a_person_is_named_as_in_every_command(
    rapport: Rapport, api: Script, question: Path
) -> None:
    api.on("POST /insights/active/why", {})
    rapport("insight", "active", "--file", str(question), "--why", "ada@example.org")
    assert api.calls[-1][1]["profile"] == "email:ada@example.org"


def test_people_are_shown_with_their_address(rapport: Rapport, api: Script, question: Path) -> None:
    email = {"type": "email", "value": "ada@example.org"}
    ada = {"id": "p_1", "name": "Ada", "identifiers": [email], "last_seen": "2026-01-02"}
    api.on("POST /insights/active/people", {"items": [ada], "count": 1})
    told = rapport("insight", "active", "--file", str(question), "--people", "{}").stdout
    assert told.splitlines()[-1].split() == ["p_1", "Ada", "ada@example.org", "2026-01-02"]


def test_a_kept_question_of_another_kind_is_not_asked(rapport: Rapport, api: Script) -> None:
    api.on("GET /saved-insights/mine", {"question": {"kind": "funnel", "steps": []}})
    said = rapport("insight", "trends", "--saved", "mine", code=2).stderr
    assert "rapport insight funnel --saved mine" in said
