"""Writing events, profiles or an answer to a file on this machine, for `rapport export`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.response import Stream

from rapport.errors import BadRequest, Forbidden, RapportError
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.warehouse.export import NAMED, export, format_of

LINES = "application/x-ndjson"


class ExportWanted(msgspec.Struct, forbid_unknown_fields=True):
    what: str  # events, profiles or a SELECT
    path: str  # absolute, on the machine of the server
    format: str = ""  # by the name of the file when empty


@post("/api/v1/exports", status_code=200, opt={"scope": "admin"})
async def make_export(request: Asked, data: JSONBody[ExportWanted], context: Provided) -> Stream:
    """Lines of JSON: `{"written", "of"}` as it goes on, at last `{"rows"}` or `{"error"}`.

    Only the command line on this machine may write files.
    """
    if principal_of(request).kind != "local":
        raise Forbidden("only the command line may write files", hint="use rapport export")
    path = Path(data.path)
    if not path.is_absolute():
        raise BadRequest("the path must be absolute")
    # Refused now, with a status, rather than in the stream.
    format_of(path, data.format)
    if data.what not in NAMED and len(data.what.split()) < 2:
        raise BadRequest(
            f"nothing called {data.what!r} can be exported",
            hint=f"{', '.join(NAMED)}, or a SELECT in quotes",
        )
    return Stream(_lines(data, path, context), media_type=LINES)


async def _lines(wanted: ExportWanted, path: Path, context: Context) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    news: asyncio.Queue[dict[str, int] | None] = asyncio.Queue()

    def progress(written: int, of: int) -> None:
        loop.call_soon_threadsafe(news.put_nowait, {"written": written, "of": of})

    def work() -> int:
        try:
            return export(
                context.rooms.warehouse, wanted.what, path, format=wanted.format, progress=progress
            )
        finally:
            loop.call_soon_threadsafe(news.put_nowait, None)

    running = asyncio.ensure_future(context.rooms.asking(work))
    while (line := await news.get()) is not None:
        yield msgspec.json.encode(line) + b"\n"
    try:
        yield msgspec.json.encode({"rows": await running}) + b"\n"
    except RapportError as error:
        yield msgspec.json.encode(error.as_dict()) + b"\n"
    except OSError as error:
        failed = BadRequest(f"cannot write {path}: {error.strerror}")
        yield msgspec.json.encode(failed.as_dict()) + b"\n"


ROUTES = [make_export]
