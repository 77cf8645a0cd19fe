"""Who is calling, and under which address they reached this server."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from rapport.collect.rsgi import Scope
from rapport.errors import ConfigError

log = logging.getLogger("rapport.http")
_HOST = re.compile(r"^[A-Za-z0-9.\-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$")


def public_origin(scope: Scope, public_url: str, proxies: Proxies) -> str:
    """`scheme://host[:port]` for links back to this server; `public_url` wins when it is set."""
    if public_url:
        return public_url.rstrip("/")
    host = scope.headers.get("host") or scope.authority or ""
    said = scope.headers.get("x-forwarded-proto") or ""
    secure = proxies.https(peer_of(scope.client), scope.scheme, said)
    return f"{'https' if secure else 'http'}://{host if _HOST.match(host) else ''}"


def peer_of(client: str) -> str:
    """The address in what Granian says of a connection.

    >>> peer_of("10.0.0.1:51234"), peer_of("[::1]:80")
    ('10.0.0.1', '::1')
    """
    return client.rpartition(":")[0].strip("[]") or client


class Proxies:
    """Who is believed when it says for whom it forwards: the setting `trusted_proxies`."""

    def __init__(self, trusted: str) -> None:
        """`trusted`: addresses and networks, separated by commas. Raises `ConfigError`."""
        self._networks = [_network(part) for part in trusted.split(",") if part.strip()]
        self._said = False
        self._trusts = lru_cache(maxsize=4096)(self._contains)

    def client_ip(self, scope: Scope) -> str:
        """The address of the visitor, see `visitor`."""
        return self.visitor(peer_of(scope.client), scope.headers.get_all("x-forwarded-for"))

    def https(self, peer: str, scheme: str, said: str) -> bool:
        """Whether the visitor came by https: to this server, or to a proxy, as that one `said` in
        X-Forwarded-Proto. Where several wrote into it, the first was asked by the visitor."""
        if said and self._trusts(peer):
            return said.partition(",")[0].strip().lower() == "https"
        if said and not self._networks:
            self._warn(peer)
        return scheme == "https"

    def visitor(self, peer: str, forwarded: Sequence[str]) -> str:
        """The address of the visitor, from that of the connection and all X-Forwarded-For headers.

        Each proxy adds the address that it saw at the end. So they are read from the end, and the
        first one that is no trusted proxy is the visitor: what stands before it may be made up.
        """
        if not forwarded:
            return peer
        if not self._networks:
            self._warn(peer)
            return peer
        found = peer
        for hop in reversed(",".join(forwarded).split(",")):
            if not self._trusts(found) or _address(hop.strip()) is None:
                break
            found = hop.strip()
        return found

    def _contains(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)

    def _warn(self, peer: str) -> None:
        """Once: behind a proxy that is not known, all visitors have its address."""
        address = _address(peer)
        if self._said or address is None or address.is_global:
            return
        self._said = True
        log.warning("a proxy forwards requests, but the setting trusted_proxies is empty")


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise ConfigError(
            f"setting 'trusted_proxies': {text.strip()!r} is no address and no network",
            hint="e.g. 127.0.0.1, 10.0.0.0/8",
        ) from None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is none. IPv4 seen through an IPv6 socket (`::ffff:…`) is IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
