"""The warehouse contract. tests/contract/test_warehouse.py holds every implementation to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from rapport.warehouse.watch import Watch


class Capabilities(msgspec.Struct, frozen=True):
    """What an implementation can do; the core asks this and never a name."""

    shared: bool  # several processes may write and read at the same time
    dialect: str  # SQL dialect of `query` and `stream`
    missing: Mapping[str, str] = {}  # what it does not offer, and why
    arrays: bool = False  # rows reach this process fast enough to be counted here, not in SQL


class SourceRow(msgspec.Struct, frozen=True):
    """What the warehouse keeps of a source, so that SQL needs no number."""

    id: int
    slug: str
    name: str = ""
    kind: str = ""
    brand: str = ""
    region: str = ""
    party: str = ""


class Column(msgspec.Struct, frozen=True):
    name: str
    type: str  # the engine's own name of the type, e.g. BIGINT


class QueryResult(msgspec.Struct, frozen=True):
    columns: list[Column]
    rows: list[list[Any]]  # every value fits into JSON
    truncated: bool  # there were more rows than asked for, or than an answer may hold in bytes
    elapsed_ms: float


class Load(msgspec.Struct, frozen=True):
    """What one transaction adds; a table without rows is as good as none.

    The tables have the columns of rapport.events.schema: EVENTS, IDENTITIES, DIRTY_PROFILES,
    MEMBERSHIP_CHANGES, TRAIT_CHANGES and ACCOUNT_CHANGES.
    """

    seq: int  # of the last outbox row in it
    events: pa.Table | None = None
    # Each row replaces the profile of its node; of several for one node the last counts. Profiles
    # that gained or lost a node become dirty by themselves.
    identities: pa.Table | None = None
    dirty: pa.Table | None = None
    # In order: kept in `membership_changes`, and applied to `memberships` (segment, profile, since)
    memberships: pa.Table | None = None
    # Each replaces the value in `computed_traits` (trait, profile, value, at), or ends it when its
    # value is null; of several for one the last counts.
    traits: pa.Table | None = None
    # As `memberships`, for `account_membership_changes` and `account_memberships`
    account_memberships: pa.Table | None = None
    mark: str = ""  # by which that row is known again

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            table = getattr(self, name)
            if isinstance(table, pa.Table) and not table.num_rows:
                msgspec.structs.force_setattr(self, name, None)


class Warehouse(ABC):
    """Every stored event, the node → profile mapping, and read profiles, behind SQL.

    Thread-safe. One caller loads; any number of others read what was committed before.
    Event and identity tables have the columns of rapport.events.schema; instants are UTC.
    """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities: ...

    @abstractmethod
    def set_sources(self, sources: Sequence[SourceRow]) -> None:
        """Replace what is known of sources. Rows loaded later carry slug, brand and region."""

    @abstractmethod
    def load(self, load: Load) -> bool:
        """Append events, apply identity changes, remember dirty profiles, `seq` and `mark`: all or
        nothing.

        A `seq` that is not behind `loaded()` changes nothing and returns False. Raises
        `Unavailable` when the store cannot be written; nothing of the load is then visible.
        """

    def refuses(self, events: pa.Table) -> bool:  # noqa: ARG002 - for those who can try
        """Whether these rows by themselves make `load` fail. Stores nothing.

        Raises `Unavailable` when at present no rows could be loaded. An implementation that cannot
        try this says False: then a load that fails is repeated as it is.
        """
        return False

    @abstractmethod
    def loaded(self) -> int:
        """The `seq` of the last load, 0 before the first."""

    @abstractmethod
    def mark(self) -> str:
        """The `mark` of the last load, by which the loader knows the row that it had loaded."""

    @abstractmethod
    def refresh_views(self) -> bool:
        """Let the typed views follow what was loaded; True when any changed. Cheap when not."""

    @abstractmethod
    def dirty_profiles(self, limit: int) -> list[int]:
        """Profiles whose row has to be read again."""

    @abstractmethod
    def upsert_profiles(self, read: Sequence[int], rows: pa.Table) -> None:
        """Replace the rows of the profiles in `read` by `rows`; none are dirty afterwards.

        A profile in `read` without a row has ceased to exist: its row goes.
        """

    @abstractmethod
    def renew_profiles(self, version: str) -> bool:
        """Make every profile dirty unless their rows were read under this `version`; True if so.

        `version` stands for all that rows depend on besides the profiles: rules, names of sources.
        """

    @abstractmethod
    def count_by_source(self) -> Mapping[int, int]:
        """Stored events per number of source, counted from the rows themselves."""

    @abstractmethod
    def event(self, message_id: str) -> dict[str, Any] | None:
        """The newest event with this message id, or None."""

    @abstractmethod
    def query(
        self,
        sql: str,
        *,
        params: Sequence[Any] | Mapping[str, Any] = (),
        max_rows: int = 10_000,
        timeout: float = 30.0,
    ) -> QueryResult:
        """Run one reading statement of a user.

        Raises `QueryError` when it is not a single reading statement, reads anything outside the
        warehouse, fails, takes longer than `timeout` seconds or more memory than the store has.
        """

    @abstractmethod
    def stream(
        self,
        sql: str,
        *,
        params: Sequence[Any] | Mapping[str, Any] = (),
        rows_per_batch: int = 10_000,
        watch: Watch | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Like `query` without limits, as Arrow batches (at least one), in bounded memory.

        The end of a `watch` ends the query in the engine, where the engine can do that.
        """

    @abstractmethod
    def read(
        self, sql: str, params: Sequence[Any] = (), *, watch: Watch | None = None
    ) -> list[dict[str, Any]]:
        """Run a query of Rapport itself: trusted text, every value of others bound in `params`."""

    @abstractmethod
    def size(self) -> int:
        """Bytes on disk."""

    @abstractmethod
    def tidy(self) -> None:
        """Housekeeping that may take seconds; called again and again beside loading."""

    @abstractmethod
    def close(self) -> None:
        """Finish the present load, then release all resources. Idempotent."""
