"""`rapport insight`: questions about many people, from a file or as somebody kept them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from rapport.cli import answers, charts
from rapport.cli.access import Api, api_for, identifier
from rapport.cli.asking import ask
from rapport.cli.names import tell_unheard
from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_fields, print_json, print_table
from rapport.errors import Malformed

_UNSAID = ("kind", "elapsed_ms", "cached")  # asked for, or said in the end


@click.command(
    "insight",
    epilog="Example: rapport insight funnel --file checkout.yaml --people '{\"step\": 2}'",
)
@click.argument("kind")
@click.option(
    "--file",
    "-f",
    "file",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="The question in YAML or JSON; - reads stdin.",
)
@click.option("--saved", metavar="KEY", help="A question that was kept, instead of --file.")
@click.option("--people", metavar="CELL", help="Who is behind one number, e.g. '{\"step\": 2}'.")
@click.option("--why", metavar="PROFILE", help="Why this person was counted, or was not.")
@click.option("--keep", metavar="KEY", help="Keep the question under this key.")
@reading
def insight_command(
    kind: str,
    file: str | None,
    saved: str | None,
    people: str | None,
    why: str | None,
    keep: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Ask for funnels, retention and more.

    KIND is trends, funnel, retention, lifecycle, stickiness, paths, active, revenue, attribution
    or north_star.

    docs/insights.md describes the kinds and their questions.
    """
    if (file is None) == (saved is None):
        raise click.UsageError("say which question: --file q.yaml or --saved KEY")
    with api_for(existing(data)) as api:
        question = _read(str(file)) if saved is None else _saved(api, kind, saved)
        if keep:
            body = {"key": keep, "name": keep, "question": {"kind": kind, **question}}
            api.post("/saved-insights", body)
            note(f"kept as {keep}")
        if people is not None:
            body = {"question": question, "cell": _json(people, "--people")}
            _show_people(ask(api, f"/insights/{kind}/people", body), as_json)
        elif why is not None:
            print_json(
                api.post(
                    f"/insights/{kind}/why", {"question": question, "profile": identifier(why)}
                )
            )
        else:
            _show(ask(api, f"/insights/{kind}", question), as_json)
            tell_unheard(api, question)


def _saved(api: Api, kind: str, key: str) -> dict[str, Any]:
    question: dict[str, Any] = api.get(f"/saved-insights/{quote(key, safe='')}")["question"]
    if question["kind"] != kind:
        held = question["kind"]
        raise click.UsageError(f"{key} is no {kind}: rapport insight {held} --saved {key}")
    return question


def _read(file: str) -> dict[str, Any]:
    from rapport import yaml12

    text = sys.stdin.read() if file == "-" else _text(Path(file))
    try:
        found = yaml12.loaded(text)
    except Malformed as error:
        named = "standard input" if file == "-" else file
        raise click.UsageError(f"{named}: {error.message}") from None
    if not isinstance(found, dict):
        raise click.UsageError(f"{file} has to hold one question, with names and values")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}") from None


def _json(text: str, option: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not JSON", param_hint=option) from None


def _show_people(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    rows = [
        (each["id"], each.get("name"), _email(each), each.get("last_seen"))
        for each in found["items"]
    ]
    print_table(("profile", "name", "email", "last seen"), rows)
    note(f"{found['count']:,} people")


def _email(person: dict[str, Any]) -> str | None:
    held = (each["value"] for each in person["identifiers"] if each["type"] == "email")
    return next(held, None)


def _show(answer: dict[str, Any], as_json: bool) -> None:
    """Single values on lines, lists as tables."""
    if as_json:
        print_json(answer)
        return
    plain = {name: value for name, value in answer.items() if not isinstance(value, list | dict)}
    print_fields({name: plain[name] for name in plain if name not in _UNSAID})
    for title, rows in answers.tables(answer):
        click.echo(f"\n{title}")
        charts.show(rows)
    note(f"answered in {answer['elapsed_ms']:,.0f} ms{' before' if answer['cached'] else ''}")
