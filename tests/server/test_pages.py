"""The pages of documentation that this room owns say what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from rapport import errors
from rapport.events.reasons import REASONS
from rapport.server.api import reference
from rapport.server.api.failures import CODES

ROOT = Path(__file__).parents[2]
CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.RapportError)
}


def _raised() -> dict[str, set[int]]:
    """code → statuses with which the code raises it."""
    found = {cls.code: {cls.status} for cls in CLASSES.values()}
    for status, code in CODES.items():
        found.setdefault(code, set()).add(status)
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in CLASSES
            ):
                for keyword in node.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        status = CLASSES[node.func.id].status
                        found.setdefault(str(keyword.value.value), set()).add(status)
    return found


def test_no_code_is_explained_that_nobody_raises_and_statuses_are_right() -> None:
    page = (ROOT / "docs" / "errors.md").read_text("utf-8").split("## Quarantine")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d+|–) \|", page, re.MULTILINE)
    raised = _raised()
    wrong = [
        (code, status)
        for code, status in rows
        if code not in raised or (status != "–" and int(status) not in raised[code])
    ]
    assert not wrong
    assert len(rows) == len({code for code, _ in rows}) > 30


def test_quarantine_reasons_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "errors.md").read_text("utf-8").split("## Quarantine")[1]
    assert dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", page, re.MULTILINE)) == REASONS


def test_the_list_of_routes_is_fresh() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    made = page.split(reference.HEADING)[0] + reference.routes()
    assert page == made, "run: make docs"
