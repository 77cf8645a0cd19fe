"""Signing in: a link that only its button uses up, a password, and back to the page one wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]
PASSWORD = "correct horse battery staple"


@pytest.fixture
def stranger(chromium: Any, empty_shop: RunningServer) -> Iterator[Any]:
    page = chromium.new_page(base_url=empty_shop.base_url, reduced_motion="reduce")
    page.set_default_timeout(10_000)
    yield page
    page.close()


def test_link_then_password(stranger: Any, empty_shop: RunningServer) -> None:
    with empty_shop.api() as api:
        link = api.post("/api/v1/session/links", json={}).json()
    path = f"/login#token={link['token']}"
    stranger.goto(path)
    stranger.get_by_role("heading", name="Welcome to Rapport").wait_for()
    assert link["token"] not in stranger.url
    stranger.goto("about:blank")
    stranger.goto(path)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.get_by_role("textbox", name="New password").fill("short")
    stranger.get_by_role("button", name="Save and continue").click()
    stranger.get_by_role("alert").get_by_text("too short").wait_for()
    stranger.get_by_role("textbox", name="New password").fill(PASSWORD)
    stranger.get_by_role("button", name="Save and continue").click()
    stranger.get_by_role("heading", name="Home").wait_for()

    stranger.get_by_role("button", name="Account").click()
    stranger.get_by_role("menuitem", name="Sign out").click()
    stranger.get_by_role("heading", name="Sign in").wait_for()
    stranger.goto("/live?type=track")
    stranger.get_by_role("textbox", name="E-mail").fill(link["email"])
    stranger.get_by_role("textbox", name="Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url("**/live?type=track")


def test_a_used_link_says_so(stranger: Any, empty_shop: RunningServer) -> None:
    stranger.goto("/login#token=nonsense")
    stranger.get_by_role("button", name="Sign in").click()
    stranger.get_by_role("alert").get_by_text("already used").wait_for()


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_a_link_cannot_lead_elsewhere(chromium: Any, shop: RunningServer, next_: str) -> None:
    context = chromium.new_context(base_url=shop.base_url)
    page = context.new_page()
    with shop.api() as api:
        token = api.post("/api/v1/session/links", json={}).json()["token"]
    page.goto(f"/login?next={next_}#token={token}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Later").click()
    page.get_by_role("heading", name="Home").wait_for()
    assert page.url.startswith(shop.base_url)
    context.close()
