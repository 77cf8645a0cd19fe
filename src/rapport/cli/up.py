"""`rapport up`: start everything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from rapport.cli.options import data_option, settings_from

if TYPE_CHECKING:
    from rapport.server.supervisor import Started

host_option = click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
port_option = click.option("--port", type=click.IntRange(0, 65535), help="[default: 8000; 0: free]")


@click.command("up", epilog="Example: rapport up --data ./shop --port 9000")
@data_option
@host_option
@port_option
def up_command(data: str | None, host: str | None, port: int | None) -> None:
    """Start everything: tracking, API, console, pipeline.

    Ctrl-C stops it in order. The first start prints a one-time link to sign in; 'rapport login'
    makes another one.
    """
    from rapport.server.supervisor import up

    sys.exit(up(settings_from(data, host=host, port=port), announce))


def announce(started: Started) -> None:
    """What to open, what to send with, where the data lies. On stderr, like the log."""
    lines = {
        "console": started.url,
        "sign in": login_url(started.url, started.login_token) if started.login_token else None,
        "write key": started.write_key,
        "data": started.folder,
    }
    click.echo("\nRapport is running. Ctrl-C stops it.\n", err=True)
    for name, value in lines.items():
        if value is not None:
            click.echo(f"  {name:<10} {value}", err=True)
    click.echo("", err=True)


def login_url(url: str, token: str) -> str:
    """The token stands behind the #, so that it never reaches a server log or a referrer."""
    return f"{url}/login#token={token}"
