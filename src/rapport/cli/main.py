"""The root command. Its table of contents is data, so that help needs none of the rooms."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from rapport import __version__
from rapport.errors import RapportError

# section → command → (module, its line of help). A test holds the line to the command's own.
SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Run": {
        "demo": ("demo", "Fill a shop with customers, start the server, print a login link."),
        "up": ("up", "Start everything: tracking, API, console, pipeline."),
        "login": ("login", "Print a one-time link that signs in to the console."),
    },
    "Send and read": {
        "send": ("send", "Send one event to the running server."),
        "import": ("imports", "Import events or customers from CSV, JSON lines or Parquet."),
        "export": ("export", "Write events or profiles to Parquet, CSV or JSON lines."),
        "sql": ("sql", "Ask the warehouse in SQL (read only)."),
        "insight": ("insight", "Ask for funnels, retention and more."),
        "profile": ("profile", "Show or find customers."),
        "segments": ("segments", "List segments, who is in them, and why."),
        "models": ("models", "Show and run models of customer value; forecast revenue."),
        "trace": ("trace", "Show what happened to one event at every stage."),
    },
    "Steer": {
        "diff": ("definitions", "Show what differs between files of definitions and what is."),
        "apply": ("definitions", "Define segments, traits, insights and dashboards as files say."),
        "pull": ("definitions", "Write all definitions to a file."),
        "identity": ("identity", "Explain, join and separate customers."),
        "quarantine": ("quarantine", "List, correct and send again what was refused."),
        "sources": ("sources", "Manage sources and their write keys."),
        "users": ("users", "Manage who may sign in to the console."),
        "keys": ("keys", "Manage keys of the management API."),
        "config": ("config", "Show every setting, its value and where it came from."),
    },
    "Operate": {
        "doctor": ("doctor", "Check the stores and whether the books balance."),
        "backup": ("backup", "Copy all stores to a folder, also while running."),
        "warehouse": ("warehouse", "Move the history between engines."),
        "restore": ("backup", "Put a backup in place of an empty data folder."),
        "version": ("version", "Show the versions of Rapport and of what it stands on."),
    },
}

_LAZY = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class Root(click.Group):
    """A group that imports a command's module only when the command itself is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _LAZY:
            return None
        module = importlib.import_module(f"rapport.cli.{_LAZY[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _LAZY and not args[0].startswith("-"):
            self._unknown(ctx, args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, line) in commands.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except RapportError as error:
            show_error(error, as_json="--json" in sys.argv)
            sys.exit(1)

    def _unknown(self, ctx: click.Context, name: str) -> NoReturn:
        import difflib

        near = difflib.get_close_matches(name, _LAZY, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else "'rapport --help' lists them all."
        raise click.UsageError(f"There is no command '{name}'. {hint}", ctx)


def show_error(error: RapportError, *, as_json: bool) -> None:
    """Two lines on stderr: what happened, what to do next; or the JSON error shape of the API."""
    if as_json:
        import json

        click.echo(json.dumps(error.as_dict(), default=str), err=True)
        return
    _line("error:", "red", error.message)
    if error.hint:
        _line("hint: ", "cyan", error.hint)


def _line(label: str, colour: str, text: str) -> None:
    wanted = False if "NO_COLOR" in os.environ else None
    click.echo(f"{click.style(label, fg=colour, bold=True)} {text}", err=True, color=wanted)


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: rapport demo",
)
@click.version_option(__version__, "--version", prog_name="rapport")
def cli() -> None:
    """Rapport: collect, recognise and know every customer.

    Settings come from rapport.toml, RAPPORT_* variables and flags; 'rapport config' shows them.
    """


def main() -> None:
    cli(prog_name="rapport")


if __name__ == "__main__":
    main()
