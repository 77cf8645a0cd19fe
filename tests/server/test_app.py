"""A mistake of ours costs one request, and is logged without what the request said."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from rapport.server.logs import JsonFormatter
from rapport.server.operations.metrics import Metrics
from rapport.server.web.app import App


class Broken:
    async def handle(self, scope: Any, proto: Any) -> bool:
        raise ValueError("neha@brands-bazaar.example")


class Answered:
    status = 0
    body = b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.body = status, body


async def test_a_tracking_request_that_fails_inside_is_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = cast("Any", None)
    app, proto = App(Broken(), other, other, other, Metrics(), other), Answered()
    with caplog.at_level(logging.ERROR):
        await app(cast("Any", SimpleNamespace(method="POST", path="/v1/track")), cast("Any", proto))
    assert proto.status == 500
    assert msgspec.json.decode(proto.body)["error"]["code"] == "internal_error"
    [line] = [JsonFormatter().format(record) for record in caplog.records]
    assert "ValueError" in line
    assert "neha" not in line + proto.body.decode()
