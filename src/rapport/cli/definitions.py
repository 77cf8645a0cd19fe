"""`rapport diff`, `apply` and `pull`: segments and computed traits as files, which live in git."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from rapport.audiences.language import definitions, diffing, writing
from rapport.audiences.language.diffing import Change
from rapport.audiences.language.model import Definition, Segment
from rapport.cli.access import Api, api_for
from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_json, print_table
from rapport.errors import Malformed

FILE = "definitions.yaml"
folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command("diff", epilog="Example: rapport diff audiences/")
@folder
@reading
def diff_command(folder: Path, data: str | None, as_json: bool) -> None:
    """Show what differs between files of definitions and what is.

    FOLDER holds YAML files with `segments` and `traits`.
    """
    with api_for(existing(data)) as api:
        found = diffing.changes(_defined(api), _written(folder))
    if as_json:
        print_json([_plain(change) for change in found])
    else:
        _print(found)


@click.command("apply", epilog="Example: rapport apply audiences/ --retire")
@folder
@click.option("--retire", is_flag=True, help="Also end those that no file holds.")
@click.option("--reason", default="", help="Why; kept with the definitions.")
@reading
def apply_command(folder: Path, retire: bool, reason: str, data: str | None, as_json: bool) -> None:
    """Define segments and computed traits as files say."""
    written = _written(folder)
    with api_for(existing(data)) as api:
        found = diffing.changes(_defined(api), written)
        fresh = [change.definition for change in found if change.kind != "removed"]
        if fresh:
            api.post("/definitions", {**writing.document(fresh), "reason": reason})
        gone = [change.definition for change in found if change.kind == "removed"] * retire
        for one in _users_first(gone):
            api.delete(
                f"/{'segments' if isinstance(one, Segment) else 'computed-traits'}/{one.key}"
            )
    if as_json:
        print_json([_plain(change) for change in found if retire or change.kind != "removed"])
        return
    _print(found)
    left = sum(change.kind == "removed" for change in found)
    if left and not retire:
        note("what no file holds stays as it is; --retire ends it")


@click.command("pull", epilog="Example: rapport pull audiences/")
@folder
@reading
def pull_command(folder: Path, data: str | None, as_json: bool) -> None:
    """Write all definitions to a file.

    It is FOLDER/definitions.yaml; other files of the folder must not hold the same keys.
    """
    import yaml

    with api_for(existing(data)) as api:
        document = api.get("/definitions")
    if as_json:
        print_json(document)
        return
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    (folder / FILE).write_text(text, "utf-8")
    note(f"{len(document['segments'])} segments and {len(document['traits'])} traits in {FILE}")


def _defined(api: Api) -> list[Definition]:
    return definitions.document(api.get("/definitions"))


def _written(folder: Path) -> list[Definition]:
    """Of all YAML files of the folder. Raises `Malformed`, which names the file."""
    found: dict[tuple[type, str], str] = {}
    everything: list[Definition] = []
    files = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not files:
        raise Malformed(f"no YAML file in {folder}", hint="rapport pull writes one")
    for path in files:
        try:
            held = definitions.from_yaml(path.read_text("utf-8"))
        except Malformed as error:
            raise Malformed(f"{path.name}: {error.message}", hint=error.hint) from None
        for one in held:
            before = found.setdefault((type(one), one.key), path.name)
            if before != path.name:
                raise Malformed(f"{one.key} stands in {before} and in {path.name}")
        everything += held
    return everything


def _users_first(gone: Sequence[Definition]) -> list[Definition]:
    """Those that look at others before those, so that none is ended while it is looked at."""
    from rapport.audiences.language import walking
    from rapport.audiences.language.known import Known

    return walking.in_order(list(gone), Known.of(gone))[::-1]


def _print(found: Sequence[Change]) -> None:
    rows = []
    for change in found:
        edits = "; ".join(f"{e.at}: {e.before} → {e.after}" for e in change.edits)
        rows.append((change.kind, _kind(change.definition), change.definition.key, edits))
    print_table(("", "kind", "key", "what"), rows, empty="nothing differs")


def _plain(change: Change) -> dict[str, Any]:
    return {
        "change": change.kind,
        "kind": _kind(change.definition),
        "key": change.definition.key,
        "edits": [{"at": e.at, "before": e.before, "after": e.after} for e in change.edits],
    }


def _kind(one: Definition) -> str:
    return "segment" if isinstance(one, Segment) else "trait"
