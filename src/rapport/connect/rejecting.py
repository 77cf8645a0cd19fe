"""The file of rows that could not be imported: one JSON object per line, readable by its owner."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from rapport.connect.reading import KEY, LINE, ROW

_MOST_VALUES = 20  # rows of one group that are shown with their reason
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*" ')


def as_read(slab: pa.Table, rows: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What to show of the rejected `rows`, each the first of its group if there are groups.

    `values`: what the mapping read of them, one object a row; `text`: the line, of JSON lines.
    """
    numbers = pa.array(rows, slab.schema.field(ROW).type)
    picked = slab.filter(pc.is_in(slab[ROW], numbers))
    if LINE in slab.column_names:
        return {row[ROW]: {"text": row[LINE]} for row in picked.to_pylist()}
    if KEY not in slab.column_names:
        return {row[ROW]: {"values": [_values(row)]} for row in picked.to_pylist()}
    groups = {row[KEY]: row[ROW] for row in picked.to_pylist()}
    found: dict[int, dict[str, Any]] = {number: {"values": []} for number in groups.values()}
    for row in slab.filter(pc.is_in(slab[KEY], picked[KEY].unique())).to_pylist():
        values = found[groups[row[KEY]]]["values"]
        if len(values) < _MOST_VALUES:
            values.append(_values(row))
    return found


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in (ROW, KEY)}


def kind_of(reason: str) -> str:
    """A reason without the values of its row, so that equal ones can be counted.

    >>> kind_of('total: "a \\\\" b" is not a number'), kind_of("user_id: is empty")
    ('total: is not a number', 'user_id: is empty')
    >>> kind_of("event: 40,000 bytes are more than 32,768"), kind_of("not a row: x")
    ('event: too large', 'not a row')
    """
    field, _, problem = reason.partition(": ")
    if field == "event" and "bytes" in problem:
        return "event: too large"
    return field if not problem or field == "not a row" else f"{field}: {_QUOTED.sub('', problem)}"


class Rejected:
    """Makes the file only when there is something to write. `path` None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Rejected:
        if self._path is not None:
            self._path.unlink(missing_ok=True)  # of an earlier run
        return self

    def write(self, row: Mapping[str, Any]) -> None:
        if self._path is None:
            return
        if self._file is None:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(handle, "wb")
        self._file.write(msgspec.json.encode(row, enc_hook=str) + b"\n")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
