"""Who is calling, and under which address they reached this server."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address

from rapport.collect.rsgi import Scope

_HOST = re.compile(r"^[A-Za-z0-9.\-]+(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$")


def public_origin(scope: Scope, public_url: str) -> str:
    """`scheme://host[:port]` for links back to this server; `public_url` wins when it is set."""
    if public_url:
        return public_url.rstrip("/")
    host = scope.headers.get("host") or scope.authority or ""
    scheme = scope.headers.get("x-forwarded-proto") or scope.scheme
    return f"{'https' if scheme == 'https' else 'http'}://{host if _HOST.match(host) else ''}"


def client_ip(scope: Scope) -> str:
    """The address of the visitor, see `visitor`."""
    peer = scope.client.rpartition(":")[0].strip("[]") or scope.client
    return visitor(peer, scope.headers.get("x-forwarded-for"))


def visitor(peer: str, forwarded: str | None) -> str:
    """The address of the visitor, from that of the connection and what X-Forwarded-For says.

    A proxy in front is believed only when the connection itself comes from a private address; then
    the last public address in X-Forwarded-For counts, since earlier ones may be made up.
    """
    if not forwarded or not _is_private(peer):
        return peer
    hops = [hop.strip() for hop in forwarded.split(",")]
    public = [hop for hop in hops if _is_public(hop)]
    return public[-1] if public else hops[0] if _is_private(hops[0]) else peer


@lru_cache(maxsize=4096)
def _is_private(text: str) -> bool:
    try:
        return not ip_address(text).is_global
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _is_public(text: str) -> bool:
    try:
        return ip_address(text).is_global
    except ValueError:
        return False
