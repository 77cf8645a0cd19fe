"""Looking after the installation: the doctor's checks and backups."""

from __future__ import annotations

from pathlib import Path

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody

from rapport.errors import Forbidden
from rapport.server.api.context import Asked, Provided, principal_of
from rapport.server.operations.backup import Backup, backup
from rapport.server.operations.checkup import examine
from rapport.server.operations.doctor import OK, Check


class Checks(msgspec.Struct):
    healthy: bool  # nothing failed and nothing needs a look
    checks: list[Check]


class BackupWanted(msgspec.Struct, forbid_unknown_fields=True):
    target: str = ""


@get("/api/v1/doctor", opt={"scope": "admin"})
async def doctor(context: Provided, full: FromQuery[bool] = False) -> Checks:
    """All checks; with `full`, stores are read whole, which may take minutes."""
    rooms, stuck = context.rooms, context.loading.stuck
    checks = await rooms.asking(lambda: examine(rooms, context.books, stuck, full=full))
    return Checks(all(check.status == OK for check in checks), checks)


@post("/api/v1/backups", opt={"scope": "admin"})
async def make_backup(request: Asked, data: JSONBody[BackupWanted], context: Provided) -> Backup:
    """Copy all stores into a new folder, by default below DATA/backups.

    Only the command line on this machine may name another place.
    """
    rooms = context.rooms
    if data.target and principal_of(request).kind != "local":
        raise Forbidden(
            "only the command line may say where a backup goes", hint="leave `target` out"
        )
    stamp = rooms.clock.now() // 1_000_000
    target = Path(data.target) if data.target else rooms.folder.backups / f"{stamp}"
    return await rooms.asking(lambda: backup(rooms, context.loading, target))


ROUTES = [doctor, make_backup]
