"""Every event as (person, instant, name), sorted by person and instant: 14 bytes an event.

It stands beside the warehouse as an index does: built from it, brought up to date before each
question, thrown away at any time. Questions without filters are answered from it alone: half of
the time of a funnel would go into fetching rows, and half of the rest into sorting them.

Bringing up to date: people who got events or whose nodes moved are read anew, whole, and replace
what the timeline held of them. So late events, merges and separations need no case of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np

from rapport.audiences.language.model import ANY_EVENT, Selection
from rapport.insights.identities import changed, of_nodes, owners
from rapport.insights.pieces import Maker
from rapport.insights.rows import CHUNK, Ints, Rows, cuts, ordered
from rapport.warehouse.base import Warehouse
from rapport.warehouse.watch import Watch

_FETCH = 1_000_000
_FEW_CODES = 6  # so many comparisons are faster than a look into a table
_LOOK_SECONDS = 0.2  # so long somebody who waits does not notice that nobody waits any more
_MOST_NODES = 200_000  # nodes that one statement asks for; with more, all is read anew
_COLUMNS = (
    "SELECT e.node, epoch_us(e.timestamp) AS at, n.code FROM events e"
    " JOIN (SELECT unnest(?::VARCHAR[]) AS type, unnest(?::VARCHAR[]) AS event,"
    " unnest(?::INTEGER[]) AS code) n ON n.type = e.type AND n.event = coalesce(e.event, '')"
)

Name = tuple[str, str]  # type, event


class Held(NamedTuple):
    """One state of the timeline, never changed: readers keep theirs while a newer one is made."""

    seq: int  # `Warehouse.loaded` when it was read
    rows: int
    last: int  # greatest log offset
    owner: Ints
    names: tuple[Name, ...]  # by code
    person: Ints
    at: Ints
    code: Ints


class Timeline:
    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._lock = threading.Lock()
        self._held: Held | None = None

    def fresh(self, watch: Watch) -> Held:
        """As of everything that is loaded now. What `watch` ends has changed nothing."""
        while not self._lock.acquire(timeout=_LOOK_SECONDS):
            watch.check()
        try:
            seq = self._warehouse.loaded()
            if self._held is None or self._held.seq != seq:
                self._held = self._next(self._held, seq, watch)
            return self._held
        finally:
            self._lock.release()

    def _next(self, held: Held | None, seq: int, watch: Watch) -> Held:
        rows, last = self._extent(None)
        names = self._names(() if held is None else held.names)
        owner = owners(self._warehouse, watch)
        if held is not None and self._extent(held.last) == (held.rows, held.last):
            people, nodes = self._stale(held, owner)
            if len(nodes) <= _MOST_NODES:
                part = self._read(names, owner, last, watch, nodes)
                return Held(seq, rows, last, owner, names, *_replaced(held, people, part))
        return Held(seq, rows, last, owner, names, *self._read(names, owner, last, watch))

    def _extent(self, last: int | None) -> tuple[int, int]:
        """Number of rows and greatest offset, of rows up to offset `last`."""
        until = "" if last is None else "WHERE log_offset <= ?"
        row = self._warehouse.read(
            f"SELECT count(*) AS n, coalesce(max(log_offset), 0) AS last FROM events {until}",
            [] if last is None else [last],
        )[0]
        return int(row["n"]), int(row["last"])

    def _names(self, known: Sequence[Name]) -> tuple[Name, ...]:
        """Codes stay what they are; new names come behind."""
        found = self._warehouse.read(
            'SELECT DISTINCT "type", event FROM event_volumes ORDER BY "type", event'
        )
        names = [(str(row["type"]), str(row["event"])) for row in found]
        return (*known, *(name for name in names if name not in set(known)))

    def _stale(self, held: Held, owner: Ints) -> tuple[Ints, Ints]:
        """People who got events or whose nodes moved, and all nodes that are theirs now."""
        batches = self._warehouse.stream(
            "SELECT DISTINCT node FROM events WHERE log_offset > ?", params=[held.last]
        )
        nodes = np.concatenate([batch.column(0).to_numpy() for batch in batches])
        people = np.union1d(of_nodes(owner, nodes), changed(held.owner, owner))
        return people, np.union1d(nodes, np.flatnonzero(np.isin(owner, people)))

    def _read(
        self,
        names: Sequence[Name],
        owner: Ints,
        last: int,
        watch: Watch,
        nodes: Ints | None = None,
    ) -> tuple[Ints, Ints, Ints]:
        """Sorted person, at, code of the rows up to offset `last`; of these `nodes`, or of all."""
        params: list[Any] = [[n for n, _ in names], [n for _, n in names], list(range(len(names)))]
        sql = f"{_COLUMNS} WHERE e.log_offset <= ?"
        params.append(last)
        if nodes is not None:
            sql += " AND e.node IN (SELECT unnest(?::BIGINT[]))"
            params.append(nodes.tolist())
        people: list[Ints] = []
        instants: list[Ints] = []
        codes: list[Ints] = []
        width = np.int32 if len(owner) < 2**31 else np.int64
        for batch in self._warehouse.stream(sql, params=params, rows_per_batch=_FETCH, watch=watch):
            people.append(of_nodes(owner, batch.column(0).to_numpy()).astype(width))
            instants.append(batch.column(1).to_numpy())
            codes.append(batch.column(2).to_numpy().astype(np.uint16))
        person, at = _joined(people), _joined(instants)
        order = _order(person, at)
        person = person.take(order)
        at = at.take(order)
        return person, at, _joined(codes).take(order)


def rows(
    held: Held,
    selections: Sequence[Selection],
    low: int,
    high: int,
    *,
    named: bool = False,
    watch: Watch,
) -> Iterator[Maker]:
    """Chunks of the events in low <= at < high that match some of `selections` (no filters).

    `named`: with the place of each event's name in `texts`.
    """
    masks = _masks(held.names, selections)
    known = texts(held)
    place = np.array([known.index(name) if name else -1 for _, name in held.names], np.int64)

    def chunk(start: int, end: int) -> Rows:
        code = held.code[start:end]
        names = (code,) if named else ()
        found = Rows(held.person[start:end], held.at[start:end], _matching(masks, code), names)
        if not masks.all():
            found = found.take(found.match != 0)
        if len(found.at) and (found.at.min() < low or found.at.max() >= high):
            found = found.take((found.at >= low) & (found.at < high))
        if named:
            found = found._replace(values=(place.take(found.values[0]),))
        return ordered(found) if named or len(selections) > 1 else found

    for start, end in cuts(held.person, CHUNK):
        watch.tell(start, len(held.person))
        yield partial(chunk, start, end)


def _matching(masks: Ints, code: Ints) -> Ints:
    if (masks == masks[0]).all():
        return np.full(len(code), masks[0])
    wanted = np.flatnonzero(masks)
    if len(wanted) > _FEW_CODES:
        return masks.take(code)  # twice as fast as masks[...]
    bits = [(code == one).view(np.uint8) * masks[one] for one in wanted.tolist()]
    return reduce(np.bitwise_or, bits)


def texts(held: Held) -> list[str]:
    """The names of events, in alphabetical order."""
    return sorted({name for _, name in held.names if name})


def _masks(names: Sequence[Name], selections: Sequence[Selection]) -> Ints:
    """For each code the bits of the selections that it matches."""
    width = np.uint8 if len(selections) <= 8 else np.uint64
    table: Ints = np.zeros(max(1, len(names)), width)
    for code, (kind, event) in enumerate(names):
        bits = 0
        for number, each in enumerate(selections):
            if each.type in ("", kind) and (each.events == (ANY_EVENT,) or event in each.events):
                bits |= 1 << number
        table[code] = bits
    return table


def _replaced(held: Held, people: Ints, part: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints, Ints]:
    """Without `people`, and with their rows of `part` in their places."""
    highest = max(int(held.person.max(initial=0)), int(people.max(initial=0)))
    gone = np.zeros(highest + 1, np.bool_)
    gone[people] = True
    kept = ~gone[held.person]
    person = held.person[kept]
    where = np.searchsorted(person, part[0], side="left")
    return (
        np.insert(person, where, part[0]),
        np.insert(held.at[kept], where, part[1]),
        np.insert(held.code[kept], where, part[2]),
    )


def _joined(parts: list[Ints]) -> Ints:
    """In one, and no longer in parts: of a large warehouse both together are gigabytes."""
    found = np.concatenate(parts)
    parts.clear()
    return found


def _order(person: Ints, at: Ints) -> Ints:
    """Places in order of (person, at); one sort of packed keys where they fit into 63 bits."""
    if not len(at):
        return np.zeros(0, np.int64)
    first = int(at.min())
    bits = (int(at.max()) - first).bit_length()
    if int(person.max()).bit_length() + bits > 63:
        return np.lexsort((at, person))
    return np.argsort((person.astype(np.int64) << bits) | (at - first), kind="stable")
