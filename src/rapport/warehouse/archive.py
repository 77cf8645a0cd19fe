"""Your own copy: one Parquet file for each finished day of arrival, which nothing rewrites.

A file says in its metadata up to which log offset it goes. Rows of a day that reach the warehouse
after its file was written (a long backlog) go into a second file of that day, so that the files of
a folder together hold every stored event exactly once.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rapport.clock import DAY, Clock, SystemClock
from rapport.warehouse.base import Warehouse
from rapport.warehouse.timeline import instant
from rapport.warehouse.writing import whole_file

_LAST = b"rapport.last_offset"
_LATE_DAYS = 14  # days back in which rows that came late are looked for
_ROWS = (
    "SELECT * FROM events WHERE received_at >= ? AND received_at < ?"
    " AND log_offset > ? AND log_offset <= ?"
)


class Archive:
    def __init__(self, warehouse: Warehouse, folder: Path, clock: Clock | None = None) -> None:
        self._warehouse = warehouse
        self._folder = folder
        self._clock = clock or SystemClock()

    def run(self) -> list[Path]:
        """Write what is missing of all finished days (UTC); returns the new files.

        Raises `Unavailable` when the warehouse cannot be read, `OSError` when the disk is full;
        either way only whole files are there, and the next run goes on.
        """
        written = []
        for day, last in self._days():
            path = self._free_name(day)
            if (done := self._last_offset(day)) < last:
                self._write(day, done, last, path)
                written.append(path)
        return written

    def files(self) -> list[Path]:
        return sorted(self._folder.glob("????-??-??*.parquet"))

    def _days(self) -> list[tuple[date, int]]:
        """Finished days that may lack a file, each with the last log offset of its rows."""
        today = instant(self._clock.now() // DAY * DAY)
        known = {path.name[:10] for path in self.files()}
        since = today - timedelta(days=_LATE_DAYS)
        days = self._warehouse.read(
            "SELECT DISTINCT day FROM event_volumes WHERE day < ? ORDER BY day", [today.date()]
        )
        wanted = [
            row["day"]
            for row in days
            if row["day"] >= since.date() or row["day"].isoformat() not in known
        ]
        return [(day, self._newest(day)) for day in wanted]

    def _newest(self, day: date) -> int:
        rows = self._warehouse.read(
            "SELECT coalesce(max(log_offset), 0) AS last FROM events"
            " WHERE received_at >= ? AND received_at < ?",
            list(_bounds(day)),
        )
        return int(rows[0]["last"])

    def _write(self, day: date, after: int, last: int, path: Path) -> None:
        params: list[Any] = [*_bounds(day), after, last]
        writer: pq.ParquetWriter | None = None
        with whole_file(path) as unfinished:
            try:
                for batch in self._warehouse.stream(_ROWS, params=params):
                    if writer is None:
                        schema = batch.schema.with_metadata({_LAST: str(last).encode()})
                        writer = pq.ParquetWriter(unfinished, schema, compression="zstd")
                    writer.write_table(pa.Table.from_batches([batch]).cast(schema))
            finally:
                if writer is not None:
                    writer.close()

    def _last_offset(self, day: date) -> int:
        offsets = [
            int((pq.read_schema(path).metadata or {}).get(_LAST, b"0"))
            for path in self.files()
            if path.name.startswith(day.isoformat())
        ]
        return max(offsets, default=0)

    def _free_name(self, day: date) -> Path:
        number = 1
        path = self._folder / f"{day.isoformat()}.parquet"
        while path.exists():
            number += 1
            path = self._folder / f"{day.isoformat()}.{number}.parquet"
        return path


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the warehouse keeps naive UTC
    return start, start + timedelta(days=1)
