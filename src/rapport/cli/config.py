"""`rapport config`: every setting, its value and where it came from."""

from __future__ import annotations

import os

import click

from rapport import config
from rapport.cli.options import data_option, json_option
from rapport.cli.output import note, print_json, print_table

# Shown as set or not set, never as text: screens get shared.
SECRET = ("api_key", "warehouse_url", "smtp_url", "smtp_password")
NO_SETTINGS = ("RAPPORT_CONFIG", "RAPPORT_TO_URL", "RAPPORT_SKIP_CONSOLE")


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
    for name in _unknown({name for name, _, _ in shown}):
        note(f"{name} is set in the environment, but there is no such setting")


def _unknown(settings: set[str]) -> list[str]:
    """Variables that look like settings and are none, which a typing mistake makes."""
    known = {f"RAPPORT_{name.upper()}" for name in settings} | set(NO_SETTINGS)
    return sorted(name for name in os.environ if name.startswith("RAPPORT_") and name not in known)


def _value(name: str, value: object) -> object:
    return "(set)" if name in SECRET and value else value


def _plain(value: object) -> str:
    """As it would be written in TOML: no thousands separators, quotes around nothing."""
    return str(value).lower() if isinstance(value, bool) else str(value)
