"""`rapport export`: your data in a file of yours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rapport.cli.access import Api, api_for
from rapport.cli.options import data_option, existing, json_option, quiet_option
from rapport.cli.output import print_fields, print_json, progress
from rapport.cli.transport import error_of


@click.command("export", epilog="Example: rapport export events events.parquet")
@click.argument("what")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "kind",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    help="By the name of FILE when not given.",
)
@data_option
@json_option
@quiet_option
def export_command(
    what: str, file: Path, kind: str | None, data: str | None, as_json: bool
) -> None:
    """Write events or profiles to Parquet, CSV or JSON lines.

    WHAT is events, profiles, or a SELECT. FILE appears only when it is whole.
    """
    wanted = {"what": what, "path": str(file.absolute()), "format": kind or ""}
    with api_for(existing(data)) as api:
        rows = _export(api, wanted)
    if as_json:
        print_json({"rows": rows, "file": str(file)})
    else:
        print_fields({"rows": rows, "file": str(file)})


def _export(api: Api, wanted: dict[str, str]) -> int:
    last: dict[str, Any] = {}
    with progress(f"Writing {Path(wanted['path']).name}", None) as advance:

        def hear(line: dict[str, Any]) -> None:
            nonlocal last
            advance(line.get("written", 0) - last.get("written", 0) if "written" in line else 0)
            last = line

        api.lines("/exports", wanted, hear)
    if "error" in last:
        raise error_of(last)
    return int(last["rows"])
