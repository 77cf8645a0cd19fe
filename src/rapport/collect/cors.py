"""Letting web pages of any origin send events, and read when to come back."""

from __future__ import annotations

import re

from rapport.collect.rsgi import Headers

_METHODS = "GET, POST, OPTIONS"
_ALWAYS = ("authorization", "content-type", "content-encoding", "x-retry-count", "anonymousid")
_NAME = re.compile(r"^[a-z0-9-]{1,64}$")
_MOST = 40


def allow(origin: str | None) -> Headers:
    """Headers that every answer to a page needs. Nothing for clients that are no browsers."""
    if origin is None:
        return []
    return [
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", "Retry-After"),
        ("vary", "Origin"),
    ]


def preflight(origin: str | None, asked: str | None) -> Headers:
    """Headers of the answer (204) to OPTIONS. `asked` is its Access-Control-Request-Headers.

    What is asked for is allowed: RudderStack's SDK sends headers of its own on a retry (SentAt,
    Rsa-Since-Last-Attempt, ...), and one that is not allowed stops the whole request.
    """
    names = [name.strip().lower() for name in (asked or "").split(",")][:_MOST]
    allowed = [*_ALWAYS, *(name for name in names if _NAME.match(name) and name not in _ALWAYS)]
    return [
        *allow(origin or "*"),
        ("access-control-allow-methods", _METHODS),
        ("access-control-allow-headers", ", ".join(allowed)),
        ("access-control-max-age", "86400"),
    ]
