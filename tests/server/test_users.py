"""Inviting, disabling and resetting users of the console, over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.conftest import RunningServer


@contextmanager
def _browser(server: RunningServer, link: dict[str, Any]) -> Iterator[tuple[httpx.Client, Any]]:
    """A client that has signed in by a link, and the session that was opened."""
    with httpx.Client(base_url=server.base_url, timeout=30) as browser:
        yield browser, browser.post("/api/v1/session/link", json={"token": link["token"]}).json()


def test_an_invited_user_comes_in_until_disabled(running_server: RunningServer) -> None:
    email = f"{uuid.uuid4()}@example.org"
    with running_server.api() as api:
        made = api.post("/api/v1/users", json={"email": email, "name": "Ada", "role": "editor"})
        assert made.status_code == 201, made.text
        link = made.json()["link"]
        assert link["url"].endswith(f"/login#token={link['token']}")
        with _browser(running_server, link) as (browser, session):
            who = {"email": email, "name": "Ada", "has_password": False, "role": "editor"}
            assert (session["user"], session["scopes"]) == (who, ["read", "write"])
            again = api.post("/api/v1/users", json={"email": email.upper()})
            assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
            listed = {user["email"]: user for user in api.get("/api/v1/users").json()["items"]}
            assert listed[email]["seen_at"] is not None
            gone = api.post(f"/api/v1/users/{email}/disable")
            assert gone.json()["disabled_at"] is not None
            assert browser.get("/api/v1/session").status_code == 401
        refused = api.post("/api/v1/session/links", json={"email": email})
        assert refused.status_code == 409
        assert api.post(f"/api/v1/users/{email}/enable").json()["disabled_at"] is None


def test_a_reset_password_is_of_no_use(running_server: RunningServer) -> None:
    email, password = f"{uuid.uuid4()}@example.org", f"correct horse {uuid.uuid4()}"
    with running_server.api() as api:
        link = api.post("/api/v1/users", json={"email": email}).json()["link"]
        with _browser(running_server, link) as (browser, session):
            csrf = {"x-csrf-token": session["csrf"]}
            browser.put("/api/v1/session/password", json={"password": password}, headers=csrf)
            who = {"email": email, "password": password}
            assert browser.post("/api/v1/session", json=who).status_code == 200
            reset = api.post(f"/api/v1/users/{email}/reset").json()
            assert reset["user"]["has_password"] is False
            assert browser.get("/api/v1/session").status_code == 401
            assert browser.post("/api/v1/session", json=who).status_code == 401
        with _browser(running_server, reset["link"]) as (_, session):
            assert session["user"]["email"] == email
        assert api.post("/api/v1/users/nobody@example.org/reset").status_code == 404
        api.post(f"/api/v1/users/{email}/disable")


def test_a_role_is_what_a_user_may_do(running_server: RunningServer) -> None:
    """Asked at every request: no session has to be opened anew."""
    email, dashboard = f"{uuid.uuid4()}@example.org", f"d{uuid.uuid4().hex[:8]}"
    user, board = f"/api/v1/users/{email}", f"/api/v1/dashboards/{dashboard}"
    with running_server.api() as api:
        link = api.post("/api/v1/users", json={"email": email}).json()["link"]
        with _browser(running_server, link) as (browser, session):
            browser.headers["x-csrf-token"] = session["csrf"]
            make = {"key": dashboard, "name": "Mine"}

            def may() -> list[int]:
                tried = [
                    browser.get("/api/v1/profiles"),
                    browser.post("/api/v1/dashboards", json=make),
                    browser.delete(board),
                    browser.get("/api/v1/users"),
                ]
                return [answer.status_code for answer in tried]

            assert may() == [200, 403, 403, 403]
            assert api.patch(user, json={"role": "editor"}).json()["scopes"] == ["read", "write"]
            assert may() == [200, 201, 403, 403]
            assert api.patch(user, json={"role": "admin"}).json()["role"] == "admin"
            assert may() == [200, 409, 200, 200]
            api.patch(user, json={"role": "viewer"})
            refused = browser.post("/api/v1/dashboards", json=make).json()["error"]
            assert refused["details"] == {"scope": "write", "scopes": ["read"]}
            assert "administrator" in refused["hint"]
            # his own are his, whatever the role
            mine = browser.put("/api/v1/session/password", json={"password": "four plain words"})
            assert mine.status_code == 200
            browser.headers["x-csrf-token"] = mine.json()["csrf"]
            assert browser.delete("/api/v1/session").status_code == 200
        assert api.patch(user, json={"role": "root"}).status_code == 400
        assert (
            api.patch("/api/v1/users/nobody@example.org", json={"role": "admin"}).status_code == 404
        )
        api.post(f"{user}/disable")
