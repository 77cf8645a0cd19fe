"""Every route of the management API stands in docs/api.md."""

from __future__ import annotations

import re
from pathlib import Path

from rapport.server.api.routes import AREAS

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_every_route_is_documented() -> None:
    page = PAGE.read_text("utf-8")
    missing = []
    for area in AREAS:
        for route in area.ROUTES:
            for path in route.paths:
                plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
                if not any(f"{method} {plain}" in page for method in route.http_methods):
                    missing.append(f"{'/'.join(sorted(route.http_methods))} {plain}")
    assert not missing
