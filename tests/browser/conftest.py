"""A shop that is running, and a Chromium in which somebody is signed in to its console."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import seed
from tests.conftest import RunningServer, served

BUNDLE = Path(__file__).parents[2] / "src/rapport/console_dist/index.html"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own with the shop of `seed` in it."""
    if not BUNDLE.exists():
        pytest.skip("the console is not built: pip install -e . without RAPPORT_SKIP_CONSOLE")
    with served(tmp_path_factory.mktemp("console") / "data") as server:
        seed.fill(server)
        yield server
        server.stop()


@pytest.fixture(scope="session")
def empty_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that nobody has sent anything to."""
    with served(tmp_path_factory.mktemp("empty") / "data") as server:
        yield server
        server.stop()


@pytest.fixture
def page(chromium: Any, shop: RunningServer) -> Iterator[Any]:
    """A page of somebody who is signed in, in English, 1440 px wide. Fails on any page error."""
    yield from signed_in(chromium, shop)


@pytest.fixture
def empty_page(chromium: Any, empty_shop: RunningServer) -> Iterator[Any]:
    yield from signed_in(chromium, empty_shop)


def signed_in(chromium: Any, server: RunningServer, **options: Any) -> Iterator[Any]:
    context = new_context(chromium, server, **options)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def new_context(
    chromium: Any,
    server: RunningServer,
    *,
    language: str = "en",
    theme: str = "light",
    width: int = 1440,
    height: int = 900,
) -> Any:
    """A browser profile of somebody who is signed in, with language and theme chosen."""
    context = chromium.new_context(
        base_url=server.base_url,
        viewport={"width": width, "height": height},
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    context.add_init_script(
        f"localStorage.setItem('rapport.language', '{language}');"
        f"localStorage.setItem('rapport.theme', '{theme}')"
    )
    with server.api() as api:
        token = api.post("/api/v1/session/links", json={}).json()["token"]
    opened = context.request.post("/api/v1/session/link", data={"token": token})
    assert opened.ok, opened.text()
    return context
