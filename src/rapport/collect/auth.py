"""Finding the write key of a request: Basic, then Bearer, then the body, then the query."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from rapport.collect.sources import Source, SourceStore
from rapport.errors import Forbidden, Unauthorized


@lru_cache(maxsize=4096)
def basic_key(header: str) -> str:
    """The user name in a Basic header, with or without the colon behind it; "" if there is none.

    >>> basic_key("Basic d2tfMTo="), basic_key("basic d2tfMQ=="), basic_key("Bearer x")
    ('wk_1', 'wk_1', '')
    """
    if header[:6].lower() != "basic ":
        return ""
    try:
        text = a2b_base64(header[6:].strip()).decode("utf-8")
    except (Base64Error, ValueError):
        return ""
    return text.partition(":")[0]


def find_source(
    sources: SourceStore, header: str | None, in_body: Any, query_string: str
) -> Source:
    """The source that may be written to with what the request carries; the first key found counts.

    Raises `Unauthorized`, `Forbidden` (source switched off), or `Unavailable` when the keys cannot
    be read now.
    """
    key = basic_key(header) if header else ""
    if not key and header and header[:7].lower() == "bearer ":
        # Segment's own clients send an OAuth token here and the write key in the body.
        found = sources.resolve(header[7:].strip())
        if found is not None:
            return _enabled(found)
    if not key and isinstance(in_body, str):
        key = in_body
    if not key and query_string:
        key = query_key(query_string)
    if not key:
        raise Unauthorized(
            "the request has no write key",
            hint="send it as Basic user name, as writeKey in the body or in the query",
            code="missing_write_key",
        )
    found = sources.resolve(key)
    if found is None:
        raise Unauthorized(
            "no source has this write key", hint="rapport sources list", code="invalid_write_key"
        )
    return _enabled(found)


def query_key(query_string: str) -> str:
    """`writeKey` of a query string, or ""."""
    return parse_qs(query_string).get("writeKey", [""])[0]


def _enabled(source: Source) -> Source:
    if not source.enabled:
        raise Forbidden(
            f"the source {source.slug!r} is switched off",
            hint=f"rapport sources change {source.slug} --on, or the console's page Sources",
            code="source_disabled",
        )
    return source
