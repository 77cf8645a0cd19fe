"""`rapport users`: who may sign in to the console."""

from __future__ import annotations

from typing import Any

import click

from rapport.cli.access import api_for, segment
from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_fields, print_json, print_table

ROLES = ("viewer", "editor", "admin")


@click.group("users", epilog="Example: rapport users invite ada@example.org --name Ada")
def users_command() -> None:
    """Manage who may sign in to the console, and what they may do there.

    \b
    viewer  reads
    editor  reads; changes definitions, sources and decisions
    admin   everything, also users, keys and deleting

    Programs need no user: give them a key ('rapport keys').
    """


@users_command.command("list", epilog="Example: rapport users list --json")
@reading
def list_command(data: str | None, as_json: bool) -> None:
    """List users, the disabled ones too."""
    with api_for(existing(data)) as api:
        users = list(api.pages("/users", limit=10_000))
    if as_json:
        print_json(users)
        return
    fields = ("email", "name", "role", "has_password", "created_at", "seen_at", "disabled_at")
    rows = [tuple(user[field] for field in fields) for user in users]
    print_table(("email", "name", "role", "password", "created", "last seen", "disabled"), rows)


@users_command.command(
    "invite", epilog="Example: rapport users invite ada@example.org --name Ada --role editor"
)
@click.argument("email")
@click.option("--name", default="", help="How the console calls the user; EMAIL when not given.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="viewer",
    show_default=True,
    help="What the user may do; admin may all.",
)
@reading
def invite_command(email: str, name: str, role: str, data: str | None, as_json: bool) -> None:
    """Add a user and print a link that signs in once, within three days.

    Invitations are not mailed: pass the link on by a way that you trust.
    """
    with api_for(existing(data)) as api:
        _show_link(api.post("/users", {"email": email, "name": name, "role": role}), as_json)


@users_command.command("role", epilog="Example: rapport users role ada@example.org editor")
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@reading
def role_command(email: str, role: str, data: str | None, as_json: bool) -> None:
    """Give a user another role, now. API keys that the user made keep what they may."""
    with api_for(existing(data)) as api:
        user = api.patch(f"/users/{segment(email)}", {"role": role})
    _show_state(user, f"is {role} now", as_json)


@users_command.command("reset", epilog="Example: rapport users reset ada@example.org")
@click.argument("email")
@reading
def reset_command(email: str, data: str | None, as_json: bool) -> None:
    """Forget a user's password, end all sessions, print a new link."""
    with api_for(existing(data)) as api:
        _show_link(api.post(f"/users/{segment(email)}/reset"), as_json)


@users_command.command("disable", epilog="Example: rapport users disable ada@example.org")
@click.argument("email")
@reading
def disable_command(email: str, data: str | None, as_json: bool) -> None:
    """Keep a user out, now: sessions and links end.

    API keys that the user made go on working: 'rapport keys list'.
    """
    with api_for(existing(data)) as api:
        user = api.post(f"/users/{segment(email)}/disable")
    _show_state(user, "cannot sign in any more", as_json)


@users_command.command("enable", epilog="Example: rapport users enable ada@example.org")
@click.argument("email")
@reading
def enable_command(email: str, data: str | None, as_json: bool) -> None:
    """Let a disabled user in again."""
    with api_for(existing(data)) as api:
        user = api.post(f"/users/{segment(email)}/enable")
    _show_state(user, "may sign in again", as_json)


def _show_link(invited: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(invited)
        return
    print_fields({"email": invited["user"]["email"], "link": invited["link"]["url"]})
    note("signs in once, within three days; then set a password in the console")


def _show_state(user: dict[str, Any], what: str, as_json: bool) -> None:
    if as_json:
        print_json(user)
    else:
        note(f"{user['email']} {what}")
