"""Reading the pipeline's outbox: several small rows become one load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import apsw
import pyarrow as pa
from xxhash import xxh3_128_hexdigest

from rapport.database import ChangeSignal, connect
from rapport.errors import Unavailable
from rapport.events.schema import (
    ACCOUNT_CHANGES,
    DIRTY_PROFILES,
    EVENTS,
    IDENTITIES,
    MEMBERSHIP_CHANGES,
    TRAIT_CHANGES,
)
from rapport.warehouse.base import Load, Warehouse

_MOST_BYTES = 16 * 1024 * 1024
_MOST_ROWS = 25_000
_SCHEMAS = {
    "events": EVENTS,
    "identities": IDENTITIES,
    "profiles": DIRTY_PROFILES,
    "memberships": MEMBERSHIP_CHANGES,
    "traits": TRAIT_CHANGES,
    "account_memberships": ACCOUNT_CHANGES,
}
# kind of an outbox row → where its tables stand in a load
_NAMES = {kind: "dirty" if kind == "profiles" else kind for kind in _SCHEMAS}


class Outbox:
    """A read-only view on state.db; belongs to one thread."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._signal = ChangeSignal(connection)
        self._more = True

    @classmethod
    def open(cls, path: Path) -> Outbox | None:
        """None while the pipeline has not made its tables."""
        if not path.exists():
            return None
        try:
            connection = connect(path, readonly=True, cache_mb=4)
        except Unavailable:
            return None
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone()
        if found is None:
            connection.close()
            return None
        return cls(connection)

    def changed(self) -> bool:
        """False while there is surely nothing new; costs microseconds."""
        self._more = self._signal.changed() or self._more
        return self._more

    def seen_all(self) -> None:
        """Everything was loaded that was there at the last `changed`."""
        self._more = False

    def next(self, after: int, *, alone: bool = False) -> Load | None:
        """The next rows behind `after`, bounded in bytes and rows; at least one if there is one,
        and not more than one if `alone`.
        """
        found: dict[str, list[pa.Table]] = {kind: [] for kind in _SCHEMAS}
        last = size = rows = 0
        newest = b""
        for seq, kind, count, payload in self._connection.execute(
            "SELECT seq, kind, count, payload FROM outbox WHERE seq > ? ORDER BY seq", (after,)
        ):
            size, rows = size + len(payload), rows + (count if kind == "events" else 0)
            if last and (alone or size > _MOST_BYTES or rows > _MOST_ROWS):
                break
            last, newest = seq, payload
            if kind in found:
                found[kind].append(_fit(pa.ipc.open_stream(payload).read_all(), _SCHEMAS[kind]))
        if not last:
            return None
        joined = {name: _joined(found[kind]) for kind, name in _NAMES.items()}
        return Load(last, **joined, mark=mark_of(newest))

    def mismatch(self, loaded: int, mark: str) -> str:
        """Why a warehouse that loaded row `loaded`, known by `mark`, does not belong to this
        outbox, as after restoring only one of the two; "" when it does.

        The pipeline keeps the row that was loaded last, so that it can be compared.
        """
        first, last, payload = self._connection.execute(
            "SELECT (SELECT min(seq) FROM outbox),"
            " (SELECT seq FROM sqlite_sequence WHERE name = 'outbox'),"
            " (SELECT payload FROM outbox WHERE seq = ?)",
            (loaded,),
        ).fetchone() or (None, None, None)
        last = last or 0
        if last < loaded:
            return f"the warehouse has loaded {loaded} batches, state.db has made {last}"
        if (first if first is not None else last + 1) > loaded + 1:
            return f"the warehouse has loaded {loaded} batches, state.db keeps those from {first}"
        if mark and (payload is None or mark_of(payload) != mark):
            return f"batch {loaded} of the warehouse is not batch {loaded} of state.db"
        return ""

    def close(self) -> None:
        self._connection.close()


def mark_of(payload: bytes) -> str:
    """By which an outbox row is known again."""
    return xxh3_128_hexdigest(payload)


def mismatch(state: Path, warehouse: Warehouse) -> str:
    """`Outbox.mismatch` for whoever is not the loader, which may go on meanwhile."""
    outbox = Outbox.open(state)
    if outbox is None:
        return "" if not warehouse.loaded() else "state.db is missing, the warehouse is not empty"
    try:
        while True:
            loaded, mark = warehouse.loaded(), warehouse.mark()
            found = outbox.mismatch(loaded, mark)
            if loaded == warehouse.loaded():
                return found
    finally:
        outbox.close()


def _fit(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows written by another version: columns that it did not know are empty."""
    if table.schema.equals(schema):
        return table
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _joined(tables: Sequence[pa.Table]) -> pa.Table | None:
    return pa.concat_tables(tables) if tables else None
