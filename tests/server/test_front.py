"""Sessions behind a proxy that speaks https, and what a browser is not believed."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from rapport.server.access import attempts
from tests.conftest import RunningServer, served

PUBLIC = "https://rapport.example"
BY_HTTPS = {"x-forwarded-proto": "https"}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a trusted proxy on this machine, and a public address."""
    folder = tmp_path_factory.mktemp("behind") / "data"
    with served(folder, trusted_proxies="127.0.0.0/8", public_url=PUBLIC) as server:
        yield server
        server.stop()


def _opened(server: RunningServer, headers: dict[str, str]) -> httpx.Response:
    with server.api() as api:
        token = api.post("/api/v1/session/links", json={}).json()["token"]
    url = f"{server.base_url}/api/v1/session/link"
    answer = httpx.post(url, json={"token": token}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def _session(server: RunningServer, cookie: str, headers: dict[str, str]) -> int:
    url = f"{server.base_url}/api/v1/session"
    return httpx.get(url, headers={**headers, "cookie": cookie}).status_code


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({}, "rapport_session="),
        (BY_HTTPS, "__Host-rapport_session="),
        ({"host": "rapport.example"}, "__Host-rapport_session="),  # only https leads there
        ({"host": "evil.example"}, "rapport_session="),
    ],
)
def test_a_cookie_is_bound_to_https_when_the_visitor_used_it(
    behind: RunningServer, headers: dict[str, str], name: str
) -> None:
    cookie = _opened(behind, headers).headers["set-cookie"]
    assert cookie.startswith(name)
    assert ("; Secure" in cookie) == name.startswith("__Host-")
    assert "; HttpOnly; SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_who_is_no_trusted_proxy_says_nothing_of_https(running_server: RunningServer) -> None:
    cookie = _opened(running_server, BY_HTTPS).headers["set-cookie"]
    assert cookie.startswith("rapport_session=")
    assert "Secure" not in cookie


def test_a_planted_cookie_opens_nothing_by_https(behind: RunningServer) -> None:
    """Another server of the domain can set the plain name, but not the one bound to this host."""
    secret = _opened(behind, {}).cookies["rapport_session"]
    assert _session(behind, f"rapport_session={secret}", {}) == 200
    assert _session(behind, f"rapport_session={secret}", BY_HTTPS) == 401
    assert _session(behind, f"__Host-rapport_session={secret}", BY_HTTPS) == 200


@pytest.mark.parametrize(
    ("origin", "code"),
    [("null", "origin"), ("https://evil.example", "origin"), (PUBLIC, "login_link_used")],
)
def test_signing_in_from_another_site(behind: RunningServer, origin: str, code: str) -> None:
    """Also from a page that hides where it comes from, with or without a public address."""
    for_nothing = {"json": {"token": "x"}, "headers": {"origin": origin}}
    answer = httpx.post(f"{behind.base_url}/api/v1/session/link", **for_nothing)
    assert answer.json()["error"]["code"] == code


def test_a_page_without_an_origin_is_a_stranger(running_server: RunningServer) -> None:
    answer = httpx.post(
        f"{running_server.base_url}/api/v1/session/link",
        json={"token": "x"},
        headers={"origin": "null"},
    )
    assert answer.json()["error"]["code"] == "origin"


def test_links_lead_to_the_public_address_whatever_host_is_asked(behind: RunningServer) -> None:
    with behind.api() as api:
        made = api.post("/api/v1/session/links", json={}, headers={"host": "evil.example"})
    assert made.json()["url"].startswith(f"{PUBLIC}/login#token=")


def test_guesses_at_once_get_no_further_than_one_after_another(own_server: RunningServer) -> None:
    who = {"email": "admin@localhost", "password": "whatever it is"}

    def guess(_: int) -> int:
        return httpx.post(f"{own_server.base_url}/api/v1/session", json=who).status_code

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count(401) == attempts.PER_ACCOUNT
    assert answers.count(429) == 24 - attempts.PER_ACCOUNT


def test_a_stream_ends_with_the_session(running_server: RunningServer) -> None:
    email = f"{uuid.uuid4()}@example.org"
    watching, ended = threading.Event(), threading.Event()

    def watch(browser: httpx.Client) -> None:
        with browser.stream("GET", "/api/v1/live") as stream:
            for chunk in stream.iter_text():
                if "event: past" in chunk:
                    watching.set()
        ended.set()

    with running_server.api() as api:
        link: dict[str, Any] = api.post("/api/v1/users", json={"email": email}).json()["link"]
        with httpx.Client(base_url=running_server.base_url, timeout=30) as browser:
            browser.post("/api/v1/session/link", json={"token": link["token"]})
            watcher = threading.Thread(target=watch, args=(browser,), daemon=True)
            watcher.start()
            assert watching.wait(10)
            assert not ended.wait(0.3)
            api.post(f"/api/v1/users/{email}/disable")
            assert ended.wait(20)
            watcher.join()
