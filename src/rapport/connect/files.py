"""`rapport import`: the rows of a file become records in the log.

Memory stays bounded whatever the size of the file: rows stream, groups are sorted (on disk when
they must be), and events are made slab by slab. Running the same file twice adds nothing: every
event gets its messageId from its key columns, or from its content and place.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from rapport.clock import Clock, SystemClock
from rapport.connect.compiling import Compiler
from rapport.connect.mapping import FileMapping
from rapport.connect.reading import KEY, LINE, Reading, open_files, rejected_lines, set_zone
from rapport.connect.rejecting import Rejected, as_read, kind_of
from rapport.errors import Malformed
from rapport.log.base import BATCH, Draft

_SLAB_ROWS = 25_000
_MOST_GROUP_ROWS = 250_000
_BATCH_EVENTS = 500
_BATCH_BYTES = 3_500_000
_DRAFTS_AT_ONCE = 20


class Limits(msgspec.Struct, frozen=True):
    event_bytes: int = 32_768
    memory_mb: int = 512


class Report(msgspec.Struct, kw_only=True):
    """What an import did, or would do."""

    rows: int = 0
    events: int = 0
    rejected: int = 0  # rows
    reasons: Counter[str] = msgspec.field(default_factory=Counter)  # without the values
    samples: list[dict[str, Any]] = msgspec.field(default_factory=list)
    records: list[tuple[int, int]] = msgspec.field(default_factory=list)  # (offset, events)


class Appending(Protocol):
    """What an import needs of an `EventLog`."""

    def append_all(self, drafts: Sequence[Draft]) -> list[int]: ...


class Importer:
    """`log` is None for a dry run. `progress` hears the rows read so far."""

    def __init__(
        self,
        mapping: FileMapping,
        *,
        source: int,
        log: Appending | None,
        clock: Clock | None = None,
        limits: Limits | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._mapping = mapping
        self._source = source
        self._log = log
        self._clock = clock or SystemClock()
        self._limits = limits or Limits()
        self._progress = progress

    def run(self, file: Path, *, rejected: Path | None = None, samples: int = 5) -> Report:
        """Import `file`; rows that cannot be used go to `rejected` with their reasons.

        Returns when every event is durable in the log. Raises `Malformed` when file and mapping do
        not fit, `NotFound` for a missing file, `Unavailable` when the log cannot be written.
        """
        report = Report()
        with (
            tempfile.TemporaryDirectory(prefix="rapport-import-") as spill,
            Rejected(rejected) as out,
        ):
            reading = open_files(
                file, self._mapping, memory_mb=self._limits.memory_mb, spill=Path(spill)
            )
            try:
                batches = _Batches(self._source, self._clock)
                for event in self._events(reading, report, out):
                    if len(report.samples) < samples:
                        report.samples.append(json.loads(event))
                    self._append(batches.add(event), report)
                self._append(batches.rest(), report)
                for line in rejected_lines(reading.connection):
                    out.write(line)
                    _count(report, line["reason"], 1)
                    report.rows += 1
            finally:
                reading.connection.close()
        return report

    def _events(self, reading: Reading, report: Report, out: Rejected) -> Iterator[str]:
        jsonl = LINE in reading.sql
        sql = Compiler(self._mapping, reading.types, jsonl=jsonl).sql()
        worker = reading.connection.cursor()
        set_zone(worker, self._mapping.timezone)
        for slab in _slabs(reading, grouped=bool(self._mapping.group_by)):
            worker.register("slab", slab)
            made = worker.sql(sql).to_arrow_table()
            worker.unregister("slab")
            bad: list[dict[str, Any]] = []
            for row in made.to_pylist():
                reason = row["reason"] or self._too_large(row["content"])
                if reason:
                    bad.append({"row": row["row"], "rows": row["rows"], "reason": reason})
                    _count(report, reason, row["rows"])
                else:
                    report.events += 1
                    yield _with_id(row["content"], row["id_text"])
            shown = as_read(slab, [row["row"] for row in bad]) if bad else {}
            for row in bad:
                out.write({**row, **shown[row["row"]]})
            report.rows += slab.num_rows
            if self._progress is not None:
                self._progress(report.rows)

    def _too_large(self, content: str) -> str:
        most = self._limits.event_bytes
        size = len(content.encode()) + 60
        return f"event: {size:,} bytes are more than {most:,}" if size > most else ""

    def _append(self, drafts: list[Draft], report: Report) -> None:
        if drafts and self._log is not None:
            offsets = self._log.append_all(drafts)
            report.records += zip(offsets, (draft.count for draft in drafts), strict=True)


class _Batches:
    """Collects events into log records of a fair size."""

    def __init__(self, source: int, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._events: list[bytes] = []
        self._bytes = 0
        self._drafts: list[Draft] = []

    def add(self, event: str) -> list[Draft]:
        """Drafts that are ready to be appended, often none."""
        encoded = event.encode()
        if len(self._events) == _BATCH_EVENTS or self._bytes + len(encoded) > _BATCH_BYTES:
            self._close()
        self._events.append(encoded)
        self._bytes += len(encoded) + 1
        if len(self._drafts) < _DRAFTS_AT_ONCE:
            return []
        ready, self._drafts = self._drafts, []
        return ready

    def rest(self) -> list[Draft]:
        if self._events:
            self._close()
        ready, self._drafts = self._drafts, []
        return ready

    def _close(self) -> None:
        body = b'{"batch":[' + b",".join(self._events) + b"]}"
        self._drafts.append(Draft(self._source, BATCH, len(self._events), self._clock.now(), body))
        self._events, self._bytes = [], 0


def _slabs(reading: Reading, *, grouped: bool) -> Iterator[pa.Table]:
    """Rows in portions that never cut a group."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    try:
        for batch in reading.connection.sql(reading.sql).to_arrow_reader(_SLAB_ROWS):
            waiting.append(batch)
            rows += batch.num_rows
            if rows < _SLAB_ROWS:
                continue
            table = pa.Table.from_batches(waiting)
            cut = _last_group(table) if grouped else rows
            if rows - cut > _MOST_GROUP_ROWS:
                raise Malformed(
                    f"mapping: group_by puts more than {_MOST_GROUP_ROWS:,} rows into one event",
                    details={"key": "group_by"},
                )
            if cut:
                yield table.slice(0, cut)
            waiting = table.slice(cut).to_batches()
            rows -= cut
    except duckdb.Error as error:
        raise Malformed(
            f"the file cannot be read: {str(error).strip().splitlines()[0]}",
            hint="check `format`, `csv.encoding` and `csv.delimiter` in the mapping",
        ) from error
    if rows:
        yield pa.Table.from_batches(waiting)


def _last_group(table: pa.Table) -> int:
    """Index at which the last group begins."""
    keys = table[KEY]
    return int(pc.sum(pc.not_equal(keys, keys[-1])).as_py() or 0)


def _with_id(content: str, id_text: str) -> str:
    digest = hashlib.sha256(id_text.encode()).hexdigest()[:32]
    return f'{{"messageId":"import-{digest}",{content[1:]}'


def _count(report: Report, reason: str, rows: int) -> None:
    report.rejected += rows
    report.reasons[kind_of(reason)] += rows
