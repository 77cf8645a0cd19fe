"""What a person or a program sees. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

Advance = Callable[[int], None]

# A pipe has no width; rich would cut tables at 80 columns and lose what a script wants to read.
PIPE_WIDTH = 400

QUIET = "rapport.quiet"  # where --quiet is kept in click's context


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    empty: str = "nothing found",
    right: Collection[str] = (),
    gap: bool = False,
) -> None:
    """A table on stdout, or the sentence `empty` on stderr when there is no row.

    `right` names the columns that are aligned to the right; `gap` puts a blank line before it.
    """
    if not rows:
        note(empty)
        return
    if gap:
        click.echo()
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    _stdout().print(table)


def print_fields(fields: Mapping[str, Any]) -> None:
    """One `name  value` line a field, aligned; fields that are None are left out."""
    shown = {k: cell(v) for k, v in fields.items() if v is not None}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        click.echo(f"{name:<{width}}  {value}")


def note(text: str) -> None:
    """A remark on stderr, unless --quiet was given."""
    if not is_quiet():
        click.echo(text, err=True)


def is_quiet() -> bool:
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(QUIET))


def cell(value: Any) -> str:
    """A value as text: numbers with thousands separators, JSON for what is nested."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Advance]:
    """A progress bar on stderr while the block runs, if stderr is a terminal.

    Gives a function that takes how much more was done. `total` None means the end is not known.
    """
    if is_quiet() or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


def _stdout() -> Any:
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH, no_color=True)
