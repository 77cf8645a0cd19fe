"""Signing in and out: a one-time link or a password, then a cookie."""

from __future__ import annotations

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import JSONBody

from rapport.clock import to_iso
from rapport.errors import Forbidden, Unauthorized
from rapport.server.access.accounts import Link, User
from rapport.server.access.auth import set_cookie
from rapport.server.access.scopes import ROLES
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.shapes import Done


class Person(msgspec.Struct):
    email: str
    name: str
    has_password: bool
    role: str  # "" when no user calls, but a key


class SessionView(msgspec.Struct):
    user: Person
    csrf: str
    scopes: tuple[str, ...]


class WithPassword(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    password: str


class WithLink(msgspec.Struct, forbid_unknown_fields=True):
    token: str


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    password: str
    current: str = ""


async def _opened(request: Asked, context: Context, user: User) -> Response[SessionView]:
    accounts = context.rooms.accounts
    secret, session = await context.rooms.working(lambda: accounts.open_session(user))
    return Response(
        _view(session.user, session.csrf),
        headers={"set-cookie": set_cookie(secret, https=_by_https(request, context))},
        status_code=200,
    )


def _by_https(request: Asked, context: Context) -> bool:
    """Whether the browser came by https, maybe to a proxy in front. Decides the cookie's name."""
    host, said = (request.headers.get(name, "") for name in ("host", "x-forwarded-proto"))
    return context.front.https(_peer(request), request.scope["scheme"], host, said)


def _peer(request: Asked) -> str:
    return request.client.host if request.client else ""


def _view(user: User, csrf: str) -> SessionView:
    person = Person(user.email, user.name, user.has_password, user.role)
    return SessionView(person, csrf, ROLES[user.role])


def _address(request: Asked, context: Context) -> str:
    """Of the visitor, so that people behind one proxy do not lock each other out."""
    return context.front.visitor(_peer(request), request.headers.getall("x-forwarded-for", []))


@post("/api/v1/session", status_code=200, opt={"public": True})
async def sign_in(
    request: Asked, data: JSONBody[WithPassword], context: Provided
) -> Response[SessionView]:
    """Sign in with e-mail and password."""
    address = _address(request, context)
    context.attempts.begin(data.email, address)
    accounts = context.rooms.accounts
    found = accounts.password_of(data.email)
    hashed = found[1] if found else None
    matched = await context.rooms.working(lambda: context.passwords.matches(hashed, data.password))
    if not matched or found is None:
        raise Unauthorized(
            "e-mail or password is wrong",
            hint="`rapport login` prints a one-time link",
            code="wrong_password",
        )
    context.attempts.succeeded(data.email, address)
    return await _opened(request, context, found[0])


@post("/api/v1/session/link", status_code=200, opt={"public": True})
async def redeem_link(
    request: Asked, data: JSONBody[WithLink], context: Provided
) -> Response[SessionView]:
    """Sign in with the token of a one-time link. Opening the link's page alone uses nothing up."""
    address = _address(request, context)
    context.attempts.begin("", address)
    accounts = context.rooms.accounts
    user = await context.rooms.working(lambda: accounts.redeem_login_link(data.token))
    context.attempts.succeeded("", address)
    return await _opened(request, context, user)


@get("/api/v1/session")
async def show_session(request: Asked, context: Provided) -> SessionView:
    """Who is calling, what he may do, and the token that writing requests carry in X-CSRF-Token."""
    caller, accounts = principal_of(request), context.rooms.accounts
    if caller.kind == "user":
        user = await context.rooms.working(lambda: accounts.user(caller.name))
        return _view(user, caller.csrf)
    return SessionView(Person("", caller.name, False, ""), "", caller.scopes)


@delete("/api/v1/session", status_code=200, opt={"scope": "read"})
async def sign_out(request: Asked, context: Provided) -> Response[Done]:
    """End the session, whose cookie is of no use to anybody afterwards."""
    secret = principal_of(request).session
    if secret:
        await context.rooms.working(lambda: context.rooms.accounts.close_session(secret))
    ended = set_cookie("", https=_by_https(request, context))
    return Response(Done(), headers={"set-cookie": ended})


@put("/api/v1/session/password", opt={"scope": "read"})
async def change_password(
    request: Asked, data: JSONBody[NewPassword], context: Provided
) -> Response[SessionView]:
    """Set one's own password. Every session of the user ends; this one is opened anew."""
    caller, accounts = principal_of(request), context.rooms.accounts
    found = accounts.password_of(caller.name) if caller.kind == "user" else None
    if found is None:
        raise Forbidden("only a signed-in user has a password", hint="sign in first")
    user, hashed = found
    address = _address(request, context)
    context.attempts.begin(user.email, address)
    if hashed is not None and not await context.rooms.working(
        lambda: context.passwords.matches(hashed, data.current)
    ):
        raise Forbidden("the current password is wrong", hint="", code="wrong_password")
    context.attempts.succeeded(user.email, address)
    fresh = await context.rooms.working(lambda: context.passwords.hash(data.password))
    await context.rooms.working(lambda: accounts.set_password(user.email, fresh))
    return await _opened(request, context, accounts.user(user.email))


class LinkFor(msgspec.Struct, forbid_unknown_fields=True):
    email: str = ""


class LinkView(msgspec.Struct):
    email: str
    token: str
    url: str
    expires_at: str


def link_view(link: Link, context: Context) -> LinkView:
    url = f"{context.url}/login#token={link.token}"
    return LinkView(link.email, link.token, url, to_iso(link.expires_at))


@post("/api/v1/session/links", opt={"scope": "admin"})
async def new_link(data: JSONBody[LinkFor], context: Provided) -> LinkView:
    """Make a one-time login link for a user; the first user when none is named."""
    accounts = context.rooms.accounts
    link = await context.rooms.working(
        lambda: accounts.new_login_link(data.email or accounts.first().email)
    )
    return link_view(link, context)


ROUTES = [sign_in, redeem_link, show_session, sign_out, change_password, new_link]
