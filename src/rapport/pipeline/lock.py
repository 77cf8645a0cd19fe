"""Only one pipeline may write to a data folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from rapport.errors import Conflict


class PipelineLock:
    """Holds DATA/pipeline.lock; the kernel lets go of it however the process ends.

    Raises `Conflict` when another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "pipeline.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise Conflict(
                "another pipeline works on this data folder",
                hint="stop the other `rapport up`, or choose another folder with --data",
            ) from None

    def release(self) -> None:
        """Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> PipelineLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
