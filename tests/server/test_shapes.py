"""One shape for every error, wherever it comes from; and the API describes itself."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from rapport.server.api.openapi import document
from tests.conftest import RunningServer

WRONG: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/api/v1/nowhere", None, 404, "not_found"),
    ("GET", "/api/v1/profiles/user_id:nobody-has-this", None, 404, "not_found"),
    ("GET", "/api/v1/profiles/p_999999999", None, 404, "not_found"),
    ("GET", "/api/v1/sources/nowhere", None, 404, "not_found"),
    ("GET", "/api/v1/quarantine/999999", None, 404, "not_found"),
    ("GET", "/api/v1/accounts/nobody", None, 404, "not_found"),
    ("DELETE", "/api/v1/profiles", None, 405, "method_not_allowed"),
    ("GET", "/api/v1/profiles?limit=0", None, 400, "malformed"),
    ("GET", "/api/v1/profiles?limit=many", None, 400, "malformed"),
    ("GET", "/api/v1/quarantine?cursor=x", None, 400, "malformed"),
    ("POST", "/api/v1/keys", {"name": 3}, 400, "malformed"),
    ("POST", "/api/v1/keys", {"name": "x", "scopes": ["root"]}, 400, "bad_request"),
    ("POST", "/api/v1/keys", {"name": "x", "more": 1}, 400, "malformed"),
    ("POST", "/api/v1/keys", b"{", 400, "malformed"),
    ("POST", "/api/v1/keys", b"", 400, "malformed"),
    ("POST", "/api/v1/sources", {"name": ""}, 400, "bad_request"),
    ("POST", "/api/v1/sql", {"query": "DROP TABLE events"}, 400, "sql_read_only"),
    ("POST", "/api/v1/sql", {"query": "SELECT nothing"}, 400, "query_error"),
    ("POST", "/api/v1/identity/merge", {"a": "user_id:x9", "b": "user_id:y9"}, 404, "not_found"),
    ("POST", "/api/v1/quarantine/redrive", {}, 400, "malformed"),
    ("POST", "/api/v1/quarantine/redrive", {"reason": "unknwon_type"}, 400, "malformed"),
    ("GET", "/api/v1/quarantine?reason=unknwon_type", None, 400, "malformed"),
    ("GET", "/api/v1/quarantine?status=opened", None, 400, "malformed"),
    ("POST", "/api/v1/backups", {"target": "/tmp/x"}, 403, "forbidden"),
    ("POST", "/api/v1/keys", b"x" * 5_000_000, 413, "too_large"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), WRONG)
def test_error_shape(
    running_server: RunningServer, method: str, path: str, body: Any, status: int, code: str
) -> None:
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    with running_server.api() as api:
        answer = api.request(method, path, **content)
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "hint", "details"}
    assert (answer.status_code, error["code"]) == (status, code), error
    assert error["message"]
    for inside in ("Traceback", "litestar", "apsw", "/work", "site-packages"):
        assert inside not in answer.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "body: a JSON object is needed"),
        (b'{"name": "x", "more": 1}', "body: Object contains unknown field `more`"),
        (b'{"name": 3}', "name: Expected `str`"),
    ],
)
def test_the_message_names_what_is_wrong(
    running_server: RunningServer, body: bytes, said: str
) -> None:
    with running_server.api() as api:
        answer = api.post("/api/v1/keys", content=body)
    assert said in answer.json()["error"]["message"]


def test_without_credentials_the_shape_is_the_same(running_server: RunningServer) -> None:
    answer = httpx.get(f"{running_server.base_url}/api/v1/profiles")
    assert set(answer.json()["error"]) == {"code", "message", "hint", "details"}


def test_openapi_describes_the_answers(running_server: RunningServer) -> None:
    with running_server.api() as api:
        schema = api.get("/api/v1/openapi.json").json()
    assert schema == msgspec.json.decode(document())  # what the console's types are made from
    assert schema["openapi"].startswith("3.")
    answer = schema["paths"]["/api/v1/profiles/{ref}"]["get"]["responses"]["200"]
    assert "Profile" in str(answer["content"]["application/json"]["schema"])
    traits = schema["components"]["schemas"]["Profile"]["properties"]["traits"]
    assert traits["type"] == "object"


def test_security_headers(running_server: RunningServer) -> None:
    page = httpx.get(f"{running_server.base_url}/profiles/x", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    for name, value in (("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")):
        assert page.headers[name] == value
    assert httpx.get(f"{running_server.base_url}/assets/none.js").status_code == 404
    refused = httpx.put(f"{running_server.base_url}/profiles")
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (405, "method_not_allowed")
    assert error["hint"]
