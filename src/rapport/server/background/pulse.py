"""The pipeline's thread in the main process, and how it tells the http process how it does.

The two processes share only files. The pulse is a small JSON file, replaced at most once a second
and only when something happened, so that an idle server writes nothing.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path

import msgspec

from rapport.audiences.service import Audiences
from rapport.clock import SystemClock
from rapport.collect.sources import SourceStore
from rapport.config import Settings
from rapport.database import connect
from rapport.identity.service import Identity
from rapport.log.sqlite import SqliteLog
from rapport.pipeline import Pipeline
from rapport.pipeline.ahead import Ahead
from rapport.profiles.rules_file import RulesFile
from rapport.profiles.service import Profiles
from rapport.server.folder import Folder, write_private
from rapport.server.known_sources import KnownSources
from rapport.server.priority import PIPELINE, lower

log = logging.getLogger("rapport.pipeline")
RESTART_SECONDS = 2.0


class Pulse(msgspec.Struct):
    """Since the start of the pipeline process."""

    batches: int = 0
    events: int = 0
    seconds: float = 0.0  # spent inside batches
    slowest: float = 0.0  # seconds of the slowest batch
    failures: int = 0
    at: int = 0  # µs UTC of the last batch


def read_pulse(path: Path) -> Pulse:
    """What the pipeline last said; zeros when it never did."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Pulse)
    except (OSError, msgspec.MsgspecError):
        return Pulse()


class PipelineThread:
    """Runs the pipeline until `stop`; after a failure it opens everything anew and goes on."""

    def __init__(self, settings: Settings, folder: Folder) -> None:
        self._settings = settings
        self._folder = folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pipeline")
        self.pulse = Pulse()
        self._written = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the micro-batch that is being worked on, then end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        lower(PIPELINE)
        while not self._stop.is_set():
            try:
                self._serve()
            except Exception:
                self.pulse.failures += 1
                self._write()
                log.exception("the pipeline stopped; it starts again where its store says it was")
                self._stop.wait(RESTART_SECONDS)

    def _serve(self) -> None:
        records = SqliteLog(self._folder.log, readonly=True)
        state = connect(self._folder.state, cache_mb=64)
        sources = SourceStore(self._folder.control)
        try:
            clock = SystemClock()
            audiences = Audiences(
                state,
                KnownSources(sources),
                RulesFile(self._folder.survivorship),
                clock,
                self._folder.parts,
            )
            pipeline = Pipeline(
                self._settings,
                records,
                state,
                Identity(state, region=self._settings.region),
                Profiles(state),
                clock,
                audiences,
                Ahead(self._settings) if (os.cpu_count() or 1) > 1 else None,
            )
            pipeline.run(self._stop, self._observe)
        finally:
            sources.close()
            state.close()
            records.close()

    def _observe(self, events: int, seconds: float) -> None:
        """Called by the pipeline after every micro-batch."""
        pulse = self.pulse
        pulse.batches += 1
        pulse.events += events
        pulse.seconds += seconds
        pulse.slowest = max(pulse.slowest, seconds)
        pulse.at = SystemClock().now()
        if time.monotonic() - self._written > 1.0:
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        write_private(self._folder.pulse, msgspec.json.encode(self.pulse))
