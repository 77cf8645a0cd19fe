"""Batches that come in order of nodes, taken by whole nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

END: Final = (1 << 62) - 1  # behind every node


class Ordered:
    """`batches` have a column `node`, ascending over all of them."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._held: list[pa.RecordBatch] = []
        self._nodes = np.empty(0, np.int64)
        self._ended = False

    def reach(self, rows: int) -> int:
        """The last node before which, with it, there are `rows` rows at most; the first one if it
        has more. END when there are not so many."""
        while not self._ended and len(self._nodes) <= rows:
            self._read()
        if len(self._nodes) <= rows:
            return END
        place = int(np.searchsorted(self._nodes, self._nodes[rows]))
        if place:
            return int(self._nodes[place - 1])
        first = int(self._nodes[0])
        while not self._ended and self._nodes[-1] == first:
            self._read()
        return first if self._nodes[-1] != first else END

    def take(self, to: int) -> pa.Table | None:
        """All rows of nodes up to this one, None when there are none."""
        while not self._ended and (not len(self._nodes) or self._nodes[-1] <= to):
            self._read()
        count = int(np.searchsorted(self._nodes, to, "right"))
        if not count:
            return None
        table = pa.Table.from_batches(self._held)
        self._held = table.slice(count).to_batches()
        self._nodes = self._nodes[count:]
        return table.slice(0, count).combine_chunks()

    def _read(self) -> None:
        batch = next(self._batches, None)
        if batch is None:
            self._ended = True
        elif batch.num_rows:
            self._held.append(batch)
            self._nodes = np.concatenate([self._nodes, batch.column("node").to_numpy()])


def column(table: pa.Table, name: str) -> pa.Array:
    """Of a table that has one chunk."""
    return table.column(name).chunk(0)
