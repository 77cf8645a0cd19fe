"""Putting one group of drafts into the tables of the embedded log, inside an open transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw

from rapport.log.base import Draft

BLOCK_BITS = 12  # offsets per row of `blocks`: 4096
_COLUMNS = 6
# One statement of 64 rows costs half of 64 statements, and gives up the interpreter lock once.
_SIZES = (64, 8, 1)
_STATEMENTS = {
    size: "INSERT INTO records (source, kind, count, received_at, meta, body) VALUES "
    + ", ".join(["(?, ?, ?, ?, ?, ?)"] * size)
    for size in _SIZES
}


def insert(connection: apsw.Connection, drafts: Sequence[Draft]) -> int:
    """Insert all and count them in `totals` and `blocks`. Returns the offset of the first."""
    if not drafts:
        return 0
    values: list[Any] = []
    for draft in drafts:
        values += (
            draft.source,
            draft.kind,
            draft.count,
            draft.received_at,
            draft.meta,
            draft.body,
        )
    done = 0
    for size in _SIZES:
        while len(drafts) - done >= size:
            part = values[done * _COLUMNS : (done + size) * _COLUMNS]
            connection.execute(_STATEMENTS[size], part)
            done += size
    # Nobody else writes inside this transaction, so the new offsets have no gaps.
    first = connection.last_insert_rowid() - len(drafts) + 1
    _count(connection, drafts, first)
    return first


def _count(connection: apsw.Connection, drafts: Sequence[Draft], first: int) -> None:
    records: dict[int, int] = {}
    events: dict[int, int] = {}
    blocks: dict[tuple[int, int], int] = {}
    for offset, draft in enumerate(drafts, first):
        source = draft.source
        records[source] = records.get(source, 0) + 1
        events[source] = events.get(source, 0) + draft.count
        block = (offset >> BLOCK_BITS, source)
        blocks[block] = blocks.get(block, 0) + draft.count
    connection.executemany(
        "INSERT INTO totals VALUES (?, ?, ?) ON CONFLICT (source) DO UPDATE SET"
        " records = records + excluded.records, events = events + excluded.events",
        [(source, count, events[source]) for source, count in records.items()],
    )
    connection.executemany(
        "INSERT INTO blocks VALUES (?, ?, ?) ON CONFLICT (block, source) DO UPDATE SET"
        " events = events + excluded.events",
        [(block, source, count) for (block, source), count in blocks.items()],
    )
