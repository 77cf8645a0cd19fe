"""The file of rows that could not be imported: one JSON object per line, readable by its owner."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec


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
        self._file.write(msgspec.json.encode(row) + b"\n")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
