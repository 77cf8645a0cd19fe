"""Every error code that the code can raise is explained in docs/errors.md, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from rapport import errors

ROOT = Path(__file__).parents[2]
CLASSES = {name for name, value in vars(errors).items() if isinstance(value, type)}


def codes_of_classes() -> set[str]:
    found = (getattr(errors, name) for name in CLASSES)
    return {c.code for c in found if issubclass(c, errors.RapportError)}


def codes_given_where_raised() -> set[str]:
    """`code="..."` in a call of one of the error classes."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CLASSES:
                found |= {
                    k.value.value
                    for k in node.keywords
                    if k.arg == "code" and isinstance(k.value, ast.Constant)
                }
    return found


def test_every_code_is_explained() -> None:
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `([a-z_]+)`", page, re.MULTILINE))
    raised = codes_of_classes() | codes_given_where_raised()
    assert raised - explained == set(), "explain in docs/errors.md"
    assert len(raised) > 12
