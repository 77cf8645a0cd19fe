"""`rapport diff`, `apply` and `pull`: what is defined and kept as files, which live in git."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from rapport import yaml12
from rapport.audiences.language.diffing import Change
from rapport.audiences.language.model import ComputedTrait, Segment
from rapport.cli.access import Api, api_for
from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_json, print_table
from rapport.clock import SystemClock
from rapport.errors import Malformed
from rapport.insights import documents
from rapport.insights.documents import One

FILE: Final = "definitions.yaml"
AREAS: Final = {
    "dashboard": "dashboards",
    "insight": "saved-insights",
    "segment": "segments",
    "trait": "computed-traits",
}
Changes = Sequence[Change[One]]
folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command("diff", epilog="Example: rapport diff definitions/")
@folder
@reading
def diff_command(folder: Path, data: str | None, as_json: bool) -> None:
    """Show what differs between files of definitions and what is.

    FOLDER holds YAML files with `segments`, `traits`, `insights` and `dashboards`. What `apply`
    would refuse is refused here.
    """
    written = _written(folder)
    with api_for(existing(data)) as api:
        found = documents.changes(_held(api), written)
        api.post("/definitions/check", _fresh(found))
    if as_json:
        print_json([_plain(change) for change in found])
        return
    _print(found)
    if any(change.kind == "removed" for change in found):
        note("removed: no file holds it; 'rapport apply' leaves it, unless --retire is given")


@click.command("apply", epilog="Example: rapport apply definitions/ --retire")
@folder
@click.option("--retire", is_flag=True, help="Also end or remove those that no file holds.")
@click.option("--reason", default="", help="Why; kept with the versions.")
@reading
def apply_command(folder: Path, retire: bool, reason: str, data: str | None, as_json: bool) -> None:
    """Define segments, traits, insights and dashboards as files say."""
    written = _written(folder)
    with api_for(existing(data)) as api:
        found = documents.changes(_held(api), written)
        fresh = _fresh(found)
        if any(fresh.values()):
            api.post("/definitions", {**fresh, "reason": reason})
        gone = [change.definition for change in found if change.kind == "removed"] * retire
        for one in _users_first(gone):
            api.delete(f"/{AREAS[documents.kind_of(one)]}/{one.key}")
    done = [change for change in found if retire or change.kind != "removed"]
    if as_json:
        print_json([_plain(change) for change in done])
        return
    _print(done)
    if left := len(found) - len(done):
        note(f"{left} that no file holds stay as they are; --retire ends them")


@click.command("pull", epilog="Example: rapport pull definitions/")
@folder
@reading
def pull_command(folder: Path, data: str | None, as_json: bool) -> None:
    """Write all definitions to a file.

    It is FOLDER/definitions.yaml; other files of the folder must not hold the same keys.
    """
    with api_for(existing(data)) as api:
        document = api.get("/definitions")
    if as_json:
        print_json(document)
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(yaml12.dumped(document), "utf-8")
    note(f"{', '.join(f'{len(held)} {name}' for name, held in document.items())} in {FILE}")


def _held(api: Api) -> list[One]:
    return documents.held(api.get("/definitions"))


def _fresh(found: Changes) -> dict[str, Any]:
    return documents.document(each.definition for each in found if each.kind != "removed")


def _written(folder: Path) -> list[One]:
    """Of all YAML files of the folder. Raises `Malformed`, which names the file."""
    known: dict[tuple[str, str], str] = {}
    everything: list[One] = []
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not paths:
        raise Malformed(f"no YAML file in {folder}", hint="rapport pull writes one")
    now = SystemClock().now()
    for path in paths:
        try:
            held = documents.from_yaml(path.read_text("utf-8"), now)
        except Malformed as error:
            raise Malformed(f"{path.name}: {error.message}", hint=error.hint) from None
        for one in held:
            place = (documents.kind_of(one), one.key)
            if place in known:
                where = f"{known[place]} and in {path.name}"
                raise Malformed(f"the {place[0]} {one.key} stands in {where}", hint="keep one")
            known[place] = path.name
        everything += held
    return everything


def _users_first(gone: Sequence[One]) -> list[One]:
    """Those that look at others before those, so that none is ended while it is looked at."""
    from rapport.audiences.language import walking
    from rapport.audiences.language.known import Known

    audiences = [one for one in gone if isinstance(one, Segment | ComputedTrait)]
    kept = [one for one in gone if not isinstance(one, Segment | ComputedTrait)]
    return [
        *sorted(kept, key=documents.kind_of),
        *walking.in_order(audiences, Known.of(audiences))[::-1],
    ]


def _print(found: Changes) -> None:
    rows = []
    for change in found:
        edits = "; ".join(f"{e.at}: {e.before} → {e.after}" for e in change.edits)
        one = change.definition
        rows.append((change.kind, documents.kind_of(one), one.key, edits))
    print_table(("", "kind", "key", "what"), rows, empty="nothing differs")


def _plain(change: Change[One]) -> dict[str, Any]:
    return {
        "change": change.kind,
        "kind": documents.kind_of(change.definition),
        "key": change.definition.key,
        "edits": [{"at": e.at, "before": e.before, "after": e.after} for e in change.edits],
    }
