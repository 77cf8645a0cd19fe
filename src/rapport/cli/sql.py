"""`rapport sql`: questions to the warehouse."""

from __future__ import annotations

import csv
import sys
from typing import Any

import click

from rapport.cli.access import api_for
from rapport.cli.options import existing, reading
from rapport.cli.output import note, print_fields, print_json, print_table

WIDE = 12  # columns; more do not fit beside each other


@click.command(
    "sql", epilog="Example: rapport sql 'SELECT event, count(*) FROM events GROUP BY ALL'"
)
@click.argument("query", required=False)
@click.option(
    "--limit", type=click.IntRange(min=1), help="Most rows; setting sql_max_rows is the end."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
@click.option("--schema", is_flag=True, help="List tables and columns instead.")
@reading
def sql_command(
    query: str | None,
    limit: int | None,
    as_csv: bool,
    schema: bool,
    data: str | None,
    as_json: bool,
) -> None:
    """Ask the warehouse in SQL (read only).

    QUERY is one SELECT; - or nothing reads it from stdin.
    """
    with api_for(existing(data)) as api:
        if schema:
            _show_schema(api.get("/sql/schema"), as_json)
            return
        answer = api.post("/sql", {"query": _text(query), **({"limit": limit} if limit else {})})
    if as_json:
        print_json(answer)
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer["columns"])
        writer.writerows(answer["rows"])
    else:
        _show(answer)


def _text(query: str | None) -> str:
    if query not in (None, "-"):
        return str(query)
    if sys.stdin.isatty():
        raise click.UsageError("say what to ask: rapport sql 'SELECT ...'")
    return sys.stdin.read()


def _show(answer: dict[str, Any]) -> None:
    if len(answer["columns"]) > WIDE:
        _show_upright(answer)
    else:
        print_table(answer["columns"], answer["rows"], right=_numeric(answer), empty="no rows")
    count = len(answer["rows"])
    more = ", there are more: --limit" if answer.get("truncated") else ""
    note(f"{count:,} rows in {answer['elapsed_ms']:,.0f} ms{more}")


def _show_upright(answer: dict[str, Any]) -> None:
    """One line a value: a row of the table `events` is wider than any terminal."""
    for number, row in enumerate(answer["rows"], 1):
        click.echo(f"-- {number}")
        print_fields(dict(zip(answer["columns"], row, strict=True)))


def _numeric(answer: dict[str, Any]) -> set[str]:
    kinds = zip(answer["columns"], answer.get("types", []), strict=False)
    return {name for name, kind in kinds if any(k in str(kind).upper() for k in ("INT", "DOUBLE"))}


def _show_schema(schema: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(schema)
        return
    rows = [
        (table["name"], column["name"], column["type"])
        for table in schema["items"]
        for column in table["columns"]
    ]
    print_table(("table", "column", "type"), rows)
