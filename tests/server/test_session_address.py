"""Whose failed logins are counted together, on a server behind a proxy and on one without."""

from __future__ import annotations

import uuid
from pathlib import Path

import httpx

from rapport.server.access import attempts
from tests.conftest import RunningServer, served


def _guesses(server: RunningServer, headers: list[dict[str, str]]) -> list[int]:
    """Try made-up links, one for each `headers`; the statuses."""
    with httpx.Client(base_url=server.base_url, timeout=30) as thief:
        return [
            thief.post(
                "/api/v1/session/link", json={"token": str(uuid.uuid4())}, headers=header
            ).status_code
            for header in headers
        ]


def test_made_up_addresses_do_not_help(own_server: RunningServer) -> None:
    made_up = [{"x-forwarded-for": f"10.1.{n // 250}.{n % 250}"} for n in range(60)]
    answers = _guesses(own_server, made_up)
    assert answers == [401] * attempts.PER_ADDRESS + [429] * (60 - attempts.PER_ADDRESS)


def test_visitors_behind_a_trusted_proxy_are_told_apart(tmp_path: Path) -> None:
    with served(tmp_path / "data", trusted_proxies="127.0.0.0/8") as server:
        # what a visitor says himself stands before what the proxy adds
        mine = [{"x-forwarded-for": f"10.1.1.{n}, 8.8.4.4"} for n in range(attempts.PER_ADDRESS)]
        assert set(_guesses(server, mine)) == {401}
        assert _guesses(server, mine[:1]) == [429]
        assert _guesses(server, [{"x-forwarded-for": "8.8.8.8"}]) == [401]
