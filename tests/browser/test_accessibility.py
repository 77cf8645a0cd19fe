"""axe finds nothing to object to on any page, in English and in Arabic, in both themes."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import new_context
from tests.browser.pages import PAGES
from tests.conftest import RunningServer

# Every page is opened several times: minutes where others use the machine.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("console"),
    pytest.mark.timeout(900),
]


def violations(page: Any) -> list[str]:
    """`rule: target` of everything that axe objects to, best practices included."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]


def settle(page: Any, path: str) -> None:
    """Open a page and wait until nothing on it is a placeholder any more."""
    page.goto(path)
    page.locator("h1").wait_for(state="attached")
    page.wait_for_timeout(150)
    page.locator("[data-skeleton]").first.wait_for(state="detached")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ar", "dark")])
def test_every_page(chromium: Any, shop: RunningServer, language: str, theme: str) -> None:
    """No violation, nothing wider than the smallest telephone, nothing from another host."""
    context = new_context(chromium, shop, language=language, theme=theme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    found, wide = {}, {}
    for name, path in PAGES.items():
        settle(page, path)
        found[name] = violations(page)
        page.set_viewport_size({"width": 360, "height": 740})
        wide[name] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        page.set_viewport_size({"width": 1440, "height": 900})
    direction = page.evaluate("document.documentElement.dir")
    context.close()
    assert {name: each for name, each in found.items() if each} == {}
    assert {name: each for name, each in wide.items() if each > 0} == {}
    assert [url for url in asked if not url.startswith((shop.base_url, "data:", "blob:"))] == []
    assert direction == ("rtl" if language == "ar" else "ltr")


def test_pages_without_data(chromium: Any, empty_shop: RunningServer) -> None:
    """On a telephone, before the first event: no violation, and no error where there is nothing."""
    context = new_context(chromium, empty_shop, theme="dark", width=390, height=844)
    page = context.new_page()
    found = {}
    for name, path in PAGES.items():
        if any(word in path for word in ("open=", "sarah", "/buyers", "/orders", "/shop?")):
            continue
        settle(page, path)
        found[name] = violations(page)
        assert page.get_by_role("alert").count() == 0, name
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_what_floats(page: Any) -> None:
    """Palette, keyboard help, menus and dialogs, which no address opens."""
    page.goto("/sources")
    page.get_by_role("heading", name="Sources", level=1).wait_for()
    found = {}
    for name, opening in {
        "palette": lambda: page.keyboard.press("Control+k"),
        "help": lambda: page.keyboard.press("?"),
        "menu": lambda: page.get_by_role("button", name="Language").click(),
        "dialog": lambda: page.get_by_role("button", name="New source").click(),
    }.items():
        opening()
        page.wait_for_selector("[role=dialog], [role=menu]")
        page.wait_for_timeout(200)
        found[name] = violations(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("[role=dialog], [role=menu]", state="detached")
    assert {name: each for name, each in found.items() if each} == {}


def test_login(chromium: Any, shop: RunningServer) -> None:
    page = chromium.new_page(base_url=shop.base_url, reduced_motion="reduce")
    page.goto("/login")
    page.wait_for_selector("h1")
    found = violations(page)
    page.close()
    assert found == []
