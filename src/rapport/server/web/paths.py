"""Values inside paths. An identifier may contain anything: slashes, colons, spaces, `+`.

The server hands us the path percent-decoded, so `/profiles/url:https%3A%2F%2Fa/events` and a value
that really ends in `/events` look alike. The parts after the value are few and known; whatever is
before them is the value. It is folded into one segment before routing and unfolded by the handler.
Where that is ambiguous, the shorter value is looked up first, then the one with the tail.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

# What may come behind the value of a profile, by method.
_TAILS = {
    "GET": r"(?:/(?:events|identity))?",
    "PATCH": r"(?:/traits)?",
    "PUT": r"(?:/traits)?",
    "POST": r"(?:/pins/[^/]+)?",
    "DELETE": r"(?:/pins/[^/]+)?",
}
_VALUE = re.compile(
    r"^(?P<head>/api/v1/(?P<room>profiles|accounts|trace|events/[a-z]+)/)(?P<rest>.+)$", re.DOTALL
)


def fold(method: str, path: str) -> str:
    """Encode the slashes inside a value, so that routing sees one segment.

    >>> fold("GET", "/api/v1/profiles/url:https://a/b c/events")
    '/api/v1/profiles/url%3Ahttps%3A%2F%2Fa%2Fb%20c/events'
    >>> fold("GET", "/api/v1/events/page//pricing")
    '/api/v1/events/page/%2Fpricing'
    >>> fold("GET", "/api/v1/sources/web")
    '/api/v1/sources/web'
    """
    match = _VALUE.match(path)
    if match is None:
        return path
    rest, tail = match["rest"], ""
    if match["room"] == "profiles":
        found = re.search(f"{_TAILS.get(method, '')}$", rest)
        tail = found[0] if found and found.start() > 0 else ""
    value = rest[: len(rest) - len(tail)]
    return match["head"] + quote(value, safe="") + tail


def unfold(segment: str) -> str:
    """The value that `fold` put into one segment."""
    return unquote(segment)
