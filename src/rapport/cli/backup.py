"""`rapport backup` and `rapport restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rapport.cli.access import api_for
from rapport.cli.options import data_option, existing, json_option, quiet_option, settings_from
from rapport.cli.output import note, print_fields, print_json, progress

FOLDER = click.Path(path_type=Path)


@click.command("backup", epilog="Example: rapport backup /mnt/backups/monday")
@click.argument("target", required=False, type=FOLDER)
@data_option
@json_option
@quiet_option
def backup_command(target: Path | None, data: str | None, as_json: bool) -> None:
    """Copy all stores to a folder, also while running.

    TARGET must not exist; without it, the copy goes below DATA/backups. What the server accepts
    meanwhile is not held up.
    """
    with api_for(existing(data)) as api:
        made = api.post("/backups", {"target": str(target.absolute()) if target else ""})
    if as_json:
        print_json(made)
        return
    files = made["manifest"]["files"]
    size = sum(file["bytes"] for file in files) / 2**20
    print_fields({"backup": made["path"], "files": len(files), "size": f"{size:,.1f} MiB"})
    note(f"put it back with: rapport restore {made['path']} --data NEW_FOLDER")


@click.command("restore", epilog="Example: rapport restore /mnt/backups/monday --data ./shop")
@click.argument("source", type=FOLDER)
@data_option
@json_option
@quiet_option
def restore_command(source: Path, data: str | None, as_json: bool) -> None:
    """Put a backup in place of an empty data folder.

    Every file is checked against the backup's manifest before anything is written. A folder with
    something in it is never touched.
    """
    from rapport.server.operations.backup import restore

    settings = settings_from(data)
    with progress("Restoring", None) as advance:
        manifest = restore(source, settings.folder, lambda *_: advance(1))
    fields: dict[str, Any] = {
        "data": settings.data,
        "made": manifest.created_at,
        "files": len(manifest.files),
    }
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)
        note(f"start it with: rapport up --data {settings.data}")
