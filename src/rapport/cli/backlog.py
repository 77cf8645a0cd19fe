"""Working off the log in this process, for commands that wrote to it while no server runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rapport.cli.output import progress
from rapport.clock import SystemClock
from rapport.config import Settings
from rapport.errors import Unavailable
from rapport.server.background.loading import Loading
from rapport.server.background.pulse import PipelineThread
from rapport.server.folder import Folder
from rapport.server.rooms import Rooms, open_log, open_warehouse
from rapport.warehouse.loader import Loader

LOOK_SECONDS = 0.1


def work_off(settings: Settings) -> None:
    """Run pipeline and loader until everything in the log is in profiles and warehouse.

    The caller holds the folder: nobody else may run them on it. Raises `Unavailable` when the
    pipeline or the loader cannot go on.
    """
    with _rooms(settings) as rooms:
        folder = rooms.folder
        loader = Loader(rooms.warehouse, folder.state, folder.control, rooms.profile_reads)
        loading = Loading(loader)
        loading.start()
        try:
            _recognise(settings, rooms)
            _load(rooms, loading)
        finally:
            loading.stop()


@contextmanager
def _rooms(settings: Settings) -> Iterator[Rooms]:
    clock = SystemClock()
    log = open_log(settings, clock)
    rooms = Rooms(settings, clock, log=log, warehouse=open_warehouse(settings))
    try:
        yield rooms
    finally:
        log.close()
        rooms.warehouse.close()
        rooms.close()


def _recognise(settings: Settings, rooms: Rooms) -> None:
    end = rooms.log.end()
    waiting = sum(rooms.log.pending(rooms.pipeline.committed()).values())
    pipeline = PipelineThread(settings, Folder(settings.folder))
    pipeline.start()
    try:
        with progress("Recognising customers", waiting) as advance:
            shown = 0
            while rooms.pipeline.committed() < end:
                time.sleep(LOOK_SECONDS)
                advance(pipeline.pulse.events - shown)
                shown = pipeline.pulse.events
                if pipeline.pulse.failures:
                    raise Unavailable("the pipeline cannot go on", hint="see the messages above")
            advance(waiting - shown)
    finally:
        pipeline.stop()


def _load(rooms: Rooms, loading: Loading) -> None:
    """Wait until the loader, which ran all the time, has caught up."""
    end = max((seq for seq, _ in rooms.pipeline.waiting().outbox), default=0)
    loaded = rooms.warehouse.loaded()
    with progress("Filling the warehouse", max(0, end - loaded)) as advance:
        while loaded < end:
            time.sleep(LOOK_SECONDS)
            if problem := loading.problem:
                raise Unavailable(problem, hint="rapport doctor")
            before, loaded = loaded, rooms.warehouse.loaded()
            advance(loaded - before)
