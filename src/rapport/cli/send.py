"""`rapport send`: one event over HTTP, as any SDK would send it."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import click

from rapport.cli.access import api_for, identifier
from rapport.cli.options import data_option, existing, json_option, pairs, quiet_option
from rapport.cli.output import note, print_json
from rapport.config import Settings
from rapport.errors import BadRequest, NotFound, Unavailable


@click.command(
    "send", epilog="Example: rapport send 'Signed up' --user ada@example.org -p plan=pro"
)
@click.argument("event", required=False)
@click.option("--user", metavar="WHO", help="E-mail, +phone, user_id or TYPE:VALUE of the person.")
@click.option("--anonymous", metavar="ID", help="anonymousId, for somebody who is not known yet.")
@click.option("--property", "-p", "properties", multiple=True, metavar="NAME=VALUE")
@click.option("--trait", "-t", "traits", multiple=True, metavar="NAME=VALUE")
@click.option("--key", help="Write key to use instead of that of the default source.")
@data_option
@json_option
@quiet_option
def send_command(
    event: str | None,
    user: str | None,
    anonymous: str | None,
    properties: tuple[str, ...],
    traits: tuple[str, ...],
    key: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Send one event to the running server, and say what became of it.

    EVENT is its name. --trait sends an identify with traits, before the event or alone. Values
    are read as JSON where they can be: seats=3 is a number, plan=pro a text.
    """
    if not (user or anonymous):
        raise click.UsageError("say who it is about: --user or --anonymous")
    if not (event or traits):
        raise click.UsageError("say what happened: an EVENT, or --trait")
    who = subject(user, anonymous)
    batch = []
    if traits:
        batch.append(message("identify", who, traits=pairs(traits, "--trait")))
    if event:
        named = pairs(properties, "--property")
        batch.append(message("track", who, event=event, properties=named))
    answer = _post(existing(data), batch, key)
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def subject(user: str | None, anonymous: str | None) -> dict[str, Any]:
    """The identifying part of a message.

    An e-mail or phone number is sent as what it is and never as a userId: a second userId on a
    known person would look like a second person.
    """
    found: dict[str, Any] = {"anonymousId": anonymous} if anonymous else {}
    if user is None:
        return found
    kind, _, value = identifier(user).partition(":")
    if kind == "user_id":
        return found | {"userId": value}
    # The protocol wants a userId or an anonymousId; one that is always the same for this person.
    found.setdefault("anonymousId", f"cli-{uuid.uuid5(uuid.NAMESPACE_OID, f'{kind}:{value}')}")
    if kind in ("email", "phone"):
        return found | {"context": {"traits": {kind: value}}}
    external = {"id": value, "type": kind, "collection": "users", "encoding": "none"}
    return found | {"context": {"externalIds": [external]}}


def message(kind: str, who: dict[str, Any], **fields: Any) -> dict[str, Any]:
    library = {"library": {"name": "rapport-cli"}}
    context = {**who.get("context", {}), **library}
    return {**who, **fields, "type": kind, "messageId": str(uuid.uuid4()), "context": context}


def _post(settings: Settings, batch: list[dict[str, Any]], key: str | None) -> Any:
    from rapport.cli.transport import read, request
    from rapport.server.folder import Folder

    running = Folder(settings.folder).read_running()
    if running is None:
        raise Unavailable(
            f"no server runs on the data folder {settings.data!r}", hint="start it: rapport up"
        )
    with api_for(settings) as api:
        key = key or _working_key(api.get("/sources/default"))
    secret = base64.b64encode(f"{key}:".encode()).decode()
    headers = {"authorization": f"Basic {secret}", "prefer": "return=representation"}
    return read(*request(running.url, "POST", "/v1/batch", {"batch": batch}, headers))


def _working_key(source: dict[str, Any]) -> str:
    keys = [key["key"] for key in source["write_keys"] if key["works"]]
    if not keys:
        raise NotFound(
            "the default source has no working write key",
            hint="rapport sources rotate default, or --key with another one",
        )
    return str(keys[0])


def _show(answer: dict[str, Any]) -> None:
    """One line per message that was sent. Raises `BadRequest` when one of them was refused."""
    if answer["status"] == "pending":
        note("accepted; the pipeline has not come to it yet")
    refused = []
    for outcome in answer.get("events", []):
        click.echo(f"{outcome['status']}  {outcome['messageId']}")
        if outcome["status"] == "quarantined":
            refused.append(str(outcome.get("detail") or outcome.get("reason")))
    if refused:
        raise BadRequest(f"quarantined: {', '.join(refused)}", hint="rapport quarantine list")
