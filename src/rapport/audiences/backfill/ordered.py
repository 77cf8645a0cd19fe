"""Batches that come in order of nodes, taken by whole nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Weigh: TypeAlias = Callable[[pa.RecordBatch], npt.NDArray[np.int64]]
END: Final = (1 << 62) - 1  # behind every node


def _alike(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    return np.ones(batch.num_rows, np.int64)


class Ordered:
    """`batches` have a column `node`, ascending over all of them. `weigh` says what each row of one
    counts for, one if it is left out."""

    def __init__(self, batches: Iterator[pa.RecordBatch], weigh: Weigh = _alike) -> None:
        self._batches = batches
        self._weigh = weigh
        self._weights = np.empty(0, np.int64)
        self._held: list[pa.RecordBatch] = []
        self._nodes = np.empty(0, np.int64)
        self._ended = False

    def reach(self, most: int) -> int:
        """The last node up to which, with it, rows weigh `most` at most; the first one if it
        weighs more. END when all of them do not weigh so much."""
        weight = int(self._weights.sum())
        while not self._ended and weight <= most:
            weight += self._read()
        if weight <= most:
            return END
        over = int(np.searchsorted(np.cumsum(self._weights), most, "right"))
        place = int(np.searchsorted(self._nodes, self._nodes[over]))
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
        self._nodes, self._weights = self._nodes[count:], self._weights[count:]
        return table.slice(0, count).combine_chunks()

    def _read(self) -> int:
        """What was read weighs so much."""
        batch = next(self._batches, None)
        if batch is None:
            self._ended = True
            return 0
        weights = self._weigh(batch)
        if batch.num_rows:
            self._held.append(batch)
            self._nodes = np.concatenate([self._nodes, batch.column("node").to_numpy()])
            self._weights = np.concatenate([self._weights, weights])
        return int(weights.sum())


def column(table: pa.Table, name: str) -> pa.Array:
    """Of a table that has one chunk."""
    return table.column(name).chunk(0)
