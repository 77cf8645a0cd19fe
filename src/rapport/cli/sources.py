"""`rapport sources`: where data comes from, and the write keys that let it in."""

from __future__ import annotations

from typing import Any

import click

from rapport.cli.access import api_for, segment
from rapport.cli.options import data_option, existing, quiet_option, reading
from rapport.cli.output import note, print_fields, print_json, print_table

PARTY = click.Choice(["first", "second", "third"])
PARTY_HELP = "Whose data it is: your own, a partner's, or bought."
SHOWN = {"ttl_days": "days to keep", "enabled": "on"}
TTL_HELP = "How many days its data may be kept; noted, nothing deletes by it yet."


@click.group("sources", epilog="Example: rapport sources add 'Web shop' --kind web")
def sources_command() -> None:
    """Manage sources and their write keys.

    A write key is public: it may only send events, and says which source they come from.
    """


@sources_command.command("list", epilog="Example: rapport sources list --json")
@reading
def list_command(data: str | None, as_json: bool) -> None:
    """List sources with their working write keys."""
    with api_for(existing(data)) as api:
        sources = list(api.pages("/sources", limit=10_000))
    if as_json:
        print_json(sources)
        return
    rows = [
        (s["slug"], s["name"], s["kind"], s.get("brand"), s.get("party"), s["enabled"], _keys(s))
        for s in sources
    ]
    print_table(("slug", "name", "kind", "brand", "party", "on", "write keys"), rows)


@sources_command.command(
    "add", epilog="Example: rapport sources add 'Web shop' --kind web --brand Shop"
)
@click.argument("name")
@click.option("--kind", default="server", show_default=True, help="web, server, mobile, crm, ...")
@click.option("--brand", default="", help="Brand that its events belong to.")
@click.option("--region", default="", help="Region that its events belong to, such as IN.")
@click.option("--party", type=PARTY, default="first", show_default=True, help=PARTY_HELP)
@click.option("--ttl-days", type=click.IntRange(min=1), help=TTL_HELP)
@reading
def add_command(name: str, data: str | None, as_json: bool, **fields: Any) -> None:
    """Make a source and print its write key."""
    given = {field: value for field, value in fields.items() if value not in (None, "")}
    with api_for(existing(data)) as api:
        source = api.post("/sources", {"name": name, **given})
    if as_json:
        print_json(source)
    else:
        print_fields({"slug": source["slug"], "write key": _keys(source)})


@sources_command.command("change", epilog="Example: rapport sources change web-shop --off")
@click.argument("slug")
@click.option("--name", help="What people call it; the slug stays.")
@click.option("--kind", help="web, server, mobile, crm, ...")
@click.option("--brand", help="Brand that its events belong to.")
@click.option("--region", help="Region that its events belong to.")
@click.option("--party", type=PARTY, help=PARTY_HELP)
@click.option("--ttl-days", type=click.IntRange(min=0), help=f"{TTL_HELP} 0: for ever.")
@click.option(
    "--on/--off", "enabled", default=None, help="Off: what it sends is refused, with status 403."
)
@reading
def change_command(slug: str, data: str | None, as_json: bool, **fields: Any) -> None:
    """Change what is named of a source, or switch it off and on."""
    given = {field: value for field, value in fields.items() if value is not None}
    if not given:
        raise click.UsageError("say what to change; --help lists the options")
    if given.get("ttl_days") == 0:
        given["ttl_days"] = None
    with api_for(existing(data)) as api:
        source = api.patch(f"/sources/{segment(slug)}", given)
    if as_json:
        print_json(source)
    else:
        names = ("slug", "name", "kind", "brand", "region", "party", "ttl_days", "enabled")
        print_fields({SHOWN.get(name, name): source[name] for name in names})


@sources_command.command(
    "rotate", epilog="Example: rapport sources rotate web-shop --overlap-hours 48"
)
@click.argument("slug")
@click.option("--overlap-hours", type=click.IntRange(min=0), default=24, show_default=True)
@reading
def rotate_command(slug: str, overlap_hours: int, data: str | None, as_json: bool) -> None:
    """Give a source a new write key; the old one works on for some hours."""
    with api_for(existing(data)) as api:
        body = {"overlap_seconds": overlap_hours * 3600}
        key = api.post(f"/sources/{segment(slug)}/keys", body)
    if as_json:
        print_json(key)
    else:
        print_fields({"write key": key["key"]})


@sources_command.command("revoke", epilog="Example: rapport sources revoke web-shop wk_0a1b")
@click.argument("slug")
@click.argument("key")
@data_option
@quiet_option
def revoke_command(slug: str, key: str, data: str | None) -> None:
    """Stop a write key from working, now."""
    with api_for(existing(data)) as api:
        api.delete(f"/sources/{segment(slug)}/keys/{segment(key)}")
    note(f"revoked {key}")


def _keys(source: dict[str, Any]) -> str:
    return ", ".join(k["key"] for k in source["write_keys"] if k["works"])
