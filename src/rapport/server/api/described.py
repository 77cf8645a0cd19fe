"""/api/v1/openapi.json: what Litestar knows of the routes, and which errors each of them can give.

Litestar describes parameters, bodies and answers. Its own description of errors has another shape
than ours (failures.py), so all of them are replaced here. A test holds every answer that the tests
get from a real server against this description.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from rapport.server.access.scopes import READING, scope_of

# status → when it is given. The codes within a status stand in docs/errors.md.
MEANINGS = {
    400: "Something in the request cannot be used; `details.problems` names fields.",
    401: "No API key and no session, or one that is not valid any more.",
    403: "The caller is known, but may not do this; or a browser was sent by another site.",
    404: "What the request names does not exist.",
    409: "The present state does not allow it.",
    413: "The body is over the limit that `details.limit` names.",
    429: "Too many failed attempts; come back after `Retry-After` seconds.",
    500: "A mistake in Rapport.",
    503: "A store cannot be used now; come back after `Retry-After` seconds.",
}
# What cannot be told from the shape of a route: method and path → statuses.
FURTHER = {
    "POST /api/v1/session": {401, 429},
    "POST /api/v1/session/link": {401, 429},
    "PUT /api/v1/session/password": {429},
    "POST /api/v1/session/links": {404, 409},
    "POST /api/v1/users": {409},
    "PATCH /api/v1/users/{email}": {409},
    "POST /api/v1/users/{email}/disable": {409},
    "POST /api/v1/users/{email}/reset": {409},
    "POST /api/v1/sources": {409},
    "POST /api/v1/sources/{slug}/keys": {409},
    "PATCH /api/v1/profiles/{ref}/traits": {409},
    "PUT /api/v1/profiles/{ref}/traits": {409},
    "POST /api/v1/profiles/{ref}/pins/{trait}": {409},
    "DELETE /api/v1/profiles/{ref}/pins/{trait}": {409},
    "POST /api/v1/identity/merge": {404, 409},
    "POST /api/v1/identity/split": {404, 409},
    "POST /api/v1/identity/undo": {404, 409},
    "POST /api/v1/quarantine/{number}/redrive": {409},
    "POST /api/v1/quarantine/{number}/discard": {409},
    "POST /api/v1/insights/{kind}": {404, 409},
    "POST /api/v1/insights/{kind}/people": {404, 409},
    "POST /api/v1/insights/{kind}/why": {409},
    "GET /api/v1/saved-insights/{key}/answer": {409},
    "POST /api/v1/saved-insights": {404, 409},
    "PUT /api/v1/saved-insights/{key}": {409},
    "POST /api/v1/dashboards": {409},
    "PUT /api/v1/dashboards/{key}/schedule": {409},
    "POST /api/v1/backups": {409},
    "POST /api/v1/segments": {409},
    "POST /api/v1/computed-traits": {409},
    "DELETE /api/v1/segments/{key}": {400, 409},
    "DELETE /api/v1/computed-traits/{key}": {400, 409},
    "GET /api/v1/segments/{key}/why/{ref}": {400},
    "GET /api/v1/computed-traits/{key}/why/{ref}": {400},
    "PUT /api/v1/models/settings": {409},
    "GET /api/v1/value/forecast": {409},
    "POST /api/v1/value/lookalikes": {404, 409},
}
ENVELOPE = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint", "details"],
            "properties": {
                "code": {"type": "string", "description": "stable; docs/errors.md explains each"},
                "message": {"type": "string"},
                "hint": {"type": "string", "description": "what to do next; may be empty"},
                "details": {"type": "object", "additionalProperties": True},
            },
        }
    },
}


def describe(schema: dict[str, Any], areas: tuple[ModuleType, ...]) -> dict[str, Any]:
    """Complete the OpenAPI document that Litestar made, in place."""
    schema["components"]["schemas"]["Error"] = ENVELOPE
    schema["components"]["responses"] = {
        f"Error{status}": _response(status, meaning) for status, meaning in MEANINGS.items()
    }
    further = dict(FURTHER)
    for area in areas:
        for route in area.ROUTES:
            for method, path in spelled(route):
                operation = schema["paths"][path][method.lower()]
                operation["tags"] = [area.__name__.rpartition(".")[2]]
                operation["description"] = said(route)
                operation["summary"] = re.split(r"(?<=[.:;]) ", said(route))[0].rstrip(".:;")
                statuses = _statuses(method, route, operation)
                statuses |= further.pop(f"{method} {path}", set())
                answers = operation["responses"]
                answers.pop("400", None)
                for status in sorted(statuses):
                    # what a handler says itself holds: /ready has a 503 of its own
                    answers.setdefault(
                        str(status), {"$ref": f"#/components/responses/Error{status}"}
                    )
                if route.opt.get("public"):
                    operation["security"] = []
    if further:
        raise LookupError(f"no such route: {', '.join(further)}")
    return schema


def spelled(route: Any) -> Iterator[tuple[str, str]]:
    """Method and path of a handler as they stand in documents: `GET`, `/api/v1/profiles/{ref}`."""
    for path in sorted(route.paths):
        for method in sorted(route.http_methods - {"HEAD"}):
            yield method, re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def said(route: Any) -> str:
    """The docstring of a handler as one line."""
    return " ".join(inspect.cleandoc(route.fn.__doc__ or "").split())


def _statuses(method: str, route: Any, operation: dict[str, Any]) -> set[int]:
    """The errors that follow from what a route is: its scope, parameters and body."""
    found = {500, 503}
    scope = scope_of(method, route.opt)
    if scope:
        found.add(401)
    if scope not in ("", "read") or method not in READING:
        found.add(403)
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
        found.add(404)
    if "requestBody" in operation:
        found |= {400, 413}
    elif operation.get("parameters"):
        found.add(400)
    return found


def _response(status: int, meaning: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    response: dict[str, Any] = {"description": meaning, "content": content}
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return response
