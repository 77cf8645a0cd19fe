"""How a browser came: to this server itself, or to a proxy in front of it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from rapport.collect.addresses import Proxies
from rapport.config import Settings


class Front:
    """What is believed of a connection, by the settings `trusted_proxies` and `public_url`."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = Proxies(settings.trusted_proxies)
        self._public = urlsplit(settings.public_url)

    def https(self, peer: str, scheme: str, host: str, said: str) -> bool:
        """Whether cookies may be bound to https.

        `peer` is the address of the connection, `said` the header X-Forwarded-Proto. Whoever asks
        for the host of a `public_url` that is https got there by https.
        """
        if self._public.scheme == "https" and host == self._public.netloc:
            return True
        return self._proxies.https(peer, scheme, said)

    def visitor(self, peer: str, forwarded: Sequence[str]) -> str:
        """The address whose failed logins count together, see `Proxies.visitor`."""
        return self._proxies.visitor(peer, forwarded)

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a page of `origin` (`null` for one that hides it) is served here."""
        place = urlsplit(origin).netloc
        return bool(place) and place in (host, self._public.netloc)
