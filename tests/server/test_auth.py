"""Deny by default: every registered route, without credentials, with too few, with forged ones."""

from __future__ import annotations

import contextlib
import re
import uuid

import httpx
import pytest

from rapport.server.access.auth import PUBLIC
from rapport.server.access.scopes import READING
from rapport.server.api.routes import AREAS
from tests.conftest import RunningServer

ROUTES = sorted(
    {
        (method, re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:str\}", "x", path)))
        for area in AREAS
        for route in area.ROUTES
        for path in route.paths
        for method in route.http_methods
    }
    | {("GET", "/api/v1/openapi.json"), ("GET", "/api/v1/nowhere"), ("GET", "/api/")}
)
# What asks with a body and changes nothing.
QUESTIONS = {
    ("POST", "/api/v1/sql"),
    ("POST", "/api/v1/segments/preview"),
    ("POST", "/api/v1/computed-traits/preview"),
    ("POST", "/api/v1/definitions/check"),
    ("POST", "/api/v1/insights/x"),
    ("POST", "/api/v1/insights/x/people"),
    ("POST", "/api/v1/insights/x/why"),
    ("POST", "/api/v1/value/attribution"),
    ("POST", "/api/v1/value/lookalikes"),
    ("DELETE", "/api/v1/insights/running/x"),  # ends a question
}
# What changes nothing but the caller's own session.
OWN = {("DELETE", "/api/v1/session"), ("PUT", "/api/v1/session/password")}
# Taking back a decision, a key that may only send events or a sending is no deleting.
TAKEN_BACK = {
    ("DELETE", "/api/v1/profiles/x/pins/x"),
    ("DELETE", "/api/v1/sources/x/keys/x"),
    ("DELETE", "/api/v1/dashboards/x/schedule"),
}


def test_every_route_refuses_a_stranger(running_server: RunningServer) -> None:
    assert len(ROUTES) > 40
    with httpx.Client(base_url=running_server.base_url) as stranger:
        let_in = {
            (method, path)
            for method, path in ROUTES
            if stranger.request(method, path).status_code != 401
        }
    assert let_in == {route for route in ROUTES if route in PUBLIC}


def test_a_reading_key_writes_nothing(running_server: RunningServer) -> None:
    with running_server.api() as api:
        made = api.post("/api/v1/keys", json={"name": "reader", "scopes": ["read"]}).json()
        assert made["secret"].endswith(made["key"]["last4"])
        reader = {"authorization": f"Bearer {made['secret']}"}
        allowed = {
            (method, path)
            for method, path in ROUTES
            if method != "GET"
            and (method, path) not in PUBLIC
            and api.request(method, path, headers=reader, json={}).status_code != 403
        }
        assert allowed == QUESTIONS | OWN
        assert api.get("/api/v1/keys", headers=reader).status_code == 403
        assert api.get("/api/v1/profiles", headers=reader).status_code == 200
        assert api.delete(f"/api/v1/keys/{made['key']['id']}").status_code == 200
        assert api.get("/api/v1/profiles", headers=reader).status_code == 401
        listed = api.get("/api/v1/keys").text
        assert made["secret"] not in listed


