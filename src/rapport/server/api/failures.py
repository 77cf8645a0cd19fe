"""Every failure, whoever raised it, in the one error shape."""

from __future__ import annotations

import logging
from typing import Any

import apsw
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from rapport.database import unreadable
from rapport.errors import RapportError, Retryable

log = logging.getLogger("rapport.api")

CODES = {400: "malformed", 401: "unauthorized", 403: "forbidden", 404: "not_found",
          405: "method_not_allowed", 406: "not_acceptable", 413: "too_large",
          415: "malformed", 429: "overloaded"}  # fmt: skip
_HINTS = {
    404: "GET /api/v1/openapi.json lists the routes",
    405: "GET /api/v1/openapi.json lists the methods of each route",
}


def answer(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        headers=headers,
        media_type="application/json",
    )


def on_rapport_error(_request: Request[Any, Any, Any], error: RapportError) -> Response[bytes]:
    headers = {"retry-after": str(error.retry_after)} if isinstance(error, Retryable) else {}
    return answer(error.as_dict(), error.status, headers)


def on_http_error(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    message = {404: "there is no such route", 405: "this route does not have that method"}.get(
        status, error.detail or "the request cannot be answered"
    )
    details: dict[str, Any] = {}
    if isinstance(error, ValidationException):
        problems = _problems(error)
        first = "; ".join(f"{each['field']}: {each['problem']}" for each in problems[:3])
        message = f"the request does not have the expected shape: {first}".removesuffix(": ")
        details = {"problems": problems}
    wrapped = RapportError(
        message,
        hint=_HINTS.get(status, "see docs/api.md"),
        code=CODES.get(status, "bad_request" if status < 500 else "internal_error"),
        details=details,
    )
    return answer(wrapped.as_dict(), status, dict(error.headers or {}))


def _problems(error: ValidationException) -> list[dict[str, str]]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [
        _problem(str(part.get("key", "")), str(part.get("message", "")))
        for part in extra
        if isinstance(part, dict)
    ]


def _problem(field: str, problem: str) -> dict[str, str]:
    """Litestar calls the body `data`, and says of one that is missing only that name."""
    if field == "data":
        missing = problem.strip("'") == "data"
        return {"field": "body", "problem": "a JSON object is needed" if missing else problem}
    return {"field": field, "problem": problem}


def on_store_error(request: Request[Any, Any, Any], error: apsw.Error) -> Response[bytes]:
    """A file that is damaged, or cannot be read now."""
    log.error("a store failed: %s", type(error).__name__, extra={"method": request.method})
    return on_rapport_error(request, unreadable("a store", error))


def on_any_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("a request failed", exc_info=error, extra={"method": request.method})
    wrapped = RapportError("something went wrong inside", hint="see the server's log")
    return answer(wrapped.as_dict(), 500, {})


HANDLERS: dict[Any, Any] = {
    RapportError: on_rapport_error,
    HTTPException: on_http_error,
    apsw.Error: on_store_error,
    Exception: on_any_error,
}
