"""`rapport import`: files of events or customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rapport.cli.options import data_option, json_option, quiet_option, settings_from
from rapport.cli.output import note, print_fields, print_json, print_table, progress
from rapport.config import Settings
from rapport.errors import NotFound

if TYPE_CHECKING:
    from rapport.cli.fate import Fate
    from rapport.connect.files import Report
    from rapport.connect.mapping import FileMapping
    from rapport.log.base import EventLog

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import", epilog="Example: rapport import orders.csv --map orders.yaml --dry-run")
@click.argument("file", type=FILE)
@click.option("--map", "mapping", type=FILE, required=True, help="How rows become events (YAML).")
@click.option("--dry-run", is_flag=True, help="Read everything, show samples, write nothing.")
@click.option("--rejected", type=click.Path(dir_okay=False, path_type=Path), help="Where rows go"
    " that cannot be used, with reasons.  [default: FILE.rejected.jsonl]")  # fmt: skip
@click.option("--wait", type=click.FloatRange(min=0), default=3600, show_default=True,
    metavar="SECONDS", help="How long to wait for a server to work on the events.")  # fmt: skip
@click.option("--no-wait", is_flag=True, help="Do not wait for it: the same as --wait 0.")
@data_option
@json_option
@quiet_option
def import_command(
    file: Path,
    mapping: Path,
    dry_run: bool,
    rejected: Path | None,
    wait: float,
    no_wait: bool,
    data: str | None,
    as_json: bool,
) -> None:
    """Import events or customers from CSV, JSON lines or Parquet.

    The mapping says which columns become what; docs/import.md explains it. Importing the same file
    again adds nothing. Works with and without a running server, and tells what became of the
    events: stored, there before (duplicate), or refused (quarantined).
    """
    from rapport.connect.mapping import load

    settings = settings_from(data)
    rejected = rejected or file.with_name(f"{file.name}.rejected.jsonl")
    plan = load(mapping)
    if dry_run:
        report, fate = _read(settings, plan, file, None, 0, None), None
    else:
        report, fate = _import(settings, plan, file, rejected, 0 if no_wait else wait)
    if as_json:
        print_json(_fields(report, fate))
        return
    _show(report, fate)
    if report.rejected and not dry_run:
        note(f"the rejected rows, with reasons, are in {rejected}")


def _import(
    settings: Settings, plan: FileMapping, file: Path, rejected: Path, wait: float
) -> tuple[Report, Fate]:
    """Into the log, and, when no server does it, through the pipeline."""
    from rapport.cli.backlog import work_off
    from rapport.cli.fate import fate
    from rapport.log.sqlite import SqliteLog
    from rapport.server.folder import Folder

    folder = Folder(settings.folder)
    folder.create()
    running = folder.read_running() is not None
    with nullcontext() if running else _alone(settings, folder):
        source = _source(folder.control, plan.source)
        log = SqliteLog(folder.log)
        try:
            report = _read(settings, plan, file, log, source, rejected)
        finally:
            log.close()
        if not running:
            work_off(settings)
    return report, fate(folder, report.records, wait)


def _read(
    settings: Settings,
    plan: FileMapping,
    file: Path,
    log: EventLog | None,
    source: int,
    rejected: Path | None,
) -> Report:
    from rapport.connect.files import Importer, Limits

    limits = Limits(settings.max_event_bytes, settings.warehouse_memory_mb)
    done = 0
    with progress(f"Reading {file.name}", None) as advance:

        def seen(rows: int) -> None:
            nonlocal done
            advance(rows - done)
            done = rows

        importer = Importer(plan, source=source, log=log, limits=limits, progress=seen)
        return importer.run(file, rejected=rejected)


@contextmanager
def _alone(settings: Settings, folder: Any) -> Iterator[None]:
    from rapport.server import firststart
    from rapport.server.folder import Lock

    lock = Lock(folder.root / "up.lock")
    lock.take()
    try:
        firststart.prepare(settings, folder)
        yield
    finally:
        lock.release()


def _source(control: Path, slug: str) -> int:
    """The source that the mapping names; it is made when it is not there yet."""
    from rapport.collect.sources import SourceStore

    store = SourceStore(control)
    try:
        return store.by_slug(slug).id
    except NotFound:
        return store.create(name=slug, kind="import").id
    finally:
        store.close()


def _fields(report: Report, fate: Fate | None) -> dict[str, Any]:
    became = {} if fate is None else {
        "stored": fate.stored,
        "duplicate": fate.duplicate,
        "quarantined": sum(fate.quarantined.values()),
        "quarantine_reasons": dict(fate.quarantined),
        "pending": fate.pending,
    }  # fmt: skip
    return {
        "rows": report.rows,
        "events": report.events,
        "rejected": report.rejected,
        "reasons": dict(report.reasons),
        **became,
        "samples": report.samples,
    }


def _show(report: Report, fate: Fate | None) -> None:
    told = _fields(report, fate)
    names = ("rows", "rejected", "events", "stored", "duplicate", "quarantined", "pending")
    print_fields({name: told.get(name) for name in names if name != "pending" or told.get(name)})
    if report.reasons:
        print_table(("why", "rows"), report.reasons.most_common(), right=["rows"], gap=True)
    if fate is None:
        note("samples of what would be written:")
        for sample in report.samples:
            print_json(sample)
        note("nothing was written; without --dry-run it will be")
        return
    if fate.quarantined:
        print_table(("quarantined as", "events"), list(fate.quarantined.items()), gap=True)
        note("see and correct them: rapport quarantine list")
    if fate.duplicate:
        note("duplicate: what was imported before is not stored again")
    if fate.pending:
        note("pending: safe in the log, and not worked on yet: rapport doctor tells how far it is")
