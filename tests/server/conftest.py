"""Shared by tests of the server."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import RunningServer


@pytest.fixture
def api(running_server: RunningServer) -> Iterator[httpx.Client]:
    with running_server.api() as client:
        yield client
