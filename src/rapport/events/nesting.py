"""A bound on nesting: later stages decode the same JSON again, from deeper in the call stack."""

from __future__ import annotations

from typing import Any, Final

MAX_DEPTH: Final = 100


def too_deep(raw: bytes, value: Any) -> bool:
    """Whether `value`, decoded from `raw`, is nested more than MAX_DEPTH deep."""
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return False
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    found = value.values() if type(value) is dict else value
    return [child for child in found if type(child) is dict or type(child) is list]
