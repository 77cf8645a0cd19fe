"""Commands that change something send exactly what was said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Rapport, Script


@pytest.mark.parametrize("action", ["merge", "split"])
def test_decisions(rapport: Rapport, api: Script, action: str) -> None:
    api.on(f"POST /identity/{action}", {"decision": "d-1", "status": "accepted"})
    result = rapport("identity", action, "u-1", "ada@example.org", "--reason", "she called")
    body = {"a": "user_id:u-1", "b": "email:ada@example.org", "reason": "she called"}
    assert api.calls == [(f"POST /identity/{action}", body)]
    assert "rapport identity undo d-1" in result.stderr


def test_preview_decides_nothing(rapport: Rapport, api: Script) -> None:
    side = {"profile": "p_1", "identifiers": ["user_id:u-1"], "count": 1}
    answer = {"before": [side], "after": [side], "events_moved": 1234}
    api.on(r"POST /identity/merge\?preview=true", answer)
    shown = rapport("identity", "merge", "u-1", "u-2", "--preview").stdout
    assert "events that change hands  1,234" in shown


def test_path_between_two_identifiers(rapport: Rapport, api: Script) -> None:
    edge = {"a": "user_id:u-1", "b": "email:a@b.c", "kind": "observed", "count": 3}
    asked = r"GET /profiles/user_id:u-1/identity\?from=user_id%3Au-1&to=email%3Aa%40b.c"
    api.on(asked, {"id": "p_1", "path": [edge]})
    assert "observed" in rapport("identity", "path", "u-1", "a@b.c").stdout


def test_the_rules_that_are_printed_can_be_published(
    rapport: Rapport, api: Script, tmp_path: Path
) -> None:
    rules = {"types": {"email": {"limit": 3}}}
    api.on("GET /identity/rules", {"version": 4, "rules": rules})
    api.on("PUT /identity/rules", {"decision": "d-9", "status": "done"})
    file = tmp_path / "rules.json"
    file.write_text(rapport("identity", "rules").stdout)
    assert "d-9" in rapport("identity", "rules", str(file), "--reason", "three").stdout
    assert api.calls[-1] == ("PUT /identity/rules", {"rules": rules, "reason": "three"})


def test_redrive_with_a_correction(rapport: Rapport, api: Script) -> None:
    api.on("POST /quarantine/17/redrive", {"id": 17, "status": "stored", "detail": ""})
    rapport("quarantine", "redrive", "17", "--body", "-", stdin='{"type": "track"}')
    assert api.calls == [("POST /quarantine/17/redrive", {"body": {"type": "track"}})]


def test_redrive_by_reason_goes_on_until_the_last(
    rapport: Rapport, api: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def item(number: int) -> dict[str, object]:
        return {"id": number, "status": "accepted", "detail": ""}

    pages = iter([{"items": [item(9)], "next": "9"}, {"items": [item(4)], "next": None}])
    monkeypatch.setattr(api, "call", lambda *said: (api.calls.append(said[1:]), next(pages))[1])
    told = json.loads(rapport("quarantine", "redrive", "--reason", "unknown_type", "--json").stdout)
    assert [each["id"] for each in told["items"]] == [9, 4]
    asked = [{"reason": "unknown_type"}, {"reason": "unknown_type", "before": 9}]
    assert api.calls == [("/quarantine/redrive", body) for body in asked]


def test_what_could_not_be_sent_again_is_an_error(rapport: Rapport, api: Script) -> None:
    skipped = {"id": 4, "status": "skipped", "detail": "number 4 is discarded already"}
    api.on("POST /quarantine/redrive", {"items": [skipped]})
    assert "already" in rapport("quarantine", "redrive", "4", code=1).stdout


def test_a_correction_must_be_json(rapport: Rapport, api: Script) -> None:
    error = rapport("quarantine", "redrive", "17", "--body", "-", stdin="{", code=1).stderr
    assert "not JSON" in error
    assert api.calls == []


def test_redrive_needs_to_know_what(rapport: Rapport) -> None:
    assert "either IDs or --reason" in rapport("quarantine", "redrive", code=2).stderr
    wrong = rapport("quarantine", "redrive", "1", "2", "--body", "-", stdin="{}", code=2)
    assert "exactly one ID" in wrong.stderr


def test_a_new_source_prints_its_key(rapport: Rapport, api: Script) -> None:
    keys = [{"key": "wk_old", "works": False}, {"key": "wk_new", "works": True}]
    api.on("POST /sources", {"slug": "web-shop", "write_keys": keys})
    shown = rapport("sources", "add", "Web shop", "--kind", "web").stdout
    assert "wk_new" in shown
    assert "wk_old" not in shown
    sent = {"name": "Web shop", "kind": "web", "party": "first"}
    assert api.calls == [("POST /sources", sent)]


def test_rotation_is_in_seconds(rapport: Rapport, api: Script) -> None:
    api.on("POST /sources/web/keys", {"key": "wk_2"})
    rapport("sources", "rotate", "web", "--overlap-hours", "2")
    assert api.calls == [("POST /sources/web/keys", {"overlap_seconds": 7200})]


def test_a_new_api_key_is_shown_once(rapport: Rapport, api: Script) -> None:
    api.on("POST /keys", {"key": {"id": "k1"}, "secret": "rk_s"})
    result = rapport("keys", "create", "report", "--may", "read", "--may", "write")
    assert "rk_s" in result.stdout
    assert "not shown again" in result.stderr
    assert api.calls == [("POST /keys", {"name": "report", "scopes": ("read", "write")})]


def test_login_prints_only_the_link_on_stdout(rapport: Rapport, api: Script) -> None:
    link = {"email": "admin@localhost", "token": "t", "url": "http://127.0.0.1:8000/login#token=t"}
    api.on("POST /session/links", link)
    assert rapport("login").stdout == f"{link['url']}\n"
    assert json.loads(rapport("login", "--json").stdout) == link


def test_a_source_is_changed_and_switched_off(rapport: Rapport, api: Script) -> None:
    source = {"slug": "shop", "name": "Shop", "kind": "web", "brand": "B", "region": "IN"}
    source |= {"party": "first", "ttl_days": None, "enabled": False}
    api.on("PATCH /sources/shop", source)
    said = rapport("sources", "change", "shop", "--brand", "B", "--ttl-days", "0", "--off").stdout
    changed = {"brand": "B", "ttl_days": None, "enabled": False}
    assert api.calls == [("PATCH /sources/shop", changed)]
    assert "on      no" in said
    assert "say what to change" in rapport("sources", "change", "shop", code=2).stderr
