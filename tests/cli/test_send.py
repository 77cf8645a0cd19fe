"""What `rapport send` puts into a message."""

from __future__ import annotations

import pytest

from rapport.cli.send import message, subject
from tests.cli.conftest import Rapport


def test_a_plain_value_is_a_user_id() -> None:
    assert subject("u-17", None) == {"userId": "u-17"}
    assert subject("user_id:ada@example.org", "a-1") == {
        "anonymousId": "a-1",
        "userId": "ada@example.org",
    }


def test_an_email_is_never_sent_as_user_id() -> None:
    found = subject("ada@example.org", None)
    assert "userId" not in found
    assert found["context"] == {"traits": {"email": "ada@example.org"}}
    assert found["anonymousId"] == subject("ada@example.org", None)["anonymousId"]
    assert found["anonymousId"] != subject("bob@example.org", None)["anonymousId"]


def test_another_type_travels_as_external_id() -> None:
    context = subject("shop_id:7", None)["context"]
    assert context["externalIds"][0] | {"id": "7", "type": "shop_id"} == context["externalIds"][0]


def test_every_message_has_its_own_id() -> None:
    who = subject("u-1", None)
    one, two = message("track", who, event="A"), message("track", who, event="A")
    assert one["messageId"] != two["messageId"]
    assert one["context"]["library"]["name"] == "rapport-cli"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("Signed up",), "--user or --anonymous"),
        (("--user", "u-1"), "an EVENT, or --trait"),
        (("Signed up", "--user", "u-1", "-p", "plan"), "NAME=VALUE"),
    ],
)
def test_it_says_what_is_missing(
    rapport: Rapport, arguments: tuple[str, ...], complaint: str
) -> None:
    assert complaint in rapport("send", *arguments, code=2).stderr


def test_without_a_server_it_says_how_to_start_one(rapport: Rapport) -> None:
    error = rapport("send", "Signed up", "--user", "u-1", code=1).stderr
    assert "no server runs" in error
    assert "rapport up" in error
