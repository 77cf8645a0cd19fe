"""The events of one profile, newest first, page by page.

Rows lie in order of arrival, not by person. A look-up therefore reads one narrow column (`node`) of
the row groups whose times fit, and only then the wide columns of the rows of one page. Looking at
the latest weeks first leaves most row groups out for everybody who was active lately.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from rapport.clock import DAY
from rapport.errors import Malformed
from rapport.warehouse.base import Warehouse
from rapport.warehouse.values import json_safe

_RECENT = 30 * DAY
_COLUMNS = (
    "node, message_id, type, event, timestamp, received_at, source, brand, region, user_id,"
    " anonymous_id, group_id, flags, properties, traits, context, integrations,"
    " log_offset, log_index"
)
_JSON = ("properties", "traits", "context", "integrations")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events of which nodes. Times are µs UTC, both inclusive."""

    nodes: Sequence[int]
    type: str | None = None
    event: str | None = None
    source: str | None = None
    from_time: int | None = None
    to_time: int | None = None


def page(
    warehouse: Warehouse, wanted: Wanted, *, limit: int, cursor: str | None, now: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Up to `limit` events and the cursor of the next page, None at the end.

    Raises `Malformed` for a cursor that this function did not give out.
    """
    if not wanted.nodes:
        return [], None
    after = _decode(cursor) if cursor else None
    newest = after[0] if after else now
    rows = _rows(warehouse, wanted, after, limit + 1, oldest=newest - _RECENT)
    if len(rows) <= limit:
        rows += _rows(warehouse, wanted, after, limit + 1 - len(rows), before=newest - _RECENT)
    shown = [shape(row) for row in rows[:limit]]
    return shown, _encode(rows[limit - 1]) if len(rows) > limit else None


def shape(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `events` as the API shows it: ISO times, parsed JSON, no internals."""
    shown = {name: json_safe(value) for name, value in row.items() if not name.startswith("log_")}
    for name in _JSON:
        if name in shown:
            shown[name] = msgspec.json.decode(shown[name]) if shown[name] else {}
    return shown


def _rows(
    warehouse: Warehouse,
    wanted: Wanted,
    after: tuple[int, int, int] | None,
    limit: int,
    *,
    oldest: int | None = None,
    before: int | None = None,
) -> list[dict[str, Any]]:
    lower = max((t for t in (wanted.from_time, oldest) if t is not None), default=None)
    upper = min((t for t in (wanted.to_time, after and after[0]) if t is not None), default=None)
    conditions = [f"node IN ({', '.join('?' * len(wanted.nodes))})"]
    params: list[Any] = list(wanted.nodes)
    for clause, value in (
        ("timestamp >= ?", None if lower is None else instant(lower)),
        ("timestamp <= ?", None if upper is None else instant(upper)),
        ("timestamp < ?", None if before is None else instant(before)),
        ("type = ?", wanted.type),
        ("event = ?", wanted.event),
        ("source = ?", wanted.source),
    ):
        if value is not None:
            conditions.append(clause)
            params.append(value)
    if after is not None:
        conditions.append("(timestamp, log_offset, log_index) < (?, ?, ?)")
        params += [instant(after[0]), after[1], after[2]]
    order = "ORDER BY timestamp DESC, log_offset DESC, log_index DESC"
    return warehouse.read(
        f"SELECT {_COLUMNS} FROM events WHERE rowid IN (SELECT rowid FROM events"
        f" WHERE {' AND '.join(conditions)} {order} LIMIT ?) {order}",
        [*params, limit],
    )


def instant(micros: int) -> datetime:
    """The naive UTC datetime by which the warehouse knows an instant."""
    return _EPOCH + timedelta(microseconds=micros)


def micros(value: datetime) -> int:
    """The opposite of `instant`, exact.

    >>> micros(instant(1_700_000_000_123_456))
    1700000000123456
    """
    delta = value.replace(tzinfo=None) - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _encode(row: dict[str, Any]) -> str:
    key = [micros(row["timestamp"].replace(tzinfo=UTC)), row["log_offset"], row["log_index"]]
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _decode(cursor: str) -> tuple[int, int, int]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=tuple[int, int, int])
    except (ValueError, msgspec.DecodeError) as error:
        raise Malformed(
            "this cursor cannot be used", hint="pass on `next` of the page before, unchanged"
        ) from error
