"""`rapport login`: a way into the console for whoever may read the data folder."""

from __future__ import annotations

import click

from rapport.cli.access import api_for
from rapport.cli.options import data_option, existing, json_option
from rapport.cli.output import note, print_json


@click.command("login", epilog="Example: rapport login --data ./shop")
@click.option("--email", default="", help="Which user; the first one when not given.")
@data_option
@json_option
def login_command(email: str, data: str | None, as_json: bool) -> None:
    """Print a one-time link that signs in to the console. It works for 15 minutes."""
    with api_for(existing(data)) as api:
        link = api.post("/session/links", {"email": email})
    if as_json:
        print_json(link)
        return
    click.echo(link["url"])
    note(f"signs in {link['email']}, once, within 15 minutes")
