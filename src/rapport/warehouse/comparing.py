"""Whether two warehouses hold the same: counts, and a hash of every value of every event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from xxhash import xxh3_64, xxh3_128

from rapport.events.schema import EVENTS
from rapport.warehouse.base import Warehouse
from rapport.warehouse.incoming import without_nul
from rapport.warehouse.schema import JSON_COLUMNS

_COUNTED = (
    *("events", "identities", "profile_rows", "membership_changes", "memberships"),
    *("account_membership_changes", "account_memberships"),
)
# Names of sources are not among them: rows get those that are known when they are copied.
_COLUMNS = tuple("source_id" if name == "source" else name for name in EVENTS.names)


class Difference(msgspec.Struct, frozen=True):
    what: str
    source: int | str
    target: int | str


def compare(source: Warehouse, target: Warehouse) -> dict[str, Any] | Difference:
    """Counts and the hash of both, or the first thing in which they differ."""
    counts: dict[str, int] = {}
    for table in (*_COUNTED, "computed_traits"):
        query = f"SELECT count(*) AS n FROM {table}"
        here, there = (int(w.read(query)[0]["n"]) for w in (source, target))
        if here != there:
            return Difference(f"rows of {table}", here, there)
        counts[table] = here
    for what, query, columns in (
        ("identities", "SELECT node, profile FROM identities ORDER BY node", ("node", "profile")),
        ("events", _events_query(), _COLUMNS),
    ):
        here_is, there_is = (content(w.stream(query), columns) for w in (source, target))
        if here_is != there_is:
            return Difference(f"content of {what}", here_is, there_is)
    return {
        "events": counts["events"],
        "identities": counts["identities"],
        "profiles": counts["profile_rows"],
        "hash": here_is,
    }


def content(batches: Iterable[pa.RecordBatch], columns: Iterable[str]) -> str:
    """Hash of the values of these columns, the same however the rows are cut into batches."""
    hashes = {name: (xxh3_64(), xxh3_64()) for name in columns}
    for batch in batches:
        for name, (values, lengths) in hashes.items():
            _add(batch.column(name), values, lengths, json=name in JSON_COLUMNS)
    whole = xxh3_128()
    for name, parts in hashes.items():
        whole.update(name.encode())
        for part in parts:
            whole.update(part.digest())
    return str(whole.hexdigest())


def _add(column: pa.Array, values: Any, lengths: Any, *, json: bool) -> None:
    """The bytes of what is there, and of each row how many they are, -1 for none."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = without_nul(column.cast(pa.large_string()), json=json)
        sizes = pc.fill_null(pc.binary_length(texts).cast(pa.int64()), -1)
        values.update("".join(texts.drop_null().to_pylist()).encode("utf-8", "surrogatepass"))
        lengths.update(np.ascontiguousarray(sizes.to_numpy(zero_copy_only=False)).tobytes())
        return
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    numbers = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    there = column.is_valid().to_numpy(zero_copy_only=False)
    values.update(np.ascontiguousarray(numbers).tobytes())
    lengths.update(np.ascontiguousarray(there).tobytes())


def _events_query() -> str:
    return f"SELECT {', '.join(_COLUMNS)} FROM events ORDER BY log_offset, log_index"
