"""The log contract. tests/contract/test_log.py holds every implementation to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

import msgspec

from rapport.errors import Unavailable

# Kinds of record. A tracking record's body is the request body as JSON text.
BATCH = "batch"  # {"batch": [...], "sentAt": ..., "context": ..., "integrations": ...}
EVENT = "event"  # one event that says its own type
CONTROL = "control"  # a decision of an operator: merge, split, pin, ... (identity/decisions.py)
TYPED = ("track", "identify", "page", "screen", "group", "alias")  # one event, type from the path


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A record that is not in the log yet."""

    source: int
    kind: str  # BATCH, EVENT, CONTROL or one of TYPED
    count: int  # events inside; 0 for CONTROL
    received_at: int  # µs UTC
    body: bytes
    meta: bytes = b""  # JSON: {"ip": ..., "user_agent": ..., "redrive": quarantine id}


class Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    offset: int
    source: int
    kind: str
    count: int
    received_at: int
    body: bytes
    meta: bytes


class Totals(msgspec.Struct, frozen=True):
    """What one source has ever had accepted, kept in the same transaction as the records."""

    records: int
    events: int


class Capabilities(msgspec.Struct, frozen=True):
    """What an implementation can do; the core asks this and never a name."""

    shared: bool  # several processes on several machines may append and read
    partitions: int  # independent ordered sequences


class Sink(Protocol):
    """Hears, on a thread of the log, what became of a whole group of appends at once."""

    def settled(self, tokens: Sequence[Any], offsets: Sequence[int]) -> None:
        """The records queued under `tokens` are durable at `offsets`, in the same order."""
        ...

    def refused(self, tokens: Sequence[Any], error: Unavailable) -> None:
        """They could not be made durable; see `EventLog.append`."""
        ...


class EventLog(ABC):
    """An ordered, durable sequence of records. Offsets start at 1 and grow; gaps are allowed.

    Thread-safe. `append` may be called from any thread or event loop.
    """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities: ...

    @abstractmethod
    def append(self, draft: Draft) -> Future[int]:
        """Queue one record. The future gives its offset once the bytes are fsynced.

        It fails with `Unavailable` when they could not be made durable (disk full, failed fsync):
        such a record may or may not be in the log, so the client must send it again. Many appends
        share one fsync.
        """

    def append_into(self, draft: Draft, sink: Sink, token: Any) -> None:
        """Like `append`, but `sink` hears of it under `token`, once for a whole group.

        Nothing is raised: whatever is wrong reaches `sink.refused`, maybe before this returns.
        """

        def tell(future: Future[int]) -> None:
            error = future.exception()
            if error is None:
                sink.settled([token], [future.result()])
            else:
                sink.refused([token], _as_unavailable(error))

        self.append(draft).add_done_callback(tell)

    @abstractmethod
    def append_all(self, drafts: Sequence[Draft]) -> list[int]:
        """Append in one durable step, in order; blocks. For imports. Raises `Unavailable`."""

    @abstractmethod
    def read(self, after: int, *, max_records: int, max_bytes: int) -> list[Record]:
        """Records with offset > `after`, in order; at least one if there is one.

        This and every other reading raises `Unavailable` when the store cannot be read.
        """

    @abstractmethod
    def wait(self, after: int, timeout: float) -> bool:
        """Block until a record with offset > `after` exists; False after `timeout` seconds."""

    @abstractmethod
    def end(self) -> int:
        """Offset of the last record, 0 when nothing was ever appended."""

    @abstractmethod
    def pending(self, after: int) -> Mapping[int, int]:
        """Events behind offset `after`, per source."""

    @abstractmethod
    def totals(self) -> Mapping[int, Totals]:
        """Per source, everything ever accepted, whether still kept or already truncated."""

    @abstractmethod
    def truncate(self, consumed: int, *, older_than: int) -> int:
        """Forget records from the start of the log, up to the first one that must stay.

        A record must stay when its offset is > `consumed`, or it was received at or after
        `older_than` (µs UTC). Blocks until done, in steps that do not hold up appends. Offsets
        are never given out again. Returns how many were forgotten. Raises `Unavailable`.
        """

    @abstractmethod
    def ready(self) -> bool:
        """False while appends cannot be made durable. Recovers by itself."""

    @abstractmethod
    def size(self) -> int:
        """Bytes on disk."""

    @abstractmethod
    def close(self) -> None:
        """Finish what is queued, then release all resources. Idempotent."""


def _as_unavailable(error: BaseException) -> Unavailable:
    return error if isinstance(error, Unavailable) else Unavailable(f"append failed: {error}")
