"""`rapport warehouse`: the engine that holds the history."""

from __future__ import annotations

import click

from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_fields, print_json, progress


@click.group("warehouse", epilog="Example: rapport warehouse copy --to clickhouse")
def warehouse_command() -> None:
    """Move the history between engines."""


@warehouse_command.command(
    "copy",
    epilog="Example: RAPPORT_TO_URL=postgresql://me@db/cdp rapport warehouse copy --to postgres",
)
@click.option("--to", "target", required=True, help="Engine to copy into, by its name.")
@click.option(
    "--to-url",
    envvar="RAPPORT_TO_URL",
    default="",
    help="Its address; $RAPPORT_TO_URL keeps a password off the command line.",
)
@reading
def copy_command(target: str, to_url: str, data: str | None, as_json: bool) -> None:
    """Copy the history into another engine.

    Rapport must not be running. Started again after an interruption, it goes on where it stopped.
    Afterwards both are compared, row by row.
    """
    from rapport.errors import Conflict
    from rapport.server.folder import Folder
    from rapport.warehouse.choosing import open_warehouse
    from rapport.warehouse.copying import copy

    settings = existing(data)
    folder = Folder(settings.folder)
    if folder.read_running() is not None:
        raise Conflict("Rapport is running on this folder", hint="stop it, then copy")
    if target == settings.warehouse and to_url == settings.warehouse_url:
        raise Conflict("that is where the history already is", hint="name another engine with --to")
    memory = settings.warehouse_memory_mb
    source = open_warehouse(
        settings.warehouse, folder.warehouse, memory_mb=memory, url=settings.warehouse_url
    )
    try:
        into = open_warehouse(target, folder.warehouse, memory_mb=memory, url=to_url)
        try:
            with progress(f"Copying to {target}", None) as advance:
                copied = copy(source, into, advance)
        finally:
            into.close()
    finally:
        source.close()
    fields = {name: getattr(copied, name) for name in copied.__struct_fields__}
    if as_json:
        print_json(fields)
        return
    print_fields(fields)
    note(f"use it with: RAPPORT_WAREHOUSE={target} (and RAPPORT_WAREHOUSE_URL) rapport up")
