"""Users of the console: invited, given a role, kept out; and what each role finds there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import new_context
from tests.browser.test_accessibility import settle, violations
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("console")]
USERS = "/settings?tab=users"


@pytest.fixture
def member(chromium: Any, shop: RunningServer) -> Iterator[tuple[Any, str]]:
    """A page of somebody who was invited as viewer, and the address of the user."""
    email = f"{uuid.uuid4().hex[:8]}@example.org"
    with shop.api() as api:
        link = api.post("/api/v1/users", json={"email": email, "name": "Vera"}).json()["link"]
    context = chromium.new_context(base_url=shop.base_url, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    opened = context.request.post("/api/v1/session/link", data={"token": link["token"]})
    assert opened.ok, opened.text()
    yield context.new_page(), email
    context.close()
    with shop.api() as api:
        api.post(f"/api/v1/users/{email}/disable")


def test_somebody_is_invited_and_comes_in(page: Any, chromium: Any, shop: RunningServer) -> None:
    """With the keyboard alone, from the tab to the link."""
    email = f"{uuid.uuid4().hex[:8]}@example.org"
    page.goto("/settings")
    page.get_by_role("tab", name="Yours and keys").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**{USERS}")
    assert page.get_by_role("tab", name="Users").evaluate("tab => tab === document.activeElement")
    page.get_by_role("button", name="Invite").press("Enter")
    page.get_by_role("dialog", name="Invite").wait_for()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type("Eve Editor")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("option", name="Editor").press("Enter")
    page.get_by_text("Deletes nothing").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Make a link").press("Enter")
    link = page.get_by_role("region", name="Sign-in link").inner_text().strip()
    assert violations(page) == []
    page.get_by_role("button", name="I have copied it").press("Enter")
    row = page.get_by_role("row", name="Eve Editor")
    row.get_by_text("No password yet").wait_for()
    assert link not in page.content()

    stranger = chromium.new_context(base_url=shop.base_url)
    visit = stranger.new_page()
    visit.goto(link)
    visit.get_by_role("button", name="Sign in").click()
    visit.get_by_role("button", name="Later").click()
    visit.get_by_role("heading", name="Home").wait_for()
    stranger.close()


def test_a_role_is_changed_and_a_user_kept_out(page: Any, member: tuple[Any, str]) -> None:
    visit, email = member
    page.goto(USERS)
    row = page.get_by_role("row", name=email)
    row.get_by_role("button", name="Role of Vera").click()
    page.get_by_role("option", name="Editor").click()
    page.get_by_role("status").get_by_text("Vera: Editor").wait_for()
    visit.goto("/segments")
    visit.get_by_role("link", name="New segment").wait_for()

    row.get_by_role("button", name="More about Vera").click()
    page.get_by_role("menuitem", name="Disable…").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    row.get_by_text("Disabled").wait_for()
    visit.goto("/")
    visit.get_by_role("heading", name="Sign in").wait_for()

    row.get_by_role("button", name="More about Vera").click()
    page.get_by_role("menuitem", name="Let in again").click()
    row.get_by_role("button", name="More about Vera").click()
    page.get_by_role("menuitem", name="Reset sign-in…").click()
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    assert "/login#token=" in page.get_by_role("region", name="Sign-in link").inner_text()


def test_nobody_takes_away_the_own_role(page: Any) -> None:
    page.goto(USERS)
    mine = page.get_by_role("row", name=re.compile(r"\byou\b"))
    mine.get_by_text("Administrator", exact=True).nth(1).wait_for()
    assert mine.get_by_role("button").count() == 0


def test_a_viewer_is_told_why(member: tuple[Any, str]) -> None:
    """What may not be done stays in reach of the keyboard, says why, and does nothing."""
    visit, _ = member
    settle(visit, "/segments")  # a page that still changes may take the focus away
    create = visit.get_by_role("button", name="New segment")
    create.wait_for()
    assert create.get_attribute("aria-disabled") == "true"
    assert "role Editor" in create.get_attribute("aria-description")
    create.focus()
    visit.get_by_role("tooltip").get_by_text("role Editor").wait_for()
    visit.keyboard.press("Enter")
    assert visit.url.endswith("/segments")
    assert violations(visit) == []

    visit.goto("/profiles/user_id:sarah")
    visit.get_by_role("button", name="Merge").press("Enter")
    assert visit.get_by_role("dialog").count() == 0
    visit.goto("/settings")
    visit.get_by_role("heading", name="Password").wait_for()
    assert visit.get_by_role("tab").count() == 0
    assert visit.get_by_role("button", name="New API key").count() == 0


@pytest.mark.parametrize(
    ("language", "theme"), [("en", "light"), ("zh-CN", "light"), ("ar", "dark")]
)
def test_nothing_for_axe_to_object_to(
    chromium: Any, shop: RunningServer, member: tuple[Any, str], language: str, theme: str
) -> None:
    context = new_context(chromium, shop, language=language, theme=theme)
    page = context.new_page()
    settle(page, USERS)
    page.get_by_role("row").nth(1).wait_for()
    found = violations(page)
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    assert found == []
    assert wide <= 0
