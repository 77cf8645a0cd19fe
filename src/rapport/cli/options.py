"""Options that many commands share, and what they are turned into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from rapport import config
from rapport.cli.output import QUIET
from rapport.config import Settings
from rapport.errors import NotFound

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
quiet_option = click.option(
    "--quiet",
    "-q",
    is_flag=True,
    expose_value=False,
    callback=lambda ctx, _, value: ctx.meta.__setitem__(QUIET, value),
    help="No progress, no remarks.",
)
data_option = click.option(
    "--data",
    type=click.Path(file_okay=False),
    help="Folder that holds everything Rapport stores.  [default: rapport-data]",
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def reading(command: F) -> F:
    """`--data`, `--json` and `--quiet`: what every command that shows something takes."""
    return data_option(json_option(quiet_option(command)))


def settings_from(data: str | None, **flags: Any) -> Settings:
    """All layers of settings. Raises `ConfigError`."""
    settings, _ = config.load({"data": data, **flags})
    return settings


def existing(data: str | None) -> Settings:
    """Settings whose data folder is there. Raises `NotFound` saying how to make one."""
    settings = settings_from(data)
    if not Path(settings.data).is_dir():
        raise NotFound(
            f"there is no data folder {settings.data!r}",
            hint="rapport demo makes one with customers in it, rapport up an empty one;"
            " --data names another",
        )
    return settings


def pairs(values: tuple[str, ...], option: str) -> dict[str, Any]:
    """Values are JSON where they can be, else text.

    >>> pairs(("plan=pro", "seats=3"), "--property")
    {'plan': 'pro', 'seats': 3}
    """
    import json

    found: dict[str, Any] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint=option)
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
