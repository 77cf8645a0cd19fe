"""Remembering the past for new definitions: from the warehouse, through the log, into state.db.

The pipeline remembers new events from the moment of the definition on. What came before is read
here, in order of nodes, collected by the same code, and written into parts that control records
name. The pipeline adds a part only where the one before it ended: whatever is killed in between,
nothing is added twice and nothing is left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from rapport.audiences.backfill import flagged, sums
from rapport.audiences.backfill.filling import part_of
from rapport.audiences.backfill.flagged import Rows, can_flag
from rapport.audiences.backfill.named import by_account
from rapport.audiences.backfill.ordered import Ordered
from rapport.audiences.backfill.sums import can_sum
from rapport.audiences.meaning.person import Happening
from rapport.audiences.reads import AudienceReads, Gap
from rapport.audiences.stream.behaviours import Behaviour, ByAccount
from rapport.audiences.stream.matching import Collected, Matcher
from rapport.clock import Clock
from rapport.warehouse.base import Warehouse
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import E, binary, column

# So many rows, or half as many nodes with totals, make one part, which the pipeline adds in some
# 0.1 s. An event gives a row for each behaviour that takes it.
PART_ITEMS: Final = 30_000
_BATCH: Final = 20_000
FEWEST_NODES: Final = 20_000  # at least that many are asked for by one query
_FIRST: Final = 12  # or this part of all by the first: three queries then
_FIELDS: Final = ("message_id", "type", "event", "source", "brand", "region", "channel")
_NOTHING: Final[dict[str, Any]] = {}

_Query: TypeAlias = Callable[[Mapping[int, Behaviour], E, Dialect, int], exp.Select]
# Appends a control record; what comes back waits until the pipeline has applied it (False: it took
# too long)
Tell = Callable[[dict[str, Any]], Callable[[], bool]]


class Backfill:
    """Belongs to one thread. `step` does one part of what is to be filled."""

    def __init__(
        self, warehouse: Warehouse, reads: AudienceReads, folder: Path, tell: Tell, clock: Clock
    ) -> None:
        self._warehouse = warehouse
        self._reads = reads
        self._folder = folder
        self._tell = tell
        self._clock = clock
        self.stopping = False

    def run(self) -> bool:
        """Fill what has to be filled; False when there is nothing, or the warehouse is not so far
        yet. Ends early when it is told to stop or when the pipeline took another part than ours.
        """
        gap = self._reads.gap()
        if gap is None:
            self._clear()
            return False
        if self._warehouse.loaded() < gap.outbox:
            return False
        self._folder.mkdir(mode=0o700, exist_ok=True)
        after, taken = gap.filled, _at_once
        for to, part, complete in self._parts(gap):
            # The pipeline has added one part while the next one was made.
            if self.stopping or not taken():
                return True
            taken = self._hand_over(gap, part, after, to, complete)
            after = to
        taken()
        return True

    def _hand_over(
        self, gap: Gap, part: bytes, after: int, to: int, complete: bool
    ) -> Callable[[], bool]:
        """What comes back waits, and says whether the pipeline has taken this part."""
        name = f"fill-{uuid.uuid4()}.part"
        path = self._folder / name
        path.write_bytes(part)
        applied = self._tell(
            {
                "action": "fill",
                "behaviours": sorted(gap.behaviours),
                "after": after,
                "to": to,
                "complete": complete,
                "file": name,
            }
        )

        def taken() -> bool:
            if not applied():  # it may still be, so the file has to stay
                return False
            path.unlink(missing_ok=True)
            return any(self._reads.filled(number) == to for number in gap.behaviours)

        return taken

    def _parts(self, gap: Gap) -> Iterator[tuple[int, bytes, bool]]:
        """(last node, part, whether it is the last one)"""
        asked = _Asked(self._warehouse, gap, self._clock.now())
        for after, to, complete in self._ranges(gap):
            yield from asked.parts(after, to, complete=complete)

    def _ranges(self, gap: Gap) -> Iterator[tuple[int, int, bool]]:
        """Of few nodes first and of three times as many then, so that the pipeline begins soon, and
        the warehouse does not read its events often. Behind the last node there are none with a
        past."""
        after, last = gap.filled, self._reads.last_node()
        if after < 0:  # where events that name an account are remembered
            yield after, 0, False
            after = 0
        nodes = max(FEWEST_NODES, (last - after) // _FIRST)
        while after + nodes < last:
            yield after, after + nodes, False
            after, nodes = after + nodes, nodes * 3
        yield after, max(after, last), True

    def _clear(self) -> None:
        """Parts that were left by a process that was killed."""
        for path in self._folder.glob("fill-*.part"):
            path.unlink(missing_ok=True)


class _Asked:
    """The warehouse, about the past of some behaviours, in three ways: totals and rows that SQL can
    make, and events for what is left. What still is to come is never part of a sum."""

    def __init__(self, warehouse: Warehouse, gap: Gap, now: int) -> None:
        self._warehouse = warehouse
        self._dialect = dialect_for(warehouse.capabilities.dialect)
        self._gap = gap
        self._now = now
        wanted = gap.behaviours
        self._summed = {number: each for number, each in wanted.items() if can_sum(each)}
        self._flagged = {number: each for number, each in wanted.items() if can_flag(each)}
        told = self._summed.keys() | self._flagged.keys()
        self._others = {number: each for number, each in wanted.items() if number not in told}
        self._past, self._future = Matcher(self._others), Matcher(wanted)
        self._heads = sorted(self._future.heads)
        self._of_accounts = any(isinstance(each, ByAccount) for each in wanted.values())

    def parts(self, after: int, to: int, *, complete: bool) -> Iterator[tuple[int, bytes, bool]]:
        """Of the nodes in (after, to]; the last of them is the last of all if they `complete`."""
        chosen = _before(self._gap, after, to)
        totals = Ordered(self._told(sums.query, self._summed, chosen))
        rows = Ordered(self._told(flagged.query, self._flagged, chosen), self._flags)
        events = Ordered(self._stream(self._events(chosen)), self._takers)
        nodes = max(1, PART_ITEMS // 2)
        while after < to or complete:
            rows_end = min(each.reach(PART_ITEMS) for each in (rows, events))
            end = min(to, totals.reach(nodes), rows_end)
            summed, held = totals.take(end), rows.take(end)
            collected = self._collected(events.take(end))
            part = part_of(
                collected,
                Rows() if held is None else flagged.read(held, self._flagged),
                None if summed is None else sums.read(summed, self._summed),
            )
            yield end, part, complete and end == to
            after, complete = end, complete and end < to

    def _told(
        self, query: _Query, behaviours: Mapping[int, Behaviour], chosen: E
    ) -> Iterator[pa.RecordBatch]:
        if not behaviours:
            return iter(())
        return self._stream(query(behaviours, chosen.copy(), self._dialect, self._now))

    def _flags(self, batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
        return flagged.rows_of(batch, self._flagged)

    def _takers(self, batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
        """How many behaviours may take each event, going by its name."""
        names = batch.column("event").fill_null("").dictionary_encode()
        different, places = names.dictionary.to_pylist(), names.indices.to_numpy()
        past, future = (
            np.array([_candidates(each, name) for name in different], np.int64)[places]
            for each in (self._past, self._future)
        )
        at: npt.NDArray[np.int64] = batch.column("ts").to_numpy()
        weights: npt.NDArray[np.int64] = np.where(at <= self._now, past, future)
        return weights

    def _stream(self, query: exp.Select) -> Iterator[pa.RecordBatch]:
        if self._of_accounts:
            query = by_account(query, self._dialect)
        return self._warehouse.stream(self._dialect.sql(query), rows_per_batch=_BATCH)

    def _events(self, chosen: E) -> exp.Select:
        """node, timestamp, _FIELDS, then the heads; in order of nodes."""
        at = self._dialect.epoch_micros(column("timestamp", "e"))
        coming = exp.and_(binary(exp.GT, at, self._now), _may_be(self._gap.behaviours.values()))
        wanted = exp.or_(coming, *(_test(each, at, self._now) for each in self._others.values()))
        return (
            exp.select(
                column("node", "e"),
                exp.alias_(at, "ts", quoted=True),
                *(column(name, "e") for name in (*_FIELDS, *self._heads)),
            )
            .from_(exp.to_table("events", alias="e"))
            .where(chosen.copy())
            .where(wanted)
            .order_by(column("node", "e"))
        )

    def _collected(self, events: pa.Table | None) -> Collected:
        collected = Collected(self._now)
        for found in _rows(events) if events is not None else ():
            node, at, name = found[0], found[1], found[4]
            if bucket := (self._past if at <= self._now else self._future).bucket(name):
                collected.add(node, _happening(found, self._heads, bucket.heads), bucket)
        return collected


def _candidates(matcher: Matcher, name: str) -> int:
    bucket = matcher.bucket(name)
    return len(bucket.candidates) if bucket else 0


def _at_once() -> bool:
    return True


def _before(gap: Gap, after: int, to: int) -> E:
    """Which events of `e` of these nodes were not remembered as they came."""
    node = column("node", "e")
    between = exp.and_(binary(exp.GT, node, after), binary(exp.LTE, node.copy(), to))
    return exp.and_(between, binary(exp.LTE, column("log_offset", "e"), gap.since))


def _may_be(behaviours: Iterable[Behaviour]) -> E:
    return exp.or_(*(sums.named(chosen) for each in behaviours for chosen in each.selections))


def _test(behaviour: Behaviour, at: E, now: int) -> E:
    """Whether an event may belong to the behaviour; its filters are asked later."""
    if not behaviour.horizon:
        return _may_be([behaviour])
    return exp.and_(_may_be([behaviour]), binary(exp.GT, at, now - behaviour.horizon))


def _rows(events: pa.Table) -> Iterator[tuple[Any, ...]]:
    columns = [each.to_pylist() for each in events.columns]
    for node, at, message_id, kind, event, *rest in zip(*columns, strict=True):
        yield node, int(at), message_id, kind, event or "", *rest


def _happening(row: tuple[Any, ...], heads: list[str], wanted: Set[str]) -> Happening:
    held: Mapping[str, Any] = {
        head: msgspec.json.decode(raw) if raw else _NOTHING
        for head, raw in zip(heads, row[9:], strict=True)
        if head in wanted
    }
    return Happening(
        timestamp=row[1],
        message_id=row[2],
        type=row[3],
        event=row[4],
        source=row[5] or "",
        brand=row[6] or "",
        region=row[7] or "",
        channel=row[8] or "",
        **{head: each if isinstance(each, dict) else _NOTHING for head, each in held.items()},
    )
