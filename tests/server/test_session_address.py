"""Whose failed logins are counted together."""

from __future__ import annotations

import pytest
from litestar import Request

from rapport.server.api.session import _address


def address(client: str, *forwarded: str) -> str:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return _address(Request({"type": "http", "client": (client, 5), "headers": headers}))  # type: ignore[typeddict-item, arg-type]


@pytest.mark.parametrize(
    ("client", "forwarded", "found"),
    [
        ("10.0.0.1", ["8.8.4.4"], "8.8.4.4"),
        ("10.0.0.1", ["1.2.3.4", "8.8.4.4"], "8.8.4.4"),
        ("9.9.9.9", ["8.8.4.4"], "9.9.9.9"),
        ("10.0.0.1", [], "10.0.0.1"),
    ],
)
def test_a_proxy_is_believed_as_for_events(client: str, forwarded: list[str], found: str) -> None:
    assert address(client, *forwarded) == found
