"""`rapport keys`: secrets for the management API."""

from __future__ import annotations

from typing import Any

import click

from rapport.cli.access import api_for, segment
from rapport.cli.options import data_option, existing, quiet_option, reading
from rapport.cli.output import note, print_fields, print_json, print_table


@click.group("keys", epilog="Example: rapport keys create nightly-report")
def keys_command() -> None:
    """Manage keys of the management API.

    A key is shown once, when it is made; only its hash is kept. Write keys, which may only send
    events, belong to 'rapport sources'.
    """


@keys_command.command("list", epilog="Example: rapport keys list --json")
@reading
def list_command(data: str | None, as_json: bool) -> None:
    """List keys, without their secrets."""
    with api_for(existing(data)) as api:
        keys = list(api.pages("/keys", limit=10_000))
    if as_json:
        print_json(keys)
        return
    rows = [
        (k["id"], k["name"], f"{k['prefix']}…{k['last4']}", ", ".join(k["scopes"]), *_times(k))
        for k in keys
    ]
    columns = ("id", "name", "key", "may", "created", "last used", "revoked")
    print_table(columns, rows, empty="no key yet: rapport keys create NAME")


@keys_command.command("create", epilog="Example: rapport keys create nightly-report")
@click.argument("name")
@click.option(
    "--may",
    "scopes",
    type=click.Choice(["read", "write", "admin"]),
    multiple=True,
    default=["read"],
    show_default=True,
    help="What it may do; can be given several times. admin may all.",
)
@reading
def create_command(name: str, scopes: tuple[str, ...], data: str | None, as_json: bool) -> None:
    """Make a key and print its secret, this one time."""
    with api_for(existing(data)) as api:
        made = api.post("/keys", {"name": name, "scopes": scopes})
    if as_json:
        print_json(made)
        return
    print_fields({"id": made["key"]["id"], "key": made["secret"]})
    note("keep it now: it is not shown again")


@keys_command.command("revoke", epilog="Example: rapport keys revoke 3")
@click.argument("key", metavar="ID")
@data_option
@quiet_option
def revoke_command(key: str, data: str | None) -> None:
    """Stop a key from working, now."""
    with api_for(existing(data)) as api:
        api.delete(f"/keys/{segment(key)}")
    note(f"revoked {key}")


def _times(key: dict[str, Any]) -> tuple[Any, ...]:
    return key["created_at"], key["last_used_at"], key["revoked_at"]
