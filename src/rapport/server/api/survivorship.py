"""Survivorship rules: which of several values of a trait a profile shows."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, put
from litestar.params import JSONBody

from rapport.errors import ConfigError, Malformed
from rapport.profiles.rules import SurvivorshipRules, dump, parse
from rapport.server.api.context import Context, Provided
from rapport.warehouse.writing import whole_file


class NewSurvivorship(msgspec.Struct, forbid_unknown_fields=True):
    rules: dict[str, Any]


class SurvivorshipView(msgspec.Struct):
    rules: dict[str, Any]  # as in docs/profiles.md
    yaml: str  # the same, as the file DATA/survivorship.yaml has it


@get("/api/v1/survivorship")
async def show_survivorship(context: Provided) -> SurvivorshipView:
    """The rules in force; the most recent value counts where none is given."""
    return _view(context.rooms.survivorship())


@put("/api/v1/survivorship", opt={"scope": "admin"})
async def publish_survivorship(
    data: JSONBody[NewSurvivorship], context: Provided
) -> SurvivorshipView:
    """Replace all rules. They count at once; the warehouse follows profile by profile."""
    try:
        rules = parse(msgspec.json.encode(data.rules).decode())
    except ConfigError as error:
        raise Malformed(error.message, hint=error.hint) from None
    await context.rooms.working(lambda: _write(context, rules))
    return _view(context.rooms.survivorship())


def _write(context: Context, rules: SurvivorshipRules) -> None:
    with whole_file(context.rooms.folder.survivorship) as unfinished:
        unfinished.write_text(dump(rules), "utf-8")


def _view(rules: SurvivorshipRules) -> SurvivorshipView:
    return SurvivorshipView(msgspec.to_builtins(rules), dump(rules))


ROUTES = [show_survivorship, publish_survivorship]
