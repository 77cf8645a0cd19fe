"""Working off the log in this process, for commands that wrote to it while no server runs."""

from __future__ import annotations

import time

from rapport.cli.output import progress
from rapport.clock import SystemClock
from rapport.config import Settings
from rapport.errors import Unavailable
from rapport.log.sqlite import SqliteLog
from rapport.pipeline_reads import PipelineReads
from rapport.server.folder import Folder
from rapport.server.pulse import PipelineThread
from rapport.server.rooms import Rooms, open_log, open_warehouse
from rapport.warehouse.loader import Loader

LOOK_SECONDS = 0.1


def work_off(settings: Settings) -> None:
    """Run pipeline and loader until everything in the log is in profiles and warehouse.

    The caller holds the folder: nobody else may run them on it. Raises `Unavailable` when the
    pipeline cannot go on.
    """
    _run_pipeline(settings)
    _fill_warehouse(settings)


def _run_pipeline(settings: Settings) -> None:
    folder = Folder(settings.folder)
    log = SqliteLog(folder.log, readonly=True)
    reads = PipelineReads(folder.state)
    end, waiting = log.end(), sum(log.pending(reads.committed()).values())
    pipeline = PipelineThread(settings, folder)
    pipeline.start()
    try:
        with progress("Recognising customers", waiting) as advance:
            shown = 0
            while reads.committed() < end:
                time.sleep(LOOK_SECONDS)
                advance(pipeline.pulse.events - shown)
                shown = pipeline.pulse.events
                if pipeline.pulse.failures:
                    raise Unavailable("the pipeline cannot go on", hint="see the messages above")
            advance(waiting - shown)
    finally:
        pipeline.stop()
        log.close()


def _fill_warehouse(settings: Settings) -> None:
    clock = SystemClock()
    log = open_log(settings, clock)
    rooms = Rooms(settings, clock, log=log, warehouse=open_warehouse(settings))
    folder = rooms.folder
    loader = Loader(rooms.warehouse, folder.state, folder.control, rooms.profile_reads)
    try:
        with progress("Filling the warehouse", len(rooms.pipeline.waiting().outbox)) as advance:
            before = rooms.warehouse.loaded()
            while loader.step() is not None:
                advance(rooms.warehouse.loaded() - before)
                before = rooms.warehouse.loaded()
    finally:
        loader.close()
        log.close()
        rooms.warehouse.close()
        rooms.close()
