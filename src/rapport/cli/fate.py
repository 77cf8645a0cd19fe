"""What became of the events that a command appended to the log, told from the stores."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import msgspec

from rapport.cli.output import note, progress
from rapport.pipeline.applied import Applied
from rapport.pipeline_reads import PipelineReads
from rapport.server.folder import Folder

LOOK_SECONDS = 0.1
Records = Sequence[tuple[int, int]]  # (offset, events) of what was appended, in order


class Fate(msgspec.Struct, frozen=True):
    """Numbers of events. What was processed, and is neither refused nor a re-send, is stored."""

    stored: int
    duplicate: int
    quarantined: Mapping[str, int]  # by reason
    pending: int


def fate(folder: Folder, records: Records, seconds: float) -> Fate:
    """Wait until the server that runs on the folder has worked on the records; tell how they fared.

    Waits at most `seconds`, and no longer than a server runs. Ctrl-C ends the waiting only.
    """
    reads = PipelineReads(folder.state)
    try:
        _wait(_Watch(folder, reads, time.monotonic() + seconds), records)
        return _told(reads, records)
    finally:
        reads.close()


class _Watch(msgspec.Struct):
    folder: Folder
    reads: PipelineReads
    end: float

    def goes_on(self) -> bool:
        """Sleep for a moment; False when waiting longer makes no sense."""
        if time.monotonic() >= self.end or self.folder.read_running() is None:
            return False
        time.sleep(LOOK_SECONDS)
        return True


def _wait(watch: _Watch, records: Records) -> None:
    try:
        if _recognised(watch, records):
            _loaded(watch)
    except KeyboardInterrupt:
        note("no longer waiting; the server works on")


def _recognised(watch: _Watch, records: Records) -> bool:
    """Whether the pipeline came to the end of the records in time."""
    left = waiting = _behind(records, watch.reads.committed())
    with progress("Recognising customers", waiting) as advance:
        while left and watch.goes_on():
            before, left = left, _behind(records, watch.reads.committed())
            advance(before - left)
    return left == 0


def _loaded(watch: _Watch) -> None:
    """Wait for the warehouse, too: a query right after the command is to see every event."""
    last, applied = watch.reads.last_row(), Applied(watch.folder.control)
    try:
        done = min(applied.newest(), last)
        with progress("Filling the warehouse", last - done) as advance:
            while done < last and watch.goes_on():
                before, done = done, min(applied.newest(), last)
                advance(done - before)
    finally:
        applied.close()


def _told(reads: PipelineReads, records: Records) -> Fate:
    found = reads.fates(_spans(records))
    pending = _behind(records, found.committed)
    away = found.duplicate + sum(found.quarantined.values())
    stored = sum(events for _, events in records) - pending - away
    return Fate(stored, found.duplicate, found.quarantined, pending)


def _behind(records: Records, committed: int) -> int:
    return sum(events for offset, events in records if offset > committed)


def _spans(records: Records) -> list[tuple[int, int]]:
    """First and last offset of each row of records without a gap.

    >>> _spans([(3, 500), (4, 500), (7, 20)])
    [(3, 4), (7, 7)]
    """
    spans: list[tuple[int, int]] = []
    for offset, _ in records:
        if spans and spans[-1][1] + 1 == offset:
            spans[-1] = (spans[-1][0], offset)
        else:
            spans.append((offset, offset))
    return spans
