"""`rapport segments`: who is in, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from rapport.cli.access import Api, api_for, identifier
from rapport.cli.names import tell_unheard
from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_fields, print_json, print_table
from rapport.errors import Malformed, NotFound


@click.group("segments", epilog="Example: rapport segments show vip")
def segments_command() -> None:
    """List segments, who is in them, and why.

    'rapport apply' defines them.
    """


@segments_command.command("list", epilog="Example: rapport segments list")
@reading
def list_command(data: str | None, as_json: bool) -> None:
    """List all segments with their number of members."""
    with api_for(existing(data)) as api:
        items = api.get("/segments")["items"]
        traits = api.get("/computed-traits")["items"]
    if as_json:
        print_json(items)
        return
    rows = [[one["key"], one["name"], one["count"], _state(one)] for one in items]
    titles = ("segment", "name", "members", "state")
    print_table(titles, rows, right=["members"], empty="no segments yet; rapport apply makes some")
    for one in traits:
        if one["error"]:
            note(f"the trait {one['key']} could not be asked: rapport segments show {one['key']}")


@segments_command.command("show", epilog="Example: rapport segments show vip --limit 20")
@click.argument("key")
@click.option("--limit", default=10, help="How many members to print.")
@reading
def show_command(key: str, limit: int, data: str | None, as_json: bool) -> None:
    """Show one segment, some members and the latest changes; or a computed trait."""
    path = f"/segments/{quote(key, safe='')}"
    with api_for(existing(data)) as api:
        one = _segment(api, key)
        if one is None:
            _show_trait(api.get(_trait_path(key)), as_json)
            return
        if one["of"] == "accounts":
            members = api.get(f"{path}/members", limit=min(limit, 200))["accounts"]
        else:
            members = list(api.pages(f"{path}/members", limit=limit))
        changes = list(api.pages(f"{path}/changes", limit=limit))
    if as_json:
        print_json({**one, "members": members, "changes": changes})
        return
    shown = {"segment": one["key"], "name": one["name"], "members": one["count"]}
    print_fields({**shown, "state": _state(one), "when": json.dumps(one["when"])})
    rows = [(each["id"], each["name"], each["last_seen"]) for each in members]
    print_table(("member", "name", "last seen"), rows, empty="nobody is in it", gap=True)
    moves = [(each["at"], _moved(each), _who(each), _because(each)) for each in changes]
    print_table(("at", "", "who", "because of"), moves, empty="no changes", gap=True)


@segments_command.command("why", epilog="Example: rapport segments why vip ada@example.org")
@click.argument("key")
@click.argument("who")
@reading
def why_command(key: str, who: str, data: str | None, as_json: bool) -> None:
    """Tell why a customer (or an account) is in a segment, or is not.

    Of a computed trait: which value the customer has, and where it is from.
    """
    with api_for(existing(data)) as api:
        one = _segment(api, key)
        area = _trait_path(key) if one is None else f"/segments/{quote(key, safe='')}"
        whose = who if one is not None and one["of"] == "accounts" else identifier(who)
        answer = api.get(f"{area}/why/{quote(whose, safe=':')}")
    if as_json:
        print_json(answer)
        return
    if one is None:
        _print_value(answer)
        return
    named = "account" if answer["account"] else "profile"
    print_fields({named: _who(answer), "member": answer["member"], **_since(answer)})
    _print_verdict(answer["verdict"], 0)


@segments_command.command("preview", epilog="Example: rapport segments preview vip.yaml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reading
def preview_command(file: Path, data: str | None, as_json: bool) -> None:
    """Count who would be in a segment. FILE holds a condition, or a segment with `when`."""
    from rapport import yaml12

    try:
        raw = yaml12.loaded(file.read_text("utf-8"))
    except Malformed as error:
        raise Malformed(f"{file.name}: {error.message}", hint=error.hint) from None
    asked = {"when": raw}
    if isinstance(raw, dict) and "when" in raw:
        asked = {"when": raw["when"], "of": raw.get("of", "people")}
    with api_for(existing(data)) as api:
        answer = api.post("/segments/preview", asked)
        tell_unheard(api, asked)
    if as_json:
        print_json(answer)
        return
    print_fields({"members": answer["count"]})
    sample = answer["sample"] or answer["accounts"]
    rows = [(each["id"], each["name"], each["last_seen"]) for each in sample]
    print_table(("for example", "name", "last seen"), rows, gap=True)


@segments_command.command("history", epilog="Example: rapport segments history vip")
@click.argument("key")
@reading
def history_command(key: str, data: str | None, as_json: bool) -> None:
    """List all versions of a segment or computed trait, and what each changed."""
    with api_for(existing(data)) as api:
        try:
            items = api.get(f"/segments/{quote(key, safe='')}/versions")["items"]
        except NotFound:
            items = api.get(f"/computed-traits/{quote(key, safe='')}/versions")["items"]
    if as_json:
        print_json(items)
        return
    rows = [
        (each["version"], each["status"], each["at"], each["by"], each["reason"], _edited(each))
        for each in items
    ]
    print_table(("version", "state", "at", "by", "reason", "what"), rows, right=["version"])


@segments_command.command(
    "schema", epilog="Example: rapport segments schema > segments.schema.json"
)
def schema_command() -> None:
    """Print the JSON Schema of files of definitions, for editors.

    The first line of a YAML file names it: # yaml-language-server: $schema=schema.json
    """
    from rapport.insights import schema

    print_json(schema.document())


def _segment(api: Api, key: str) -> dict[str, Any] | None:
    """None when a computed trait has the key. Raises `NotFound` when nothing has."""
    try:
        return dict(api.get(f"/segments/{quote(key, safe='')}"))
    except NotFound:
        if any(one["key"] == key for one in api.get("/computed-traits")["items"]):
            return None
        raise


def _trait_path(key: str) -> str:
    return f"/computed-traits/{quote(key, safe='')}"


def _show_trait(one: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    shown = {"trait": one["key"], "name": one["name"], "people with a value": one["count"]}
    shown |= {"state": _state(one), "is": json.dumps(one["trait"])}
    if error := one["error"]:
        said = {"not asked at": error["at"], "because": error["message"], "hint": error["hint"]}
        shown |= {name: words for name, words in said.items() if words}
    print_fields(shown)


def _state(one: dict[str, Any]) -> str:
    share = one["progress"]
    return str(one["status"]) if share >= 1 else f"{one['status']} {share:.0%}"


def _edited(version: dict[str, Any]) -> str:
    edits = [f"{e['at']}: {e['before']} → {e['after']}" for e in version["edits"]]
    return "; ".join(edits) or "defined"


def _since(answer: dict[str, Any]) -> dict[str, Any]:
    return {"since": answer["since"]} if answer["since"] else {}


def _who(one: dict[str, Any]) -> str:
    return str(one["account"] or one["profile"])


def _moved(change: dict[str, Any]) -> str:
    return "entered" if change["entered"] else "left"


def _because(change: dict[str, Any]) -> str:
    reason = change["reason"]
    return " ".join([reason["by"], *reason.get("messages", ()), reason.get("due", "")]).strip()


def _print_value(answer: dict[str, Any]) -> None:
    value = answer["value"]
    words = "none" if value is None else value if isinstance(value, str) else json.dumps(value)
    shown = {"profile": answer["profile"], answer["trait"]: words, **_since(answer)}
    print_fields({**shown, "is": json.dumps(answer["computation"])})


def _print_verdict(verdict: dict[str, Any], depth: int) -> None:
    mark = "yes" if verdict["holds"] else "no "
    condition = verdict["condition"]
    words = next(iter(condition)) if verdict["parts"] else json.dumps(condition, default=str)
    value = "" if verdict["value"] is None else f"  ({verdict['value']})"
    click.echo(f"{'  ' * depth}{mark}  {words}{value}")
    if verdict["events"]:
        click.echo(f"{'  ' * depth}     events: {', '.join(verdict['events'][:5])}")
    for part in verdict["parts"]:
        _print_verdict(part, depth + 1)
