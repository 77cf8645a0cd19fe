"""`rapport trace`: the way of one event."""

from __future__ import annotations

from typing import Any

import click

from rapport.cli.access import api_for, segment
from rapport.cli.options import existing, reading
from rapport.cli.output import print_json, print_table
from rapport.errors import NotFound


@click.command("trace", epilog="Example: rapport trace 3f0e7c52-6a1b-4a52-9b0e-7d1f6f0e2a11")
@click.argument("message_id")
@reading
def trace_command(message_id: str, data: str | None, as_json: bool) -> None:
    """Show what happened to one event at every stage, by its messageId."""
    with api_for(existing(data)) as api:
        trace = api.get(f"/trace/{segment(message_id)}")
    if not trace["found"]:
        raise NotFound(
            f"no event with messageId {message_id!r} has arrived",
            hint="the reply of the tracking call says whether it was accepted;"
            " 'rapport profile WHO --events 10' lists messageIds",
        )
    if as_json:
        print_json(trace)
        return
    rows = [(s["stage"], s["status"], s.get("at"), _detail(s)) for s in trace["stages"]]
    print_table(("stage", "status", "at", "detail"), rows)


def _detail(stage: dict[str, Any]) -> str:
    """What is said in one word each; the event as it was sent is left to --json."""
    said = {k: v for k, v in stage["detail"].items() if v not in (None, "", [], {})}
    return ", ".join(f"{k}={v}" for k, v in said.items() if not isinstance(v, dict))
