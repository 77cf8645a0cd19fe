"""`rapport config`: every setting, its value and where it came from."""

from __future__ import annotations

import click

from rapport import config
from rapport.cli.options import data_option, json_option
from rapport.cli.output import print_json, print_table

# Shown as set or not set, never as text: screens get shared.
SECRET = ("api_key", "warehouse_url", "smtp_url", "smtp_password")


@click.command("config", epilog="Example: RAPPORT_PORT=9000 rapport config")
@data_option
@json_option
def config_command(data: str | None, as_json: bool) -> None:
    """Show every setting, its value and where it came from.

    Origins, the later one wins: default, file (rapport.toml or $RAPPORT_CONFIG), environment
    (RAPPORT_NAME), flag.
    """
    _, origins = config.load({"data": data})
    shown = [(o.name, _value(o.name, o.value), o.origin) for o in origins]
    if as_json:
        print_json([{"name": n, "value": v, "origin": o} for n, v, o in shown])
        return
    rows = [(name, _plain(value), origin) for name, value, origin in shown]
    print_table(("setting", "value", "from"), rows)


def _value(name: str, value: object) -> object:
    return "(set)" if name in SECRET and value else value


def _plain(value: object) -> str:
    """As it would be written in TOML: no thousands separators, quotes around nothing."""
    return str(value).lower() if isinstance(value, bool) else str(value)
