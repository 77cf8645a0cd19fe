"""Working off the log in this process, for commands that wrote to it while no server runs."""

from __future__ import annotations

import time

from rapport.cli.output import progress
from rapport.config import Settings
from rapport.errors import Unavailable
from rapport.log.sqlite import SqliteLog
from rapport.pipeline_reads import PipelineReads
from rapport.server.folder import Folder
from rapport.server.pulse import PipelineThread

LOOK_SECONDS = 0.1


def work_off(settings: Settings, title: str) -> None:
    """Run the pipeline until it has come to the end of the log, with a bar that counts events.

    The caller holds the folder: nobody else may run a pipeline on it. Raises `Unavailable` when
    the pipeline cannot go on.
    """
    folder = Folder(settings.folder)
    log = SqliteLog(folder.log, readonly=True)
    reads = PipelineReads(folder.state)
    end, waiting = log.end(), sum(log.pending(reads.committed()).values())
    pipeline = PipelineThread(settings, folder)
    pipeline.start()
    try:
        with progress(title, waiting) as advance:
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
