"""The thread that runs models: one at a time, on schedule or asked for, behind everything else."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from rapport.errors import Conflict
from rapport.insights import models
from rapport.insights.models import Job, ModelStore
from rapport.insights.value import registry
from rapport.server.background.telling import Telling
from rapport.server.operations.hold import held
from rapport.server.priority import MODELS, lower
from rapport.server.rooms import Reads, Rooms

logger = logging.getLogger("rapport.models")
LOOK_SECONDS: Final = 0.3
# Nothing is run on schedule before: a command without a server opens the stores for a moment only.
_CALM_SECONDS: Final = 5.0
_DUE_SECONDS: Final = 2.0  # between two looks at what is due
_PAUSE_SECONDS: Final = 5.0  # after a failure
_STOP_SECONDS: Final = 10.0  # a model cannot be interrupted; nothing is lost when it is
# Measured on 100,000 customers: 1.3 GB for 2.1 million events; see docs/customer-value.md.
_BYTES_OF_EVENT: Final = 650


class _Stopped(Exception):
    """The server is being stopped."""


class Models:
    """`running` is (model, seed) while one is. What has been asked for comes before what is due."""

    def __init__(self, rooms: Rooms, store: ModelStore) -> None:
        self._rooms = rooms
        self._store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="models", daemon=True)
        self._telling = Telling(rooms, self._stop)
        self._asked: deque[tuple[str, str]] = deque()
        self.running: tuple[str, str] | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the model that is being run, if that does not take long."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def ask(self, model: str, seed: str) -> None:
        """Run it as soon as no other runs. Asked again while it waits, it is run once."""
        if (model, seed) not in self._asked:
            self._asked.append((model, seed))

    def waits(self, model: str, seed: str) -> bool:
        return (model, seed) in self._asked

    def _run(self) -> None:
        lower(MODELS)
        calm = time.monotonic() + _CALM_SECONDS
        reads: Reads | None = None
        while not self._stop.wait(LOOK_SECONDS):
            if not self._rooms.folder.state.exists() or held(self._rooms.folder.hold):
                continue
            try:
                reads = reads or self._rooms.new_reads()
                if self._asked:
                    self.running = self._asked.popleft()
                    self._work(self._job(reads, *self.running), reads)
                elif time.monotonic() >= calm:
                    self._work(self._due(reads), reads)
                    self._rooms.worth.forget()
                    calm = time.monotonic() + _DUE_SECONDS
            except Exception as error:  # noqa: BLE001 - it must not end while the server runs
                logger.error("running models failed: %s", type(error).__name__)
                self.running = None
                self._stop.wait(_PAUSE_SECONDS)

    def _due(self, reads: Reads) -> Job | None:
        """The one that has been due for longest."""
        now = self._rooms.clock.now()
        settings = self._store.settings().version
        known = [
            (models.due(job, self._store.last(job.model, job.seed), settings), job)
            for job in models.jobs(reads.audiences.in_force("trait"))
        ]
        ready = [each for each in known if each[0] <= now]
        return min(ready, key=lambda each: each[0])[1] if ready else None

    def _job(self, reads: Reads, model: str, seed: str) -> Job:
        """As the computed traits ask for it; without any nothing is written."""
        asked = models.jobs(reads.audiences.in_force("trait"))
        found = (each for each in asked if (each.model, each.seed) == (model, seed))
        return next(found, Job(model, seed, models.LEAST_EVERY, {}, {}))

    def _work(self, job: Job | None, reads: Reads) -> None:
        if job is None:
            return
        now = self._rooms.clock.now()
        settings = self._store.settings()
        before = self._store.last(job.model, job.seed, done=True)
        self.running = (job.model, job.seed)
        try:
            self._afford()
            run = registry.run(
                job.model,
                self._rooms.warehouse,
                now,
                settings.settings,
                seeds=np.array(self._seeds(reads, job.seed), np.int64),
                previous=before.card if before else None,
            )
            self._write(job, run.values)
            self._store.add(
                job,
                now,
                "done",
                settings=settings.version,
                written=job.versions,
                card=run.card,
            )
        except _Stopped:  # whoever starts next makes the run again
            pass
        except Conflict as reason:
            said = " ".join(filter(None, (f"{reason.message};", reason.hint)))
            self._store.add(job, now, "not_yet", reason=said)
        except Exception as error:  # noqa: BLE001 - the other models go on
            place = "".join(traceback.format_tb(error.__traceback__)[-3:])
            logger.error("model %s failed: %s\n%s", job.model, type(error).__name__, place)
            self._store.add(job, now, "failed", reason=type(error).__name__)
        finally:
            self.running = None

    def _seeds(self, reads: Reads, segment: str) -> list[int]:
        if not segment:
            return []
        if reads.audiences.definition("segment", segment).progress < 1:
            raise Conflict(f"segment {segment!r} is still being computed")
        return reads.audiences.members(segment, -1)

    def _write(self, job: Job, values: pa.Table) -> None:
        """Raises `Conflict` when the pipeline does not come to it."""
        profiles = values["profile"].to_pylist()
        for key, trait in job.traits.items():
            told = zip(profiles, values[trait].to_pylist(), strict=True)
            found = {
                profile: msgspec.json.encode(value).decode()
                for profile, value in told
                if value is not None
            }
            if not self._telling.write_values(key, found):
                if self._stop.is_set():
                    raise _Stopped
                raise Conflict("the pipeline has not taken the values", hint="rapport doctor")

    def _afford(self) -> None:
        """Raises `Conflict` when the machine has not enough memory for what would be read."""
        rows = self._rooms.warehouse.read("SELECT sum(events) AS n FROM event_volumes")
        needed, free = int(rows[0]["n"] or 0) * _BYTES_OF_EVENT, free_memory()
        if free is not None and needed > free:
            raise Conflict(
                f"it may need {needed >> 20:,} MB of memory, and {free >> 20:,} MB are free",
                hint="it is tried again within the hour",
            )


def free_memory() -> int | None:
    """Bytes; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    told = next((line for line in lines if line.startswith("MemAvailable:")), None)
    return None if told is None else int(told.split()[1]) * 1024
