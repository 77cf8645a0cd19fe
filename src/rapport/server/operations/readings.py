"""What /metrics reads from the stores at each scrape."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from rapport.server.background.pulse import read_pulse
from rapport.server.operations.metrics import Reading, file_bytes, resident_bytes
from rapport.server.rooms import Rooms


def readings(rooms: Rooms) -> Iterator[Reading]:
    yield from _log(rooms)
    yield from _pipeline(rooms)
    yield from _sizes(rooms)


def _log(rooms: Rooms) -> Iterator[Reading]:
    names = {source.id: source.slug for source in rooms.sources.list()}

    def named(by_source: Mapping[int, int]) -> dict[str, float]:
        return {names.get(number, str(number)): float(n) for number, n in by_source.items()}

    totals = rooms.log.totals()
    yield Reading(
        "rapport_accepted_events",
        "Events accepted, ever.",
        named({number: total.events for number, total in totals.items()}),
        label="source",
        counter=True,
    )
    yield Reading(
        "rapport_accepted_requests",
        "Requests accepted, ever.",
        named({number: total.records for number, total in totals.items()}),
        label="source",
        counter=True,
    )
    pending = dict.fromkeys(totals, 0) | dict(rooms.log.pending(rooms.pipeline.committed()))
    yield Reading(
        "rapport_pending_events",
        "Events accepted but not processed yet.",
        named(pending),
        label="source",
    )
    yield Reading(
        "rapport_warehouse_lag_events",
        "Events processed but not in the warehouse yet.",
        rooms.unloaded(),
    )


def _pipeline(rooms: Rooms) -> Iterator[Reading]:
    pulse = read_pulse(rooms.folder.pulse)
    ago = "since the pipeline started"
    yield Reading("rapport_pipeline_batches", f"Batches {ago}.", pulse.batches, counter=True)
    yield Reading("rapport_pipeline_events", f"Events {ago}.", pulse.events, counter=True)
    yield Reading(
        "rapport_pipeline_batch_seconds", f"Seconds inside batches {ago}.", pulse.seconds,
        counter=True,
    )  # fmt: skip
    yield Reading("rapport_pipeline_slowest_batch_seconds", f"Slowest {ago}.", pulse.slowest)
    yield Reading("rapport_pipeline_failures", f"Failures {ago}.", pulse.failures, counter=True)
    lag = max(0, rooms.log.end() - rooms.pipeline.committed())
    yield Reading("rapport_pipeline_lag_records", "Log records not processed yet.", lag)


def _sizes(rooms: Rooms) -> Iterator[Reading]:
    sizes = {name: float(file_bytes(path)) for name, path in rooms.folder.stores().items()}
    yield Reading(
        "rapport_store_bytes", "Bytes on disk, write-ahead logs included.", sizes, "store"
    )
    processes = {"http": os.getpid(), "pipeline": os.getppid()}
    memory = {name: float(resident_bytes(pid)) for name, pid in processes.items()}
    yield Reading("rapport_resident_bytes", "Memory of a process in RAM.", memory, "process")
