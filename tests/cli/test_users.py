"""Users by command, on a real folder without a server."""

from __future__ import annotations

import json

from tests.cli.conftest import Rapport


def test_users_by_command(rapport: Rapport) -> None:
    invited = rapport("users", "invite", "ada@example.org", "--name", "Ada")
    assert "/login#token=" in invited.stdout
    rapport("users", "disable", "ada@example.org")
    users = json.loads(rapport("users", "list", "--json").stdout)
    assert [(user["email"], user["role"], user["disabled_at"] is None) for user in users] == [
        ("admin@localhost", "admin", True),
        ("ada@example.org", "viewer", False),
    ]
    refused = rapport("users", "reset", "ada@example.org", code=1)
    assert "rapport users enable" in refused.stderr
    rapport("users", "enable", "ada@example.org")
    again = json.loads(rapport("users", "reset", "ada@example.org", "--json").stdout)
    assert again["link"]["email"] == "ada@example.org"
    refused = rapport("users", "disable", "admin@localhost", code=1)
    assert "last administrator" in refused.stderr
    assert "rapport users role EMAIL admin" in refused.stderr
    rapport("users", "role", "ada@example.org", "admin")
    rapport("users", "disable", "admin@localhost")
    assert (
        "last administrator" in rapport("users", "role", "ada@example.org", "editor", code=1).stderr
    )
    rapport("users", "invite", "eve@example.org", "--role", "editor")
    # who may read the folder always comes in, as the first administrator
    assert "/login#token=" in rapport("login").stdout
