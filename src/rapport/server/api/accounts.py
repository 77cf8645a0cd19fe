"""Accounts: companies, households, teams — what `group` calls speak of."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery

from rapport.server.api.context import Provided
from rapport.server.api.profiles import ProfileSummary
from rapport.server.api.shapes import Listing, page_size
from rapport.server.web.paths import unfold


class AccountSummary(msgspec.Struct):
    id: str
    name: str  # the trait of that name, else the id
    traits: dict[str, Any]
    first_seen: str | None
    last_seen: str | None
    members_count: int


class Account(AccountSummary):
    members: list[ProfileSummary]  # the latest seen; not more than a hundred


@get("/api/v1/accounts")
async def list_accounts(
    context: Provided,
    q: FromQuery[str] = "",
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Listing[AccountSummary]:
    """Accounts by id; with `q`, those whose id or name contains it."""
    size = page_size(limit)
    items, after = await context.rooms.reading(
        lambda reads: reads.profiles.accounts(size, cursor, q)
    )
    return Listing(cast("list[AccountSummary]", items), after)


@get("/api/v1/accounts/{ref:str}")
async def show_account(ref: FromPath[str], context: Provided) -> Account:
    """One account with its traits and its people."""
    return cast(
        "Account", await context.rooms.reading(lambda reads: reads.profiles.account(unfold(ref)))
    )


ROUTES = [list_accounts, show_account]
