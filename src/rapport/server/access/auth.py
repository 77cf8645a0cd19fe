"""Who is calling, and may they? Asked for every API request before routing: deny by default."""

from __future__ import annotations

import hmac
from typing import Any, Protocol

import msgspec

from rapport.collect.addresses import peer_of
from rapport.config import Settings
from rapport.errors import Forbidden, Unauthorized
from rapport.server.access.accounts import AccountStore, Session
from rapport.server.access.apikeys import KeyStore
from rapport.server.access.front import Front
from rapport.server.access.scopes import READING, ROLES, SCOPES

COOKIE = "rapport_session"
CSRF_HEADER = "x-csrf-token"

# Everything that answers without credentials. tests/server/test_auth.py walks all other routes.
PUBLIC = frozenset(
    {
        ("GET", "/health"),
        ("HEAD", "/health"),
        ("GET", "/ready"),
        ("HEAD", "/ready"),
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/session/link"),
    }
)


class Principal(msgspec.Struct, frozen=True):
    kind: str  # "user", "key" or "local"
    name: str  # e-mail of a user, name of a key: what audit fields show
    scopes: tuple[str, ...]
    csrf: str = ""
    session: str = ""  # secret of the cookie; only for closing the session
    has_password: bool = False
    role: str = ""  # of a user

    def needs(self, scope: str) -> None:
        """Raises `Forbidden` without the scope. `admin` includes all, `write` includes `read`."""
        if scope in self.scopes or "admin" in self.scopes:
            return
        if scope == "read" and "write" in self.scopes:
            return
        raise Forbidden(
            f"this needs the scope {scope!r}",
            hint="an administrator can give you another role"
            if self.kind == "user"
            else "rapport keys create makes a key with other scopes",
            details={"scope": scope, "scopes": list(self.scopes)},
        )


class Head(Protocol):
    """What of a request is looked at."""

    method: str
    scheme: str
    client: str
    authority: str | None

    @property
    def headers(self) -> Any: ...


class Gate:
    def __init__(
        self, settings: Settings, keys: KeyStore, accounts: AccountStore, local_token: str
    ) -> None:
        self._api_key = settings.api_key
        self._local = local_token
        self._keys = keys
        self._accounts = accounts
        self._front = Front(settings)

    def admit(self, request: Head) -> Principal:
        """The caller. Raises `Unauthorized` or, for a forged browser request, `Forbidden`."""
        bearer = request.headers.get("authorization", "")
        if bearer[:7].lower() == "bearer ":
            return self._bearer(bearer[7:].strip())
        secret = self._cookie(request)
        session = self._accounts.session(secret) if secret else None
        if session is None:
            raise Unauthorized(
                "this needs an API key or a session",
                hint="send 'Authorization: Bearer <api key>', or sign in",
            )
        if request.method not in READING:
            self.check_origin(request)
            if not _same(request.headers.get(CSRF_HEADER, ""), session.csrf):
                raise Forbidden(
                    "the X-CSRF-Token header is missing or wrong",
                    hint="GET /api/v1/session gives the token",
                    code="csrf",
                )
        return of_session(session, secret)

    def _bearer(self, secret: str) -> Principal:
        if self._local and _same(secret, self._local):
            return Principal("local", "command line", SCOPES)
        if self._api_key and _same(secret, self._api_key):
            return Principal("key", "RAPPORT_API_KEY", SCOPES)
        key = self._keys.find_key(secret)
        if key is None:
            raise Unauthorized(
                "this API key is not known", hint="rapport keys lists the valid ones"
            )
        self._keys.touch_key(key)
        return Principal("key", key.name, key.scopes)

    def _cookie(self, request: Head) -> str:
        said = request.headers.get("x-forwarded-proto", "")
        peer = peer_of(request.client)
        https = self._front.https(peer, request.scheme, _host(request), said)
        return cookie(request.headers.get("cookie", ""), https=https)

    def check_origin(self, request: Head) -> None:
        """A browser says where a request comes from. Raises `Forbidden` when it is another site."""
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin")
        if origin is None and site in ("same-origin", "none"):
            return
        own = origin is not None and self._front.is_own(origin, _host(request))
        if not own or site == "cross-site":
            raise Forbidden(
                "this request comes from another site",
                hint="set public_url when a proxy changes the Host header",
                code="origin",
            )


def of_session(session: Session, secret: str) -> Principal:
    """Its user, who may do what his role is now, not what it was when he signed in."""
    user = session.user
    return Principal(
        "user",
        user.email,
        ROLES[user.role],
        session.csrf,
        secret,
        user.has_password,
        user.role,
    )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _host(request: Head) -> str:
    return str(request.headers.get("host") or request.authority or "")


def cookie(header: str, *, https: bool) -> str:
    """The session secret in a Cookie header, "" without.

    By https only the name counts that a browser accepts from this very host by https alone:
    another server of the domain, or somebody on the line, could have set the plain one.

    >>> cookie("a=1; rapport_session=xyz; b=2", https=False), cookie("a=1", https=False)
    ('xyz', '')
    >>> cookie("rapport_session=planted; __Host-rapport_session=xyz", https=True)
    'xyz'
    >>> cookie("rapport_session=planted", https=True)
    ''
    """
    parts = [part.strip().partition("=") for part in header.split(";")]
    found = {name: value for name, _, value in reversed(parts)}
    return found.get(f"__Host-{COOKIE}") or ("" if https else found.get(COOKIE, ""))


def set_cookie(secret: str, *, https: bool) -> str:
    """Set-Cookie for a new session; with an empty secret, the one that ends it."""
    name = f"__Host-{COOKIE}" if https else COOKIE
    life = "Max-Age=1209600" if secret else "Max-Age=0"
    secure = "; Secure" if https else ""
    return f"{name}={secret}; Path=/; HttpOnly; SameSite=Lax; {life}{secure}"