def test_a_writing_key_deletes_nothing(running_server: RunningServer) -> None:
    """Nor does it see to users and keys, which would let it become more than it is."""
    with running_server.api() as api:
        made = api.post("/api/v1/keys", json={"name": "writer", "scopes": ["write"]}).json()
        writer = {"authorization": f"Bearer {made['secret']}"}
        guarded = [
            route
            for route in ROUTES
            if route[0] == "DELETE" or route[1].startswith(("/api/v1/users", "/api/v1/keys"))
        ]
        allowed = {
            (method, path)
            for method, path in guarded
            if api.request(method, path, headers=writer).status_code != 403
        }
        assert allowed == {route for route in QUESTIONS | OWN if route in guarded} | TAKEN_BACK
        assert len(guarded) > 12
        api.delete(f"/api/v1/keys/{made['key']['id']}")


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer wrong", "Basic cmtfdGVzdDo=", "Bearer wk_0123456789abcdef0123456789abcdef"],
)
def test_other_credentials_do_not_open_the_api(running_server: RunningServer, header: str) -> None:
    answer = httpx.get(
        f"{running_server.base_url}/api/v1/profiles", headers={"authorization": header}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def _signed_in(server: RunningServer) -> tuple[httpx.Client, dict[str, str]]:
    with server.api() as api:
        link = api.post("/api/v1/session/links", json={}).json()
    browser = httpx.Client(base_url=server.base_url, timeout=30)
    opened = browser.post("/api/v1/session/link", json={"token": link["token"]})
    assert opened.status_code == 200, opened.text
    return browser, {"x-csrf-token": opened.json()["csrf"]}


def test_a_link_signs_in_once(running_server: RunningServer) -> None:
    with running_server.api() as api:
        token = api.post("/api/v1/session/links", json={}).json()["token"]
    with httpx.Client(base_url=running_server.base_url) as browser:
        first = browser.post("/api/v1/session/link", json={"token": token})
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        again = browser.post("/api/v1/session/link", json={"token": token})
        assert (again.status_code, again.json()["error"]["code"]) == (401, "login_link_used")
        assert browser.get("/api/v1/session").json()["user"]["email"] == "admin@localhost"


def test_a_session_writes_only_with_its_token_and_from_its_own_site(
    running_server: RunningServer,
) -> None:
    browser, csrf = _signed_in(running_server)
    body = {"name": "from the console", "scopes": ["read"]}
    with contextlib.closing(browser):
        assert browser.post("/api/v1/keys", json=body).json()["error"]["code"] == "csrf"
        wrong = {"x-csrf-token": "x"}
        assert browser.post("/api/v1/keys", json=body, headers=wrong).status_code == 403
        elsewhere = {**csrf, "origin": "https://evil.example"}
        refused = browser.post("/api/v1/keys", json=body, headers=elsewhere)
        assert refused.json()["error"]["code"] == "origin"
        here = {**csrf, "origin": running_server.base_url}
        assert browser.post("/api/v1/keys", json=body, headers=here).status_code == 201
        assert browser.delete("/api/v1/session", headers=csrf).status_code == 200
        assert browser.get("/api/v1/session").status_code == 401


def test_no_route_that_writes_does_without_the_token(running_server: RunningServer) -> None:
    """Nor does one take a request that another site made a browser send."""
    browser, csrf = _signed_in(running_server)
    elsewhere = {**csrf, "sec-fetch-site": "cross-site"}
    writing = [route for route in ROUTES if route[0] not in READING and route not in PUBLIC]
    assert len(writing) > 40
    with contextlib.closing(browser):
        codes = {
            browser.request(method, path, json={}, headers=headers).json()["error"]["code"]
            for method, path in writing
            for headers in ({}, {"x-csrf-token": "x"}, elsewhere)
        }
        assert codes == {"csrf", "origin"}
        assert browser.get("/api/v1/session").status_code == 200


def test_a_new_password_ends_all_other_sessions(running_server: RunningServer) -> None:
    browser, csrf = _signed_in(running_server)
    other, _ = _signed_in(running_server)
    password = f"correct horse {uuid.uuid4()}"
    with contextlib.closing(browser), contextlib.closing(other):
        short = browser.put("/api/v1/session/password", json={"password": "short"}, headers=csrf)
        assert short.json()["error"]["code"] == "weak_password"
        change = {"password": password, "current": _PASSWORD.get("now", "")}
        assert browser.put("/api/v1/session/password", json=change, headers=csrf).status_code == 200
        _PASSWORD["now"] = password
        assert other.get("/api/v1/session").status_code == 401
        assert browser.get("/api/v1/session").status_code == 200
    with httpx.Client(base_url=running_server.base_url) as fresh:
        who = {"email": "admin@localhost", "password": password}
        assert fresh.post("/api/v1/session", json=who).status_code == 200


# The password of the session-wide server, once a test has set it.
_PASSWORD: dict[str, str] = {}


def test_guessing_is_slowed_down_and_tells_nothing(running_server: RunningServer) -> None:
    account = f"{uuid.uuid4()}@example.org"
    with httpx.Client(base_url=running_server.base_url) as thief:
        who = {"email": account, "password": "whatever it is"}
        answers = [thief.post("/api/v1/session", json=who) for _ in range(10)]
    assert {a.status_code for a in answers[:8]} == {401}
    assert {a.json()["error"]["code"] for a in answers[:8]} == {"wrong_password"}
    assert [a.status_code for a in answers[8:]] == [429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
