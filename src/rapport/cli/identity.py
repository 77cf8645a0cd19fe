"""`rapport identity`: why these identifiers are one person, and deciding otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rapport.cli.access import api_for, identifier, profile_path
from rapport.cli.options import data_option, existing, json_option, quiet_option, reading
from rapport.cli.output import note, print_fields, print_json, print_table
from rapport.errors import Malformed

preview_option = click.option("--preview", is_flag=True, help="Only show what would change.")
reason_option = click.option("--reason", default="", help="Why; kept with the decision.")


@click.group("identity", epilog="Example: rapport identity show ada@example.org")
def identity_command() -> None:
    """Explain, join and separate customers.

    Nothing is lost by a merge: decisions are kept beside the evidence and can be undone.
    """


@identity_command.command("show", epilog="Example: rapport identity show p_42")
@click.argument("who")
@reading
def show_command(who: str, data: str | None, as_json: bool) -> None:
    """Show identifiers, the evidence that joins them, what was refused, and decisions."""
    with api_for(existing(data)) as api:
        view = api.get(profile_path(who, "/identity"))
    if as_json:
        print_json(view)
        return
    print_fields({"profile": view["id"]})
    _evidence(view["evidence"])
    if view["refused"]:
        _table("refused with rule because", ("a", "b", "rule", "explanation"), view["refused"])
    if view["decisions"]:
        fields = ("id", "action", "a", "b", "by", "reason", "at", "undone")
        _table("decision action a b by reason at undone", fields, view["decisions"])


@identity_command.command("path", epilog="Example: rapport identity path u-17 ada@example.org")
@click.argument("a")
@click.argument("b")
@reading
def path_command(a: str, b: str, data: str | None, as_json: bool) -> None:
    """Show the evidence that leads from identifier A to identifier B."""
    with api_for(existing(data)) as api:
        answer = api.get(profile_path(a, "/identity"), from_=identifier(a), to=identifier(b))
    if as_json:
        print_json(answer.get("path"))
    else:
        _evidence(answer.get("path") or [], empty="nothing joins these two")


@identity_command.command(
    "merge", epilog="Example: rapport identity merge u-17 ada@example.org --reason 'called us'"
)
@click.argument("a")
@click.argument("b")
@reason_option
@preview_option
@reading
def merge_command(**given: Any) -> None:
    """Decide that identifiers A and B are one person."""
    _decide("merge", **given)


@identity_command.command(
    "split", epilog="Example: rapport identity split u-17 u-18 --reason 'father and son'"
)
@click.argument("a")
@click.argument("b")
@reason_option
@preview_option
@reading
def split_command(**given: Any) -> None:
    """Decide that identifiers A and B are not the same person."""
    _decide("split", **given)


@identity_command.command("undo", epilog="Example: rapport identity undo DECISION --reason mistake")
@click.argument("decision")
@reason_option
@data_option
@json_option
@quiet_option
def undo_command(decision: str, reason: str, data: str | None, as_json: bool) -> None:
    """Take back a decision; 'rapport identity show' lists them."""
    with api_for(existing(data)) as api:
        answer = api.post("/identity/undo", {"decision": decision, "reason": reason})
    if as_json:
        print_json(answer)
    else:
        print_fields({"undone": decision, "status": answer["status"]})


@identity_command.command("rules", epilog="Example: rapport identity rules rules.json --preview")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@reason_option
@preview_option
@reading
def rules_command(
    file: Path | None, reason: str, preview: bool, data: str | None, as_json: bool
) -> None:
    """Print the rules of identity, or publish those of FILE (YAML or JSON).

    What is printed is JSON that can be changed and published. With --preview, nothing is published:
    it tells which profiles would merge or split.
    """
    with api_for(existing(data)) as api:
        if file is None:
            answer = api.get("/identity/rules")
            print_json(answer["rules"])
            note(f"version {answer['version']}" if answer["version"] else "these are the defaults")
            return
        body = {"rules": _rules(file), "reason": reason}
        answer = api.put("/identity/rules", body, preview=preview)
    if as_json:
        print_json(answer)
    elif preview:
        _what_if(answer)
    else:
        print_fields({"decision": answer["decision"], "status": answer["status"]})


def _rules(file: Path) -> Any:
    from rapport import yaml12

    try:
        return yaml12.loaded(file.read_text("utf-8"))
    except (Malformed, UnicodeDecodeError) as error:
        raise Malformed(f"{file.name}: {error}", hint="see docs/identity.md") from None


def _what_if(answer: dict[str, Any]) -> None:
    names = ("profiles_before", "profiles_after", "merges", "splits", "identifiers_moved")
    print_fields({name.replace("_", " "): answer[name] for name in names})
    for title, samples in (
        ("would merge", answer["merge_samples"]),
        ("would split", answer["split_samples"]),
    ):
        rows = [(s["one"]["profile"], " | ".join(map(_people, s["parts"]))) for s in samples]
        if rows:
            print_table((title, "parts"), rows, gap=True)
    biggest = [(p["profile"], p["count"], _people(p)) for p in answer["biggest"]]
    print_table(("biggest then", "has", "identifiers"), biggest, right=["has"], gap=True)


def _people(sample: dict[str, Any]) -> str:
    shown = sample["identifiers"]
    more = sample["count"] - len(shown)
    return ", ".join(shown) + (f" +{more}" if more > 0 else "")


def _decide(
    action: str,
    a: str,
    b: str,
    reason: str,
    preview: bool,
    data: str | None,
    as_json: bool,
) -> None:
    body = {"a": identifier(a), "b": identifier(b), "reason": reason}
    with api_for(existing(data)) as api:
        answer = api.post(f"/identity/{action}", body, preview=preview)
    if as_json:
        print_json(answer)
    elif preview:
        _change(answer)
    else:
        print_fields({"decision": answer["decision"], "status": answer["status"]})
        note(f"take it back with: rapport identity undo {answer['decision']}")


def _change(preview: dict[str, Any]) -> None:
    for title in ("before", "after"):
        rows = [(p["profile"], ", ".join(p["identifiers"])) for p in preview[title]]
        print_table((title, "identifiers"), rows, gap=True)
    print_fields({"events that change hands": preview["events_moved"]})


def _evidence(edges: list[dict[str, Any]], empty: str = "a single identifier: no evidence") -> None:
    fields = ("a", "b", "kind", "count", "source", "first_seen")
    _table("a b kind seen source first", fields, edges, empty)


def _table(
    titles: str, fields: tuple[str, ...], items: list[dict[str, Any]], empty: str = ""
) -> None:
    rows = [[item.get(field) for field in fields] for item in items]
    print_table(titles.split(), rows, right=["seen"], empty=empty, gap=True)
