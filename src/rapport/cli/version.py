"""`rapport version`: what is installed, for bug reports."""

from __future__ import annotations

import platform
from importlib import metadata

import click

from rapport import __version__
from rapport.cli.options import json_option
from rapport.cli.output import print_fields, print_json

PARTS = ("apsw", "duckdb", "granian", "litestar", "msgspec", "numpy", "pyarrow")


@click.command("version", epilog="Example: rapport version --json")
@json_option
def version_command(as_json: bool) -> None:
    """Show the versions of Rapport and of what it stands on."""
    versions = {
        "rapport": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        **{name: metadata.version(name) for name in PARTS},
    }
    if as_json:
        print_json(versions)
    else:
        print_fields(versions)
