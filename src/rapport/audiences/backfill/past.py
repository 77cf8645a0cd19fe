"""Remembering the past for new definitions: from the warehouse, through the log, into state.db.

The pipeline remembers new events from the moment of the definition on. What came before is read
here, in order of nodes, collected by the same code, and written into parts that control records
name. The pipeline adds a part only where the one before it ended: whatever is killed in between,
nothing is added twice and nothing is left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from heapq import merge
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import pyarrow as pa
from sqlglot import exp

from rapport.audiences.backfill import sums
from rapport.audiences.backfill.filling import part_of
from rapport.audiences.backfill.sums import can_sum
from rapport.audiences.meaning.person import Happening
from rapport.audiences.reads import AudienceReads, Gap
from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.matching import Collected, Matcher
from rapport.clock import Clock
from rapport.warehouse.base import Warehouse
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import E, binary, column

PART_ITEMS: Final = 30_000  # rows and totals in one part: what the pipeline adds in some 0.1 s
_BATCH: Final = 20_000
FEWEST_NODES: Final = 20_000  # at least that many are asked for by one query
_FIRST: Final = 12  # or this part of all by the first: three queries then
_FIELDS: Final = ("message_id", "type", "event", "source", "brand", "region", "channel")
_NOTHING: Final[dict[str, Any]] = {}

# Of one node: totals as JSON, or one event
_Found: TypeAlias = tuple[Any, ...]
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
        now = self._clock.now()
        summed = {number: each for number, each in gap.behaviours.items() if can_sum(each)}
        others = {number: each for number, each in gap.behaviours.items() if number not in summed}
        past, future = Matcher(others), Matcher(gap.behaviours)
        heads = sorted(future.heads)
        collected, node = Collected(now), gap.filled
        texts: dict[int, str] = {}
        for found in self._found(gap, summed, others, heads, now):
            if found[0] != node:
                if len(collected.rows) + len(collected.totals) + len(texts) >= PART_ITEMS:
                    yield node, part_of(collected, texts), False
                    collected, texts = Collected(now), {}
                node = found[0]
            if len(found) == 2:
                texts[node] = found[1]
            elif bucket := (past if found[1] <= now else future).bucket(found[4]):
                collected.add(node, _happening(found, heads, bucket.heads), bucket)
        yield max(node, self._reads.last_node()), part_of(collected, texts), True

    def _found(
        self,
        gap: Gap,
        summed: Mapping[int, Behaviour],
        others: Mapping[int, Behaviour],
        heads: list[str],
        now: int,
    ) -> Iterator[_Found]:
        """In order of nodes. Asked for few of them first and for three times as many then, so that
        the pipeline begins soon, and the warehouse does not read its events often."""
        after, last = gap.filled, self._reads.last_node()
        nodes = max(FEWEST_NODES, (last - after) // _FIRST)
        while after < last:
            chosen = _before(gap, after, after + nodes)
            totals_of: Iterable[_Found] = self._sums(chosen, summed, now) if summed else ()
            events = self._events(chosen, gap, others, heads, now)
            yield from merge(totals_of, events, key=_node)
            after, nodes = after + nodes, nodes * 3

    def _sums(self, chosen: E, summed: Mapping[int, Behaviour], now: int) -> Iterator[_Found]:
        dialect = dialect_for(self._warehouse.capabilities.dialect)
        query = sums.query(summed, chosen, dialect, now)
        for batch in self._warehouse.stream(dialect.sql(query), rows_per_batch=_BATCH):
            yield from sums.read(batch, summed)

    def _events(
        self,
        chosen: E,
        gap: Gap,
        others: Mapping[int, Behaviour],
        heads: list[str],
        now: int,
    ) -> Iterator[_Found]:
        """node, timestamp, _FIELDS, then the heads; in order of nodes. What still is to come is
        never part of a sum."""
        dialect = dialect_for(self._warehouse.capabilities.dialect)
        at = dialect.epoch_micros(column("timestamp", "e"))
        coming = exp.and_(binary(exp.GT, at, now), _may_be(gap.behaviours.values()))
        wanted = exp.or_(coming, *(_test(each, at, now) for each in others.values()))
        query = (
            exp.select(
                column("node", "e"),
                exp.alias_(at, "ts", quoted=True),
                *(column(name, "e") for name in (*_FIELDS, *heads)),
            )
            .from_(exp.to_table("events", alias="e"))
            .where(chosen.copy())
            .where(wanted)
            .order_by(column("node", "e"))
        )
        for batch in self._warehouse.stream(dialect.sql(query), rows_per_batch=_BATCH):
            yield from _rows(batch)

    def _clear(self) -> None:
        """Parts that were left by a process that was killed."""
        for path in self._folder.glob("fill-*.part"):
            path.unlink(missing_ok=True)


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


def _node(found: _Found) -> int:
    return int(found[0])


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    columns = [each.to_pylist() for each in batch.columns]
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
