"""The root command: quick, complete, honest."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from rapport.cli.main import SECTIONS, cli
from rapport.errors import NotFound

HEAVY = (
    "duckdb",
    "pyarrow",
    "numpy",
    "litestar",
    "granian",
    "apsw",
    "rich",
    "msgspec",
    "rapport.server",
)
NAMES = [name for section in SECTIONS.values() for name in section]


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli, info_name="rapport"), name)
    assert found is not None
    return found


def test_help_loads_nothing_heavy() -> None:
    """The reason why `rapport --help` takes a tenth of a second."""
    script = (
        "import sys; from rapport.cli.main import cli\n"
        "try: cli(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Send and read:" in run.stdout
    assert run.stderr.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_line_in_the_list_is_what_the_command_says(name: str) -> None:
    line = next(section[name][1] for section in SECTIONS.values() if name in section)
    assert (
        (command(name).help or "").split("\n\n")[0].replace("\n", " ").startswith(line.rstrip("."))
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_command_helps(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "Example: " in result.output


def test_reading_commands_take_json() -> None:
    reading = ("config", "version", "profile", "trace", "sql", "doctor", "send")
    listing = ("sources", "keys", "quarantine")
    for name in reading:
        assert "--json" in takes(command(name)), name
    for name in listing:
        group = command(name)
        assert isinstance(group, click.Group)
        assert "--json" in takes(group.commands["list"]), name


def takes(of: click.Command) -> set[str]:
    return {option for parameter in of.params for option in parameter.opts}


def test_unknown_command_is_met_with_the_nearest() -> None:
    result = CliRunner().invoke(cli, ["profil"])
    assert result.exit_code == 2
    assert "Did you mean 'profile'?" in result.output


@click.command()
def failing() -> None:
    raise NotFound("there is no such thing", hint="make one", details={"name": "x"})


@pytest.fixture
def _failing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(cli), "get_command", lambda *_: failing)


@pytest.mark.usefixtures("_failing")
def test_an_error_is_two_lines() -> None:
    result = CliRunner().invoke(cli, ["config"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "error: there is no such thing\nhint:  make one\n"


@pytest.mark.usefixtures("_failing")
def test_an_error_is_json_when_json_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["rapport", "config", "--json"])
    result = CliRunner().invoke(cli, ["config"])
    assert result.exit_code == 1
    assert json.loads(result.stderr)["error"] == {
        "code": "not_found",
        "message": "there is no such thing",
        "hint": "make one",
        "details": {"name": "x"},
    }
