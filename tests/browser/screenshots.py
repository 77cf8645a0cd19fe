"""Pictures of every page: `python -m tests.browser.screenshots OUT [PAGE...]`.

Every page at 1440 and 390 px, light and dark, in English, Arabic and Chinese, of a shop with data;
and of an empty one in English. For eyes, not for comparison by a machine.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser import seed
from tests.browser.conftest import new_context
from tests.browser.pages import PAGES
from tests.conftest import CHROMIUM, FLAGS, RunningServer, served

SIZES = {1440: 900, 390: 844}


def main(out: Path, wanted: list[str]) -> None:
    pages = {name: path for name, path in PAGES.items() if not wanted or name in wanted}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shop, languages in (("filled", ("en", "ar", "zh-CN")), ("empty", ("en",))):
            with served(Path(scratch) / shop) as server:
                if shop == "filled":
                    seed.fill(server)
                _shoot(browser, server, out / shop, languages, pages)


def _shoot(
    browser: Any,
    server: RunningServer,
    out: Path,
    languages: tuple[str, ...],
    pages: dict[str, str],
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for language, theme, width in itertools.product(languages, ("light", "dark"), SIZES):
        look = {"language": language, "theme": theme, "width": width, "height": SIZES[width]}
        context = new_context(browser, server, **look)
        page = context.new_page()
        for name, path in pages.items():
            page.goto(path, wait_until="load")
            page.wait_for_selector("h1")
            page.wait_for_timeout(700)
            page.screenshot(path=out / f"{name}-{language}-{theme}-{width}.png")
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
