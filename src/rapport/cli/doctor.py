"""`rapport doctor`: is everything well?"""

from __future__ import annotations

import sys
from typing import Any

import click

from rapport.cli.access import api_for
from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_json, print_table


@click.command("doctor", epilog="Example: rapport doctor --full")
@click.option("--full", is_flag=True, help="Read every page of every store and count all events.")
@reading
def doctor_command(full: bool, data: str | None, as_json: bool) -> None:
    """Check the stores and whether the books balance.

    Exits with 1 when something failed, so that a monitor can call it.
    """
    with api_for(existing(data)) as api:
        checks = api.get("/doctor", full=full)["checks"]
    if as_json:
        print_json(checks)
    else:
        _show(checks)
    if any(check["status"] == "fail" for check in checks):
        sys.exit(1)


def _show(checks: list[dict[str, Any]]) -> None:
    print_table(
        ("check", "status", "detail", "what to do"),
        [(c["name"], c["status"], c["detail"], c.get("hint")) for c in checks],
    )
    bad = sum(check["status"] != "ok" for check in checks)
    note("everything is well" if not bad else f"{bad} of {len(checks)} checks need a look")
