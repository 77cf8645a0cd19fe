"""Users of the console. A role gives a user the scopes that keys are given by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from rapport.server.access.accounts import INVITATION_LIFE, User
from rapport.server.access.scopes import ROLES
from rapport.server.api.context import Context, Provided
from rapport.server.api.session import LinkView, link_view
from rapport.server.api.shapes import Listing, iso

Role = Literal["viewer", "editor", "admin"]


class UserView(msgspec.Struct):
    email: str
    name: str
    role: Role
    scopes: tuple[str, ...]  # what the role may do
    has_password: bool
    created_at: str | None
    disabled_at: str | None
    seen_at: str | None  # null without an open session


class Invited(msgspec.Struct):
    user: UserView
    link: LinkView


class Invitation(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    name: str = ""
    role: Role = "viewer"


class UserChange(msgspec.Struct, forbid_unknown_fields=True):
    role: Role


def _view(user: User) -> UserView:
    return UserView(
        user.email,
        user.name,
        cast("Role", user.role),
        ROLES[user.role],
        user.has_password,
        iso(user.created_at),
        iso(user.disabled_at),
        iso(user.seen_at),
    )


async def _invite(context: Context, find: Callable[[], User]) -> Invited:
    """The user that `find` gives, and a link that lasts long enough to be passed on."""

    def work() -> Invited:
        user = find()
        link = context.rooms.accounts.new_login_link(user.email, INVITATION_LIFE)
        return Invited(_view(user), link_view(link, context))

    return await context.rooms.working(work)


@get("/api/v1/users", opt={"scope": "admin"})
async def list_users(context: Provided) -> Listing[UserView]:
    """All users of the console, the disabled ones too."""
    users = await context.rooms.working(context.rooms.accounts.users)
    return Listing([_view(user) for user in users], count=len(users))


@post("/api/v1/users", opt={"scope": "admin"})
async def invite_user(data: JSONBody[Invitation], context: Provided) -> Invited:
    """Add a user. The answer has a link that signs the user in once, within three days."""
    accounts = context.rooms.accounts
    return await _invite(context, lambda: accounts.add_user(data.email, data.name, data.role))


@patch("/api/v1/users/{email:str}", opt={"scope": "admin"})
async def change_user(
    email: FromPath[str], data: JSONBody[UserChange], context: Provided
) -> UserView:
    """Give a user another role: from the next request on. One administrator always stays."""
    accounts = context.rooms.accounts
    return _view(await context.rooms.working(lambda: accounts.change_role(email, data.role)))


@post("/api/v1/users/{email:str}/disable", status_code=200, opt={"scope": "admin"})
async def disable_user(email: FromPath[str], context: Provided) -> UserView:
    """Sessions and links of the user end, and nothing lets the user in, until enabled."""
    accounts = context.rooms.accounts
    return _view(await context.rooms.working(lambda: accounts.disable_user(email)))


@post("/api/v1/users/{email:str}/enable", status_code=200, opt={"scope": "admin"})
async def enable_user(email: FromPath[str], context: Provided) -> UserView:
    """Let a disabled user in again, with the password that was."""
    accounts = context.rooms.accounts
    return _view(await context.rooms.working(lambda: accounts.enable_user(email)))


@post("/api/v1/users/{email:str}/reset", status_code=200, opt={"scope": "admin"})
async def reset_user(email: FromPath[str], context: Provided) -> Invited:
    """Forget the password and end all sessions. The answer has a link as for somebody new."""
    return await _invite(context, lambda: context.rooms.accounts.reset_user(email))


ROUTES = [list_users, invite_user, change_user, disable_user, enable_user, reset_user]
