"""Keys of the management API. A secret is shown once, when it is made."""

from __future__ import annotations

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from rapport.errors import Forbidden
from rapport.server.access.apikeys import ApiKey
from rapport.server.api.context import Asked, Provided, principal_of
from rapport.server.api.shapes import Done, Listing, iso


class KeyView(msgspec.Struct):
    id: str
    name: str
    prefix: str
    last4: str
    scopes: tuple[str, ...]
    created_at: str | None
    created_by: str
    last_used_at: str | None
    revoked_at: str | None


class NewKeyView(msgspec.Struct):
    key: KeyView
    secret: str


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    scopes: tuple[str, ...] = ("read",)


def _view(key: ApiKey) -> KeyView:
    return KeyView(
        key.id,
        key.name,
        key.prefix,
        key.last4,
        key.scopes,
        iso(key.created_at),
        key.created_by,
        iso(key.last_used_at),
        iso(key.revoked_at),
    )


@get("/api/v1/keys", opt={"scope": "admin"})
async def list_keys(context: Provided) -> Listing[KeyView]:
    """All keys ever made, without their secrets."""
    keys = await context.rooms.working(context.rooms.keys.api_keys)
    return Listing([_view(key) for key in keys], count=len(keys))


@post("/api/v1/keys", opt={"scope": "admin"})
async def create_key(request: Asked, data: JSONBody[NewKey], context: Provided) -> NewKeyView:
    """Make a key. Nobody can make one that may do more than himself."""
    caller = principal_of(request)
    if "admin" not in caller.scopes and not set(data.scopes) <= set(caller.scopes):
        raise Forbidden("a key cannot have more scopes than its maker")
    key, secret = await context.rooms.working(
        lambda: context.rooms.keys.create_key(data.name, data.scopes, caller.name)
    )
    return NewKeyView(_view(key), secret)


@delete("/api/v1/keys/{key_id:str}", status_code=200)
async def revoke_key(key_id: FromPath[str], context: Provided) -> Done:
    """The key stops working at once."""
    await context.rooms.working(lambda: context.rooms.keys.revoke_key(key_id))
    return Done()


ROUTES = [list_keys, create_key, revoke_key]
