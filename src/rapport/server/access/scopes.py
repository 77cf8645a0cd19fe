"""What a caller may do. API keys are given scopes by name, users by their role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SCOPES = ("read", "write", "admin")
# Definitions, sources and decisions are `write`; users, keys and deleting are `admin`.
ROLES = {"viewer": ("read",), "editor": ("read", "write"), "admin": SCOPES}
READING = ("GET", "HEAD", "OPTIONS")


def scope_of(method: str, opt: Mapping[str, Any]) -> str:
    """The scope that a route needs, "" where nobody is asked who he is.

    `opt` is that of its handler, which may name another scope than its method does.
    """
    if opt.get("public"):
        return ""
    usual = "read" if method in READING else "admin" if method == "DELETE" else "write"
    return str(opt.get("scope", usual))
