"""`rapport quarantine`: what was refused, why, and sending it again."""

from __future__ import annotations

from typing import Any, TextIO

import click

from rapport.cli.access import Api, api_for
from rapport.cli.options import data_option, existing, json_option, quiet_option, reading
from rapport.cli.output import note, print_json, print_table
from rapport.errors import Malformed


@click.group("quarantine", epilog="Example: rapport quarantine list --reason unknown_type")
def quarantine_command() -> None:
    """List, correct and send again what was refused.

    A refused event costs only itself; it waits here with its reason until somebody decides.
    """


@quarantine_command.command("list", epilog="Example: rapport quarantine list --json")
@click.option("--reason", help="Only this reason.")
@click.option("--source", help="Only this source.")
@click.option(
    "--status",
    type=click.Choice(["open", "redriven", "discarded"]),
    default="open",
    show_default=True,
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@reading
def list_command(
    reason: str | None,
    source: str | None,
    status: str,
    limit: int,
    data: str | None,
    as_json: bool,
) -> None:
    """List refused events, newest first."""
    with api_for(existing(data)) as api:
        query = {"reason": reason, "source": source, "status": status}
        items = list(api.pages("/quarantine", limit=limit, **query))
    if as_json:
        print_json(items)
        return
    rows = [
        (str(i["id"]), i["reason"], i["detail"], i["source"], i["received_at"], i.get("message_id"))
        for i in items
    ]
    columns = ("id", "reason", "detail", "source", "received", "message id")
    print_table(columns, rows, empty="nothing in quarantine is like that")


@quarantine_command.command("show", epilog="Example: rapport quarantine show 17 > event.json")
@click.argument("quarantined", type=int, metavar="ID")
@reading
def show_command(quarantined: int, data: str | None, as_json: bool) -> None:
    """Print one refused event as JSON, to correct it. --json tells all that is known of it."""
    with api_for(existing(data)) as api:
        found = api.get(f"/quarantine/{quarantined}")
    print_json(found if as_json else found["body"])
    if not as_json:
        note(f"{found['reason']}: {found['detail'] or found['meaning']}")


@quarantine_command.command(
    "redrive", epilog="Example: rapport quarantine redrive 17 --body event.json"
)
@click.argument("ids", type=int, nargs=-1, metavar="[ID]...")
@click.option("--reason", help="All open events with this reason.")
@click.option("--body", type=click.File("r"), help="The corrected event, for one ID; - is stdin.")
@data_option
@json_option
@quiet_option
def redrive_command(
    ids: tuple[int, ...],
    reason: str | None,
    body: TextIO | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Send refused events through the pipeline again, as they are or corrected.

    Exits with 1 when one of the named ones could not be sent again.
    """
    if bool(ids) == bool(reason):
        raise click.UsageError("give either IDs or --reason")
    if body is not None and len(ids) != 1:
        raise click.UsageError("--body corrects exactly one ID")
    with api_for(existing(data)) as api:
        if body is not None:
            answer = api.post(f"/quarantine/{ids[0]}/redrive", {"body": _event(body)})
        elif reason:
            answer = _all_of(api, reason)
        else:
            answer = api.post("/quarantine/redrive", {"ids": ids})
    items = answer.get("items", [answer])
    if as_json:
        print_json(answer)
    else:
        rows = [(str(i["id"]), i["status"], i["detail"]) for i in items]
        print_table(("id", "became", "because"), rows, empty="nothing was open for that")
    if ids and any(item["status"] == "skipped" for item in items):
        raise click.exceptions.Exit(1)


def _all_of(api: Api, reason: str) -> dict[str, Any]:
    """The API sends some hundreds at once, and says where to go on."""
    items: list[dict[str, Any]] = []
    before = None
    while True:
        wanted = {"reason": reason} if before is None else {"reason": reason, "before": before}
        answer = api.post("/quarantine/redrive", wanted)
        items += answer["items"]
        if not answer.get("next"):
            return {**answer, "items": items, "count": len(items)}
        before = int(answer["next"])


@quarantine_command.command(
    "discard", epilog="Example: rapport quarantine discard 17 --reason test"
)
@click.argument("quarantined", type=int, metavar="ID")
@click.option("--reason", required=True, help="Why it is not wanted; kept with the decision.")
@data_option
@quiet_option
def discard_command(quarantined: int, reason: str, data: str | None) -> None:
    """Decide that a refused event is not wanted. It stays countable."""
    with api_for(existing(data)) as api:
        api.post(f"/quarantine/{quarantined}/discard", {"reason": reason})
    note(f"discarded {quarantined}")


def _event(file: TextIO) -> Any:
    import json

    try:
        return json.load(file)
    except ValueError as error:
        raise Malformed(
            f"the corrected event is not JSON: {error}",
            hint="'rapport quarantine show ID' prints the event as it came",
        ) from None
