"""`rapport profile`: one customer, with reasons; or a search."""

from __future__ import annotations

from typing import Any

import click

from rapport.cli.access import api_for, profile_path
from rapport.cli.options import existing, reading
from rapport.cli.output import cell, print_fields, print_json, print_table


@click.command("profile", epilog="Example: rapport profile ada@example.org --why")
@click.argument("who", required=False)
@click.option("--find", metavar="TEXT", help="Find by the beginning of an identifier, or by trait.")
@click.option("--why", is_flag=True, help="For each trait, where its value comes from.")
@click.option("--events", type=click.IntRange(0, 1000), default=0, help="Also the last N events.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@reading
def profile_command(
    who: str | None,
    find: str | None,
    why: bool,
    events: int,
    limit: int,
    data: str | None,
    as_json: bool,
) -> None:
    """Show or find customers.

    WHO is TYPE:VALUE (email:ada@example.org, user_id:u-17), a profile id (p_42), or the value
    alone: with an @ it is an e-mail, with a + in front a phone number, else a user_id. Without
    WHO, customers are listed.
    """
    with api_for(existing(data)) as api:
        if who is None:
            _show_list(list(api.pages("/profiles", limit=limit, q=find)), as_json)
            return
        profile = api.get(profile_path(who), explain=why)
        timeline = list(api.pages(profile_path(who, "/events"), limit=events)) if events else []
    if as_json:
        print_json({**profile, "timeline": timeline} if events else profile)
        return
    _show_one(profile)
    if timeline:
        _show_events(timeline)


def _show_list(profiles: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(profiles)
        return
    rows = [
        (p["id"], p.get("name"), _identifiers(p), p.get("events"), _day(p.get("last_seen")))
        for p in profiles
    ]
    print_table(
        ("id", "name", "identifiers", "events", "last seen"),
        rows,
        right=["events"],
        empty="no customer found; 'rapport send' or 'rapport import' brings some in",
    )


def _identifiers(profile: dict[str, Any]) -> str:
    found = [f"{i['type']}:{i['value']}" for i in profile.get("identifiers", [])]
    more = f" +{len(found) - 2}" if len(found) > 2 else ""
    return ", ".join(found[:2]) + more


def _show_one(profile: dict[str, Any]) -> None:
    print_fields(
        {
            "profile": profile["id"],
            "name": profile.get("name"),
            "first seen": _minute(profile.get("first_seen")),
            "last seen": _minute(profile.get("last_seen")),
            "sources": ", ".join(profile.get("sources", [])),
            "brands": ", ".join(profile.get("brands", [])) or None,
            "accounts": ", ".join(str(a["id"]) for a in profile.get("accounts", [])) or None,
            "events": profile.get("counters", {}).get("total"),
        }
    )
    identifiers = [
        (i["type"], i["value"], i.get("count"), _minute(i.get("last_seen")), i.get("shared", False))
        for i in profile["identifiers"]
    ]
    columns = ("identifier", "value", "seen", "last", "shared")
    print_table(columns, identifiers, right=["seen"], gap=True)
    explain = profile.get("explain")
    traits = profile.get("traits", {})
    if explain:
        print_table(
            ("trait", "value", "rule", "source", "when", "other candidates"),
            [_reason(name, traits.get(name), why) for name, why in sorted(explain.items())],
            gap=True,
        )
    else:
        rows = [(name, _plain(value)) for name, value in sorted(traits.items())]
        print_table(("trait", "value"), rows, empty="no traits yet", gap=True)


def _reason(name: str, value: Any, why: dict[str, Any]) -> tuple[Any, ...]:
    losers = [c for c in why.get("candidates", []) if not c.get("wins")]
    others = ", ".join(f"{_plain(c['value'])} ({c.get('source')})" for c in losers)
    rule = f"{why.get('rule')} (pinned)" if why.get("pinned") else why.get("rule")
    return name, _plain(value), rule, why.get("source"), _minute(why.get("time")), others


def _show_events(events: list[dict[str, Any]]) -> None:
    rows = [
        (_minute(e["timestamp"]), e["type"], e.get("event"), e.get("source"), e["message_id"])
        for e in events
    ]
    print_table(("when", "type", "event", "source", "message id"), rows, gap=True)


def _plain(value: Any) -> str:
    """Traits may be numbers that mean no quantity (a postcode), so no thousands separators."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if number else cell(value)


def _minute(iso: str | None) -> str | None:
    return iso[:16].replace("T", " ") if iso else None


def _day(iso: str | None) -> str | None:
    return iso[:10] if iso else None
