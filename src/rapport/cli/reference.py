"""Write what is made from code: docs/cli.md, configuration.md and definitions.schema.json.

    python -m rapport.cli.reference [FOLDER]

tests/docs/test_reference.py fails when a page is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from rapport.cli.main import SECTIONS, cli
from rapport.config import Settings
from rapport.insights import schema

MADE = "<!-- Made by `python -m rapport.cli.reference`; edit the code, not this page. -->"


def cli_page() -> str:
    """docs/cli.md: every command with its arguments, options and example."""
    context = click.Context(cli, info_name="rapport")
    parts = ["# Command line", MADE, _CLI_INTRODUCTION]
    for title, commands in SECTIONS.items():
        parts.append(f"## {title}")
        for name in commands:
            command = cli.get_command(context, name)
            if command is not None:
                parts.extend(_command(command, f"rapport {name}", 3))
    return "\n\n".join(parts) + "\n"


def configuration_page() -> str:
    """docs/configuration.md: every setting with type, default, variable and meaning."""
    rows = [
        f"| `{f.name}` | `RAPPORT_{f.name.upper()}` | {_default(f.default)} | {_description(f)} |"
        for f in msgspec.structs.fields(Settings)
    ]
    table = "\n".join(
        ["| setting | environment | default | what it is |", "|---|---|---|---|", *rows]
    )
    return "\n\n".join(["# Configuration", MADE, _CONFIGURATION_INTRODUCTION, table]) + "\n"


def definitions_schema() -> str:
    """docs/definitions.schema.json: what an editor has to know of files of definitions."""
    return json.dumps(schema.document(), indent=2, ensure_ascii=False) + "\n"


def pages() -> dict[str, str]:
    return {
        "cli.md": cli_page(),
        "configuration.md": configuration_page(),
        "definitions.schema.json": definitions_schema(),
    }


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0] if arguments else "docs")
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")


def _command(command: click.Command, path: str, level: int) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"{'#' * level} `{path}`"
    yield _paragraphs(command.help or "")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _command(child, f"{path} {name}", level + 1)
        return
    yield f"    {path} {usage}".rstrip()
    rows = [record for p in command.params if (record := p.get_help_record(context))]
    if rows:
        options = "\n".join(f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows)
        yield f"| option | |\n|---|---|\n{options}"
    if command.epilog:
        yield f"Example: `{command.epilog.removeprefix('Example: ')}`"


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _description(field: msgspec.structs.FieldInfo) -> str:
    info = msgspec.inspect.type_info(field.type)
    json_schema = info.extra_json_schema if isinstance(info, msgspec.inspect.Metadata) else None
    return str((json_schema or {}).get("description", ""))


def _default(value: object) -> str:
    if value == "":
        return "(empty)"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


_CLI_INTRODUCTION = """\
Results go to stdout, progress and remarks to stderr. Commands that show something take `--json`;
without it they print a table. Errors say what happened and what to do next, and exit with 1 (2 for
a command that was typed wrongly). When a server runs on the data folder, commands talk to it;
otherwise they open the stores themselves, so every command works either way. `NO_COLOR` turns
colours off. `-h` works everywhere."""

_CONFIGURATION_INTRODUCTION = """\
A setting is looked for in this order, the last one found wins: its default, the TOML file
(`rapport.toml` in the present folder, or the file that `RAPPORT_CONFIG` names), the environment, a
flag of the command. `rapport config` shows each value and where it came from.

    # rapport.toml
    port = 9000
    region = "DE"

An unattended start needs no more than `RAPPORT_DATA`, `RAPPORT_PORT`, `RAPPORT_WRITE_KEY` and
`RAPPORT_API_KEY`."""


if __name__ == "__main__":
    main(sys.argv[1:])
