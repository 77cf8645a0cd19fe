"""What is remembered of nodes: in state.db, and of those that were lately active in memory too.

Whoever is there now sends several events within minutes, and each is evaluated; the pipeline is the
only one who writes these tables. Everything runs inside its transaction.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import apsw
import msgspec

from rapport.audiences.stream import store
from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.matching import Key
from rapport.audiences.stream.remembered import Row, Totals
from rapport.profiles.parts import numbers

_MOST: Final = 100_000  # rows and totals of one generation: some 20 MB
_LARGE: Final = 2_000  # nodes with more are read each time
_to_json: Final = msgspec.json.Encoder().encode

# CROSS JOIN fixes the order: SQLite must start from the few nodes asked for.
_ROWS: Final = (
    "SELECT r.node, r.behaviour, r.ts, r.message_id, r.source, r.kept FROM carray(?) AS n"
    " CROSS JOIN behaviour_rows AS r ON r.node = n.value"
)
_TOTALS: Final = (
    "SELECT t.node, t.totals FROM carray(?) AS n"
    " CROSS JOIN behaviour_totals AS t ON t.node = n.value"
)


class NodeMemory:
    """Of one node, by the number of the behaviour. Rows are in order of time."""

    __slots__ = ("_text", "_totals", "rows", "size")

    def __init__(self) -> None:
        self.rows: dict[int, list[Row]] = {}
        self._totals: dict[int, Totals] = {}
        self._text = ""
        self.size = 1

    @property
    def totals(self) -> dict[int, Totals]:
        if self._text:
            self._totals, self._text = store.to_totals(self._text), ""
        return self._totals

    def read_totals(self, text: str) -> None:
        """JSON as the table has it; understood when somebody asks."""
        self._text = text
        self.size += text.count("[")

    def add(self, number: int, row: Row) -> None:
        """One that is there already is the same event."""
        rows = self.rows.setdefault(number, [])
        key: Any = row[:3]
        place = bisect_left(rows, key)
        if place == len(rows) or rows[place][:3] != key:
            rows.insert(place, row)
            self.size += 1


class Memories:
    """Two generations of nodes: when the young one is full it becomes the old one."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.clear()

    def clear(self) -> None:
        """Look at the tables again: they were written by others, or the transaction failed."""
        self._young: dict[int, NodeMemory] = {}
        self._old: dict[int, NodeMemory] = {}
        self._size = 0

    def of(self, nodes: Collection[int]) -> dict[int, NodeMemory]:
        """By node. Not to be changed."""
        found: dict[int, NodeMemory] = {}
        missing = []
        for node in nodes:
            held = self._young.get(node)
            if held is None and (held := self._old.get(node)):
                self._keep(node, held)
            if held is None:
                missing.append(node)
            else:
                found[node] = held
        if missing:
            found.update(self._read(missing))
        return found

    def remember(
        self,
        rows: Sequence[tuple[int, int, int, str, str, str | None]],
        totals: Mapping[Key, tuple[Behaviour, Totals]],
    ) -> None:
        """Add what was collected of some events to what is remembered of their nodes."""
        held = self.of({row[0] for row in rows} | {node for node, _ in totals})
        before = sum(one.size for one in held.values())
        self._connection.executemany(store.INSERT_ROWS, rows)
        for row in rows:
            held[row[0]].add(row[1], row[2:])
        for (node, number), (behaviour, added) in totals.items():
            known = held[node].totals.setdefault(number, added)
            if known is added:
                held[node].size += 1
            else:
                known.merge(added, behaviour)
        self._connection.executemany(
            store.PUT_TOTALS,
            [
                (node, _to_json(held[node].totals).decode())
                for node in sorted({node for node, _ in totals})
            ],
        )
        self._size += sum(one.size for one in held.values()) - before
        for node, one in held.items():
            if one.size > _LARGE and self._young.pop(node, None) is not None:
                self._size -= one.size

    def _read(self, nodes: Iterable[int]) -> dict[int, NodeMemory]:
        found = {node: NodeMemory() for node in nodes}
        wanted = numbers(found)
        for node, number, *row in self._connection.execute(_ROWS, (wanted,)):
            held = found[node]
            held.rows.setdefault(number, []).append(tuple(row))
            held.size += 1
        for node, text in self._connection.execute(_TOTALS, (wanted,)):
            found[node].read_totals(text)
        for node, held in found.items():
            if held.size <= _LARGE:
                self._keep(node, held)
        return found

    def _keep(self, node: int, held: NodeMemory) -> None:
        self._young[node] = held
        self._size += held.size
        if self._size > _MOST:
            self._old, self._young, self._size = self._young, {}, 0
