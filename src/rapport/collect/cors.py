"""Letting web pages of any origin send events, and read when to come back."""

from __future__ import annotations

from rapport.collect.rsgi import Headers

_METHODS = "GET, POST, OPTIONS"
_ALLOWED = "authorization, content-type, content-encoding, x-retry-count, anonymousid, prefer"


def allow(origin: str | None) -> Headers:
    """Headers that every answer to a page needs. Nothing for clients that are no browsers."""
    if origin is None:
        return []
    return [
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", "Retry-After"),
        ("vary", "Origin"),
    ]


def preflight(origin: str | None) -> Headers:
    """Headers of the answer (204) to OPTIONS."""
    return [
        *allow(origin or "*"),
        ("access-control-allow-methods", _METHODS),
        ("access-control-allow-headers", _ALLOWED),
        ("access-control-max-age", "86400"),
    ]
