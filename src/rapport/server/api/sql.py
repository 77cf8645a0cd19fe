"""Asking the warehouse in SQL: reading only, with limits on rows, time and memory."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from rapport.errors import Malformed
from rapport.server.api.context import Provided
from rapport.server.api.shapes import Listing


class Question(msgspec.Struct, forbid_unknown_fields=True):
    query: str
    limit: int | None = None


class Table(msgspec.Struct):
    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    truncated: bool
    elapsed_ms: float


class ColumnView(msgspec.Struct):
    name: str
    type: str


class TableView(msgspec.Struct):
    name: str
    kind: str  # table or view
    columns: list[ColumnView]


@post("/api/v1/sql", status_code=200, opt={"scope": "read"})
async def ask(data: JSONBody[Question], context: Provided) -> Table:
    """One reading statement. `limit` lowers the number of rows, never raises it."""
    settings = context.rooms.settings
    most = min(data.limit or settings.sql_max_rows, settings.sql_max_rows)
    if most < 1:
        raise Malformed("limit is 1 or more")
    result = await context.rooms.asking(
        lambda: context.rooms.warehouse.query(
            data.query, max_rows=most, timeout=float(settings.sql_timeout_seconds)
        )
    )
    return Table(
        [column.name for column in result.columns],
        [column.type for column in result.columns],
        result.rows,
        result.truncated,
        result.elapsed_ms,
    )


@get("/api/v1/sql/schema")
async def schema(context: Provided) -> Listing[TableView]:
    """Tables and views with their columns."""
    found = await context.rooms.asking(context.rooms.history.schema)
    return Listing(cast("list[TableView]", found), count=len(found))


ROUTES = [ask, schema]
