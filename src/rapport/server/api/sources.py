"""Sources and their write keys."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from rapport.collect.sources import Source, SourceStore, WriteKey
from rapport.server.api.context import Context, Provided
from rapport.server.api.shapes import Done, Listing, iso


class WriteKeyView(msgspec.Struct):
    key: str
    created_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    works: bool


class SourceView(msgspec.Struct):
    id: int
    slug: str
    name: str
    kind: str
    brand: str
    region: str
    party: str
    ttl_days: int | None
    enabled: bool
    created_at: str | None
    write_keys: list[WriteKeyView]


class NewSource(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    kind: str = "server"
    brand: str = ""
    region: str = ""
    party: str = "first"
    ttl_days: int | None = None


class SourceChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    name: str | msgspec.UnsetType = msgspec.UNSET
    kind: str | msgspec.UnsetType = msgspec.UNSET
    brand: str | msgspec.UnsetType = msgspec.UNSET
    region: str | msgspec.UnsetType = msgspec.UNSET
    party: str | msgspec.UnsetType = msgspec.UNSET
    ttl_days: int | msgspec.UnsetType | None = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET


class Rotation(msgspec.Struct, forbid_unknown_fields=True):
    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 86_400


def key_view(key: WriteKey, now: int) -> WriteKeyView:
    return WriteKeyView(
        key.key, iso(key.created_at), iso(key.revoked_at), iso(key.last_used_at), key.works(now)
    )


def source_view(source: Source, now: int) -> SourceView:
    return SourceView(
        source.id,
        source.slug,
        source.name,
        source.kind,
        source.brand,
        source.region,
        source.party,
        source.ttl_days,
        source.enabled,
        iso(source.created_at),
        [key_view(key, now) for key in source.write_keys],
    )


def _store(context: Context) -> SourceStore:
    return context.rooms.sources


@get("/api/v1/sources")
async def list_sources(context: Provided) -> Listing[SourceView]:
    """Everything that may send events."""
    now = context.rooms.clock.now()
    found = await context.rooms.working(_store(context).list)
    return Listing([source_view(source, now) for source in found], count=len(found))


@post("/api/v1/sources")
async def create_source(data: JSONBody[NewSource], context: Provided) -> SourceView:
    """Make a source; it gets a write key."""
    fields: dict[str, Any] = msgspec.structs.asdict(data)
    source = await context.rooms.working(lambda: _store(context).create(**fields))
    return source_view(source, context.rooms.clock.now())


@get("/api/v1/sources/{slug:str}")
async def show_source(slug: FromPath[str], context: Provided) -> SourceView:
    """One source with its write keys, those that were revoked too."""
    source = await context.rooms.working(lambda: _store(context).by_slug(slug))
    return source_view(source, context.rooms.clock.now())


@patch("/api/v1/sources/{slug:str}")
async def change_source(
    slug: FromPath[str], data: JSONBody[SourceChange], context: Provided
) -> SourceView:
    """Change what is named, leave the rest."""
    changes = {
        name: value
        for name, value in msgspec.structs.asdict(data).items()
        if value is not msgspec.UNSET
    }
    store = _store(context)
    changed = await context.rooms.working(lambda: store.update(store.by_slug(slug).id, **changes))
    return source_view(changed, context.rooms.clock.now())


@post("/api/v1/sources/{slug:str}/keys")
async def rotate_key(
    slug: FromPath[str], data: JSONBody[Rotation], context: Provided
) -> WriteKeyView:
    """A new write key; the ones before keep working for `overlap_seconds`."""
    store = _store(context)
    key = await context.rooms.working(
        lambda: store.rotate_key(store.by_slug(slug).id, overlap_seconds=data.overlap_seconds)
    )
    return key_view(key, context.rooms.clock.now())


@delete("/api/v1/sources/{slug:str}/keys/{key:str}", status_code=200, opt={"scope": "write"})
async def revoke_key(slug: FromPath[str], key: FromPath[str], context: Provided) -> Done:
    """The write key stops working at once."""
    store = _store(context)
    await context.rooms.working(lambda: store.revoke_key(store.by_slug(slug).id, key))
    return Done()


ROUTES = [list_sources, create_source, show_source, change_source, rotate_key, revoke_key]
