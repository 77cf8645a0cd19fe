"""Rows that the warehouse refuses again and again: found by halving, and stored in plain form.

Plain form is what every engine can store: properties, traits and context as one JSON string each,
which typed views leave empty, and text without the character NUL. Nothing of the event is lost.
"""

from __future__ import annotations

import json
import logging

import pyarrow as pa

from rapport.warehouse.base import Warehouse
from rapport.warehouse.schema import JSON_COLUMNS

logger = logging.getLogger(__name__)

# One refused row among 5,000 takes 26 trials. Each may open the database anew, and a server that
# is stopped waits for the end; so at some point whole parts become plain.
_MOST_TRIALS = 100


def loadable(warehouse: Warehouse, seq: int, events: pa.Table) -> pa.Table:
    """`events` with the rows that `warehouse` refuses in plain form, in the same order.

    Raises `Unavailable` when the warehouse cannot be written at all.
    """
    warehouse.refuses(events.slice(0, 0))
    refused = _Search(warehouse, events).among(0, events.num_rows)
    if not refused:
        return events
    logger.error(
        "batch %d: %d of %d events are stored in plain form, the warehouse refuses them otherwise",
        seq,
        len(refused),
        events.num_rows,
    )
    parts, done = [], 0
    for row in refused:
        parts += [events.slice(done, row - done), plain(events.slice(row, 1))]
        done = row + 1
    return pa.concat_tables([*parts, events.slice(done)])


def plain(events: pa.Table) -> pa.Table:
    """The same events in a form that can always be stored."""
    columns = []
    for field in events.schema:
        column = events[field.name]
        if pa.types.is_string(field.type):
            texts = [_text(value, field.name) for value in column.cast(pa.binary()).to_pylist()]
            column = pa.array(texts, field.type)
        columns.append(column)
    return pa.table(columns, schema=events.schema)


def _text(value: bytes | None, column: str) -> str | None:
    if value is None:
        return None
    text = value.decode("utf-8", "replace")
    if column in JSON_COLUMNS:
        return json.dumps(text, ensure_ascii=False)
    return text.replace("\0", "\ufffd")


class _Search:
    def __init__(self, warehouse: Warehouse, events: pa.Table) -> None:
        self._warehouse = warehouse
        self._events = events
        self._trials = 0

    def among(self, start: int, stop: int) -> list[int]:
        """Rows from `start` to before `stop` that have to be plain."""
        self._trials += 1
        if not self._warehouse.refuses(self._events.slice(start, stop - start)):
            return []
        if stop - start < 2 or self._trials > _MOST_TRIALS:
            return list(range(start, stop))
        middle = (start + stop) // 2
        found = self.among(start, middle) + self.among(middle, stop)
        return found or list(range(start, stop))  # only together they are refused
