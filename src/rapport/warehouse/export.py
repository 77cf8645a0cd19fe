"""`rapport export`: events, profiles or any answer as Parquet, CSV or JSON lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from rapport.errors import BadRequest, QueryError
from rapport.warehouse.base import Warehouse
from rapport.warehouse.values import json_safe
from rapport.warehouse.writing import whole_file

FORMATS = ("parquet", "csv", "jsonl")
NAMED = {
    "events": (
        "SELECT CASE WHEN i.profile IS NOT NULL THEN 'p_' || i.profile END AS profile_id, e.*"
        " FROM events e LEFT JOIN identities i ON i.node = e.node"
    ),
    "profiles": "SELECT * FROM profiles",
}
_JSON = frozenset(("properties", "traits", "context", "integrations", "identifiers", "accounts"))
# A phone number (+919812345678) or a number below zero is nothing that a spreadsheet works out.
_FORMULA = re.compile(r"(?![+-][0-9]+(\.[0-9]+)?\Z)[=+\-@\t\r]")

Progress = Callable[[int, int], None]


def export(
    warehouse: Warehouse,
    what: str,
    path: Path,
    *,
    format: str = "",
    progress: Progress | None = None,
) -> int:
    """Write `what` ("events", "profiles" or a SELECT) to `path`; returns the number of rows.

    `format` goes by the name of the file when empty. `progress` hears (rows written, rows in all).
    The file appears only when it is whole. Raises `BadRequest` for a format that does not exist,
    `QueryError` for SQL that is refused.
    """
    chosen = format_of(path, format)
    sql = NAMED.get(what, what).strip().rstrip(";")
    batches = warehouse.stream(sql)
    # Refuses what cannot be asked in the words of the question itself, before it is counted.
    first = list(islice(batches, 1))
    total = _count(warehouse, sql) if progress is not None else 0
    batches = _counted(chain(first, batches), progress, total)
    with whole_file(path) as unfinished:
        return {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}[chosen](unfinished, batches)


def format_of(path: Path, given: str) -> str:
    """One of FORMATS: the `given` one, else by the name of the file. Raises `BadRequest`."""
    asked = given or path.suffix.lstrip(".").lower()
    chosen = {"ndjson": "jsonl", "json": "jsonl"}.get(asked, asked)
    if chosen not in FORMATS:
        raise BadRequest(
            f"cannot export as {chosen or path.name!r}", hint=f"use {', '.join(FORMATS)}"
        )
    return chosen


def _count(warehouse: Warehouse, sql: str) -> int:
    """How many rows there will be; 0 when that cannot be said: EXPLAIN, a count that takes long."""
    try:
        return int(warehouse.query(f"SELECT count(*) FROM ({sql}\n)", timeout=600).rows[0][0])
    except QueryError:
        return 0


def _counted(
    batches: Iterator[pa.RecordBatch], progress: Progress | None, total: int
) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        yield batch
        rows += batch.num_rows
        if progress is not None:
            progress(rows, total)


def _parquet(path: Path, batches: Iterator[pa.RecordBatch]) -> int:
    writer: pq.ParquetWriter | None = None
    rows = 0
    try:
        for batch in batches:
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd")
            writer.write_batch(batch)
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def _csv(path: Path, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)  # \r\n (RFC 4180): then it also quotes cells with line breaks
        for number, batch in enumerate(batches):
            if number == 0:
                writer.writerow([cell(name) for name in batch.schema.names])
            writer.writerows([cell(v) for v in row] for row in _values(batch))
            rows += batch.num_rows
    return rows


def _jsonl(path: Path, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for batch in batches:
            names = batch.schema.names
            for row in _values(batch):
                file.write(encoder.encode(dict(zip(names, map(_member, names, row), strict=True))))
                file.write(b"\n")
            rows += batch.num_rows
    return rows


def _values(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _member(name: str, value: Any) -> Any:
    if name in _JSON and isinstance(value, str):
        return msgspec.Raw(value.encode())
    return json_safe(value)


def cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a quote in front (OWASP, CSV injection).

    >>> cell("=1+1"), cell("x=1"), cell(-5), cell(None)
    ("'=1+1", 'x=1', -5, '')
    >>> cell("+919812345678"), cell("-2.5"), cell("+1-2"), cell("-A1")
    ('+919812345678', '-2.5', "'+1-2", "'-A1")
    """
    safe = json_safe(value)
    if isinstance(safe, list | dict):
        safe = msgspec.json.encode(safe).decode()
    if isinstance(safe, str) and isinstance(value, str) and _FORMULA.match(safe):
        return f"'{safe}"
    return "" if safe is None else safe
