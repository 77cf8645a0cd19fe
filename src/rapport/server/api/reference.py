"""The list of routes in docs/api.md, made by `python -m rapport.server.api.reference`.

It replaces everything behind the heading `## Routes`; what stands before is written by hand.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

from rapport.server.access.scopes import scope_of
from rapport.server.api.described import said, spelled
from rapport.server.api.routes import AREAS

HEADING = "## Routes\n"


def routes() -> str:
    """One table an area: method and path, scope, what it does."""
    return HEADING + "".join(_area(area) for area in AREAS)


def _area(area: Any) -> str:
    title = inspect.cleandoc(area.__doc__ or "").split("\n")[0]
    lines = [f"\n### {title}\n", "| route | scope | |", "|---|---|---|"]
    lines += [_row(route) for route in area.ROUTES]
    return "\n".join(lines) + "\n"


def _row(route: Any) -> str:
    method, path = next(spelled(route))
    return f"| `{method} {path}` | {scope_of(method, route.opt) or '–'} | {said(route)} |"


def main() -> None:
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/api.md")
    before = page.read_text("utf-8").split(HEADING)[0]
    page.write_text(before + routes(), "utf-8")


if __name__ == "__main__":
    main()
