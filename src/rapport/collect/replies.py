"""The answers that every SDK understands (docs/tracking-api.md lists them)."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from rapport.collect import cors
from rapport.collect.rsgi import Headers, Http
from rapport.collect.sdk_settings import Script
from rapport.errors import RapportError, Retryable

JSON: tuple[str, str] = ("content-type", "application/json")
# RudderStack's Python SDK takes exactly status 200 as success.
ACCEPTED = b'{"success":true}'
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_encode = msgspec.json.Encoder().encode


def accepted(proto: Http, origin: str | None) -> None:
    proto.response_bytes(200, [JSON, *cors.allow(origin)], ACCEPTED)


def json(
    proto: Http, value: Any, origin: str | None, *, status: int = 200, more: Headers | None = None
) -> None:
    proto.response_bytes(status, [JSON, *cors.allow(origin), *(more or [])], _encode(value))


def error(proto: Http, problem: RapportError, origin: str | None) -> None:
    """{"success": false, "code", "message", "hint"}; Retry-After (whole seconds) on 429 and 503."""
    retry = [("retry-after", str(problem.retry_after))] if isinstance(problem, Retryable) else []
    body = {"success": False, "code": problem.error_code, "message": problem.message}
    if problem.hint:
        body["hint"] = problem.hint
    json(proto, body, origin, status=problem.status, more=retry)


def wrong_method(proto: Http, method: str, origin: str | None) -> None:
    body = {
        "success": False,
        "code": "method_not_allowed",
        "message": f"use {method} here",
        "hint": "docs/tracking-api.md lists the routes and what they take",
    }
    json(proto, body, origin, status=405, more=[("allow", f"{method}, OPTIONS")])


def script(proto: Http, source: Script, accept_encoding: str | None, more: Headers) -> None:
    headers = [
        ("content-type", "text/javascript; charset=utf-8"),
        ("access-control-allow-origin", "*"),
        ("vary", "Accept-Encoding"),
        *more,
    ]
    if "gzip" in (accept_encoding or ""):
        proto.response_bytes(200, [*headers, ("content-encoding", "gzip")], source.packed)
    else:
        proto.response_bytes(200, headers, source.plain)


def pixel(proto: Http) -> None:
    """A transparent GIF of one pixel that nobody may cache."""
    headers = [
        ("content-type", "image/gif"),
        ("cache-control", "no-store, max-age=0"),
        ("access-control-allow-origin", "*"),
    ]
    proto.response_bytes(200, headers, _PIXEL)
