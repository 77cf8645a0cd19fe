"""Putting the demo shop into a data folder: sources, a year of deliveries, what they mean, and
what is defined over them."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from rapport.cli.backlog import work_off
from rapport.cli.output import note, progress
from rapport.clock import SystemClock
from rapport.collect.sources import API, SourceStore
from rapport.config import Settings
from rapport.demo.definitions import DASHBOARD, INSIGHTS, SEGMENTS, TRAITS
from rapport.demo.shop import SOURCES, Delivery, generate
from rapport.errors import Conflict
from rapport.insights.saved import SavedStore
from rapport.log.base import BATCH, CONTROL, Draft
from rapport.log.sqlite import SqliteLog
from rapport.server import firststart
from rapport.server.folder import Folder, Lock

SEED = 1
AT_ONCE = 2_000  # records in one commit of the log
BEGUN, DONE = "demo.begun", "demo.done"  # marks in the data folder


def seed(settings: Settings, *, reset: bool) -> bool:
    """Fill the folder unless that was done before; True if it was filled now.

    A seeding that was interrupted starts over. Raises `Conflict` when the folder holds something
    that is not the demo: that is never deleted.
    """
    folder = Folder(settings.folder)
    if reset or (folder.root / BEGUN).exists():
        clear(folder)
    if (folder.root / DONE).exists():
        return False
    if folder.log.exists() or folder.state.exists():
        raise Conflict(
            f"{settings.data} holds data that is not the demo's",
            hint="choose another folder: rapport demo --data ./demo-data",
        )
    folder.create()
    (folder.root / BEGUN).touch()
    with _alone(folder):
        _write(settings, folder)
        work_off(settings)
    (folder.root / BEGUN).rename(folder.root / DONE)
    return True


def clear(folder: Folder) -> None:
    """Delete a folder that the demo made. Raises `Conflict` for any other, or while it is used."""
    if not folder.root.exists():
        return
    if not any((folder.root / mark).exists() for mark in (BEGUN, DONE)):
        raise Conflict(
            f"{folder.root} was not made by rapport demo and is left alone",
            hint="delete it yourself if that is what you want",
        )
    with _alone(folder):
        shutil.rmtree(folder.root)


@contextmanager
def _alone(folder: Folder) -> Iterator[None]:
    lock = Lock(folder.root / "up.lock")
    lock.take()
    try:
        yield
    finally:
        lock.release()


def _write(settings: Settings, folder: Folder) -> None:
    firststart.prepare(settings, folder)
    ids = _sources(folder.control)
    note("Inventing customers and a year of their lives …")
    deliveries = list(generate(SEED, SystemClock().now()))
    log = SqliteLog(folder.log)
    try:
        with progress("Writing what they did", sum(d.count for d in deliveries)) as advance:
            for begin in range(0, len(deliveries), AT_ONCE):
                some = deliveries[begin : begin + AT_ONCE]
                log.append_all([_draft(ids, delivery) for delivery in some])
                advance(sum(delivery.count for delivery in some))
        log.append_all([_definitions(SystemClock().now())])
    finally:
        log.close()
    _keep(folder.control)


def _sources(control: Path) -> dict[str, int]:
    store = SourceStore(control)
    try:
        made = [store.create(**fields) for fields in SOURCES]
        return {source.slug: source.id for source in made}
    finally:
        store.close()


def _draft(ids: dict[str, int], sent: Delivery) -> Draft:
    return Draft(ids[sent.source], BATCH, sent.count, sent.received_at, sent.body)


def _definitions(now: int) -> Draft:
    """One decision behind everything that happened, so that the history is read only once."""
    kinds = (("segment", SEGMENTS), ("trait", TRAITS))
    listed = [{"kind": kind, "definition": each} for kind, found in kinds for each in found]
    said = str(uuid.uuid5(uuid.NAMESPACE_URL, "rapport:demo:definitions"))
    body = {"action": "define", "id": said, "at": now, "by": firststart.ADMIN, "reason": ""}
    return Draft(API, CONTROL, 0, now, msgspec.json.encode({**body, "definitions": listed}))


def _keep(control: Path) -> None:
    """Insights and a dashboard of them, as if somebody had saved them."""
    store, by = SavedStore(control, SystemClock()), firststart.ADMIN
    try:
        for key, name, description, question in INSIGHTS:
            store.create("insight", key, name, question, description=description, by=by)
        key, name, shown = DASHBOARD
        cards = [{"insight": each, "width": 6, "height": 4} for each in shown]
        store.create("dashboard", key, name, {"cards": cards, "filters": {}}, description="", by=by)
    finally:
        store.close()
