"""Whose address a request has, when proxies may stand in between."""

from __future__ import annotations

import logging

import pytest

from rapport.collect.addresses import Proxies
from rapport.errors import ConfigError

TRUSTED = "127.0.0.1, 10.0.0.0/8, fd00::/8"


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("127.0.0.1", ["8.8.4.4"], "8.8.4.4"),
        ("10.0.0.1", ["1.2.3.4, 8.8.4.4, 10.0.0.7"], "8.8.4.4"),
        ("10.0.0.1", ["1.2.3.4", "8.8.4.4"], "8.8.4.4"),  # a proxy that adds a header of its own
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        ("10.0.0.1", ["192.168.1.5"], "192.168.1.5"),
        ("::ffff:10.0.0.1", ["8.8.4.4"], "8.8.4.4"),
        ("fd00::1", ["2606:4700::1"], "2606:4700::1"),
        ("9.9.9.9", ["8.8.4.4"], "9.9.9.9"),
        ("192.168.1.5", ["8.8.4.4"], "192.168.1.5"),  # private, but nobody said that it is ours
        ("127.0.0.1", ["8.8.4.4, nonsense"], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("", ["8.8.4.4"], ""),
    ],
)
def test_the_first_address_from_the_end_that_is_not_trusted(
    peer: str, forwarded: list[str], found: str
) -> None:
    assert Proxies(TRUSTED).visitor(peer, forwarded) == found


def test_nobody_is_believed_unless_named(caplog: pytest.LogCaptureFixture) -> None:
    proxies = Proxies("")
    with caplog.at_level(logging.WARNING):
        for peer in ("127.0.0.1", "10.0.0.1", "9.9.9.9"):
            assert proxies.visitor(peer, ["8.8.4.4"]) == peer
    assert [record.message.count("trusted_proxies") for record in caplog.records] == [1]


@pytest.mark.parametrize(
    ("peer", "scheme", "said", "secure"),
    [
        ("10.0.0.1", "http", "https", True),
        ("10.0.0.1", "http", "HTTPS, http", True),  # what the visitor asked stands first
        ("10.0.0.1", "https", "http", False),
        ("10.0.0.1", "https", "", True),
        ("9.9.9.9", "http", "https", False),
        ("9.9.9.9", "https", "http", True),
        ("", "http", "https", False),
    ],
)
def test_only_a_trusted_proxy_says_that_it_was_https(
    peer: str, scheme: str, said: str, secure: bool
) -> None:
    assert Proxies(TRUSTED).https(peer, scheme, said) is secure
    assert Proxies("").https(peer, scheme, said) is (scheme == "https")


@pytest.mark.parametrize("text", ["proxy.local", "10.0.0.0/33", "1.2.3.4;5.6.7.8"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match="trusted_proxies"):
        Proxies(text)
