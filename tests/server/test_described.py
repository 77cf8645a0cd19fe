"""The OpenAPI document says of every route what it does and which errors it can give."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest

from rapport.server.api import described
from rapport.server.api.context import Context
from rapport.server.api.routes import AREAS, build, description
from tests.conftest import RunningServer


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return description(build(cast("Context", None)))


def test_every_route_says_what_it_does(document: dict[str, Any]) -> None:
    operations = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) == sum(len(area.ROUTES) for area in AREAS) > 50
    for method, path, operation in operations:
        assert len(operation["description"]) > 15, f"{method} {path} has no docstring"
        assert 5 < len(operation["summary"]) < 100, f"{method} {path}: a shorter first sentence"
        assert operation["tags"]


def test_every_error_is_the_one_envelope(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            errors = {code: r for code, r in operation["responses"].items() if code >= "400"}
            if path == "/ready":
                assert "checks" in str(document["components"]["schemas"]["Ready"])
                assert "Ready" in str(errors.pop("503"))
            assert "500" in errors, f"{method} {path}"
            for code, response in errors.items():
                assert response == {"$ref": f"#/components/responses/Error{code}"}
                assert responses[f"Error{code}"]["description"]


def test_the_envelope_is_what_is_answered(
    document: dict[str, Any], running_server: RunningServer
) -> None:
    schema = document["components"]["schemas"]["Error"]
    answer = httpx.get(f"{running_server.base_url}/api/v1/profiles").json()
    assert set(answer) == set(schema["required"])
    assert set(answer["error"]) == set(schema["properties"]["error"]["required"])


def test_a_row_about_a_route_that_is_gone_is_noticed(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(described.FURTHER, "GET /api/v1/gone", {409})
    with pytest.raises(LookupError, match="/api/v1/gone"):
        described.describe(document, AREAS)
