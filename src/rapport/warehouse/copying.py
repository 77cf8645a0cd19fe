"""The history from one engine into another: restartable, and compared when it is done.

Events go first, in the order of the log and in portions, each a load of its own whose mark says how
far it came. Then identities, memberships and computed traits in one load, then rows of profiles,
and at last a load with the number and the mark of the source: from there on the loader continues on
the target as if nothing had happened. What was left half done says so in its mark.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from rapport.errors import Conflict, Unavailable
from rapport.events.schema import (
    ACCOUNT_CHANGES,
    DIRTY_PROFILES,
    EVENTS,
    IDENTITIES,
    MEMBERSHIP_CHANGES,
    TRAIT_CHANGES,
)
from rapport.warehouse.base import Load, SourceRow, Warehouse
from rapport.warehouse.comparing import Difference, compare
from rapport.warehouse.schema import PROFILES

logger = logging.getLogger(__name__)
Advance = Callable[[int], None]  # rows copied since the last call

_PORTION = 50_000  # events of one load
_PROFILES_AT_ONCE = 5_000
_MARK = "copying "
_ORDER = "ORDER BY log_offset, log_index"
_LAST_LOADS = 2  # that follow the events


class Progress(msgspec.Struct, frozen=True):
    """What the mark of an unfinished copy says."""

    seq: int  # of the source
    offset: int = -1
    index: int = -1
    rest: bool = False  # all but rows of profiles is there


class Copied(msgspec.Struct, frozen=True):
    """What is in the target now, as it was counted in both."""

    events: int
    identities: int
    profiles: int
    hash: str  # of the content of the events, the same in both


def copy(source: Warehouse, target: Warehouse, advance: Advance = lambda _: None) -> Copied:
    """Copy everything; nobody may load into either meanwhile.

    A copy that was interrupted goes on where it stopped. Raises `Conflict` when the target holds
    something else, `Unavailable` when a store fails or both do not hold the same afterwards.
    """
    if source.loaded() and not _finished(source, target):
        progress = _progress(source, target)
        target.set_sources(_sources(source))
        if not progress.rest:
            _copy_events(source, target, progress, advance)
            _copy_rest(source, target)
        _copy_profiles(source, target, advance)
        _finish(source, target)
    found = compare(source, target)
    if isinstance(found, Difference):
        raise Unavailable(
            f"the copy is not the same: {found.what}: {found.source} there, {found.target} here",
            hint="empty the target and copy again",
        )
    return Copied(**found)


def _finished(source: Warehouse, target: Warehouse) -> bool:
    """Whether nothing is left but to compare."""
    return (target.loaded(), target.mark()) == (source.loaded(), source.mark())


def _finish(source: Warehouse, target: Warehouse) -> None:
    """The number and mark of the source; what is dirty there is dirty here."""
    dirty = pa.table({"profile": _all(source, "profile", "dirty_profiles")}, DIRTY_PROFILES)
    if not target.load(Load(source.loaded(), dirty=dirty, mark=source.mark())) and dirty.num_rows:
        target.renew_profiles("copied")  # the only number was needed before: all are read again


def _progress(source: Warehouse, target: Warehouse) -> Progress:
    if not target.loaded():
        return Progress(source.loaded())
    mark = target.mark()
    hint = "copy into a warehouse that is empty"
    if not mark.startswith(_MARK):
        raise Conflict("the target holds a history of its own", hint=hint)
    progress = msgspec.json.decode(mark.removeprefix(_MARK), type=Progress)
    if progress.seq != source.loaded():
        raise Conflict("the source went on since this copy began", hint=hint)
    return progress


def _copy_events(
    source: Warehouse, target: Warehouse, progress: Progress, advance: Advance
) -> None:
    """As many loads as there are numbers below that of the source, if so many are needed."""
    total = int(source.read("SELECT count(*) AS n FROM events")[0]["n"])
    loads = min(-(-total // _PORTION), source.loaded() - _LAST_LOADS)
    if loads < 1:
        return
    portion = -(-total // loads)
    for events in _portions(source, progress, portion):
        last = events.num_rows - 1
        offset, index = (int(events[n][last].as_py()) for n in ("log_offset", "log_index"))
        reached = Progress(source.loaded(), offset, index)
        target.load(Load(target.loaded() + 1, events=events, mark=_marked(reached)))
        advance(events.num_rows)


def _copy_rest(source: Warehouse, target: Warehouse) -> None:
    """Identities, memberships and traits; and the events, when there are no numbers for them."""
    begun = target.loaded() > 0
    few = source.loaded() <= _LAST_LOADS
    last = source.loaded() == 1
    mark = source.mark() if last else _marked(Progress(source.loaded(), rest=True))
    events = pa.concat_tables(_portions(source, Progress(0), 10**9)) if few and not begun else None
    target.load(
        Load(
            max(1, source.loaded() - 1),
            events=events,
            identities=_table(source, "SELECT * FROM identities ORDER BY node", IDENTITIES),
            memberships=_table(
                source, "SELECT * FROM membership_changes ORDER BY seq", MEMBERSHIP_CHANGES
            ),
            traits=_table(source, "SELECT * FROM computed_traits", TRAIT_CHANGES),
            account_memberships=_table(
                source, "SELECT * FROM account_membership_changes ORDER BY seq", ACCOUNT_CHANGES
            ),
            mark=mark,
        )
    )


def _copy_profiles(source: Warehouse, target: Warehouse, advance: Advance) -> None:
    """Rows of profiles; done again as a whole when it was interrupted."""
    versions = source.read("SELECT version FROM profile_version")
    if versions and versions[0]["version"]:
        target.renew_profiles(str(versions[0]["version"]))
    names = ", ".join(PROFILES.names)
    for batch in source.stream(
        f"SELECT {names} FROM profile_rows ORDER BY profile", rows_per_batch=_PROFILES_AT_ONCE
    ):
        if batch.num_rows:
            rows = _shaped(pa.Table.from_batches([batch]), PROFILES)
            target.upsert_profiles(rows["profile"].to_pylist(), rows)
            advance(batch.num_rows)


def _portions(source: Warehouse, after: Progress, rows: int) -> Iterator[pa.Table]:
    """Events behind `after` in the order of the log, so many at once."""
    query = (
        f"SELECT * FROM events WHERE log_offset > ? OR (log_offset = ? AND log_index > ?) {_ORDER}"
    )
    params = [after.offset, after.offset, after.index]
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in source.stream(query, params=params):
        while count + batch.num_rows >= rows:
            yield _events([*held, batch.slice(0, rows - count)])
            batch, held, count = batch.slice(rows - count), [], 0
        if batch.num_rows:
            held, count = [*held, batch], count + batch.num_rows
    if held:
        yield _events(held)


def _events(batches: list[pa.RecordBatch]) -> pa.Table:
    """Stored rows as they came from the pipeline: with the number of their source."""
    table = pa.Table.from_batches(batches).drop_columns(["source"])
    names = ["source" if name == "source_id" else name for name in table.schema.names]
    return _shaped(table.rename_columns(names), EVENTS)


def _table(source: Warehouse, query: str, schema: pa.Schema) -> pa.Table:
    return _shaped(pa.Table.from_batches(source.stream(query)), schema)


def _shaped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """In the types of Rapport: engines hand out views, JSON types and instants without a zone."""
    columns = []
    for field in schema:
        values = table[field.name]
        if isinstance(values.type, pa.BaseExtensionType):
            values = pa.chunked_array([chunk.storage for chunk in values.chunks])
        columns.append(values.cast(field.type))
    return pa.table(columns, schema=schema)


def _all(source: Warehouse, column: str, table: str) -> list[Any]:
    return [row[column] for row in source.read(f"SELECT DISTINCT {column} FROM {table}")]


def _sources(source: Warehouse) -> list[SourceRow]:
    rows = source.read("SELECT id, slug, name, kind, brand, region, party FROM sources")
    filled = [{name: "" if value is None else value for name, value in r.items()} for r in rows]
    return [msgspec.convert(row, SourceRow) for row in filled]


def _marked(progress: Progress) -> str:
    return _MARK + msgspec.json.encode(progress).decode()
