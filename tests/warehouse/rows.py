"""Event rows for tests, with everything that a test does not name filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa

from rapport.events.schema import DIRTY_PROFILES, EVENTS, IDENTITIES

START = 1_760_000_000_000_000  # 2025-10-09T08:53:20Z
SECOND = 1_000_000


def event_row(number: int, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(EVENTS.names)
    row.update(
        node=number,
        message_id=f"m{number}",
        type="track",
        event="Order Completed",
        timestamp=START + number * SECOND,
        received_at=START + number * SECOND,
        source=1,
        flags=0,
        log_offset=number,
        log_index=0,
        properties="{}",
    )
    row.update(changes)
    for name in ("properties", "traits", "context", "integrations"):
        if isinstance(row[name], dict):
            row[name] = msgspec.json.encode(row[name]).decode()
    return row


def events(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=EVENTS)


def identities(*pairs: tuple[int, int]) -> pa.Table:
    return pa.Table.from_pylist([{"node": n, "profile": p} for n, p in pairs], schema=IDENTITIES)


def dirty(profiles: Sequence[int]) -> pa.Table:
    return pa.table({"profile": list(profiles)}, schema=DIRTY_PROFILES)


def ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
