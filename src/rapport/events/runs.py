"""Sorted runs of event keys: what dedupe holds in memory and writes to `dedupe_runs`.

A run is three aligned arrays, 20 bytes an event: 96 bits of the hash of (source, messageId), of
which 64 are searched and 32 confirm, and 64 bits of the hash of the content. At a thousand million
events the chance that any two ids share all 96 bits is below 1e-11.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

U64 = np.dtype("<u8")
U32 = np.dtype("<u4")
Keys = NDArray[np.uint64]
Marks = NDArray[np.uint32]


class Run(NamedTuple):
    """`keys` is sorted; the others follow its order."""

    id: int  # row in dedupe_runs
    keys: Keys
    marks: Marks
    contents: Keys

    def to_bytes(self) -> bytes:
        return self.keys.tobytes() + self.marks.tobytes() + self.contents.tobytes()

    @classmethod
    def from_bytes(cls, number: int, count: int, body: bytes) -> Run:
        """Views on `body`, nothing is copied."""
        return cls(
            number,
            np.frombuffer(body, U64, count),
            np.frombuffer(body, U32, count, offset=8 * count),
            np.frombuffer(body, U64, count, offset=12 * count),
        )

    def with_id(self, number: int) -> Run:
        return self._replace(id=number)


def merge(runs: list[Run]) -> Run:
    """One sorted run with everything in `runs`, still without a row."""
    keys = np.concatenate([run.keys for run in runs])
    order = np.argsort(keys, kind="stable")
    return Run(
        0,
        keys[order],
        np.concatenate([run.marks for run in runs])[order],
        np.concatenate([run.contents for run in runs])[order],
    )


def find(run: Run, keys: Keys, marks: Marks, found: NDArray[np.bool_], contents: Keys) -> None:
    """Look up (key, mark) pairs in one run; writes into `found` and `contents`."""
    at = np.searchsorted(run.keys, keys)
    open_ = np.arange(len(keys))
    while len(open_):  # a second round only where 64 bits are equal and 32 are not
        inside = at < len(run.keys)
        at, open_ = at[inside], open_[inside]
        same = run.keys[at] == keys[open_]
        at, open_ = at[same], open_[same]
        hit = run.marks[at] == marks[open_]
        found[open_[hit]] = True
        contents[open_[hit]] = run.contents[at[hit]]
        at, open_ = at[~hit] + 1, open_[~hit]


class Filter:
    """Tells for most new keys that they are new, with one look into memory. 1-2 bytes an event.

    It may say too much, never too little: a rolled-back transaction can leave its marks in it.
    """

    def __init__(self, expected: int) -> None:
        self._bits = max(16, int(expected * 8 - 1).bit_length() if expected else 16)
        self._shift = np.uint64(64 - self._bits)
        self._table = np.zeros(1 << (self._bits - 3), np.uint8)
        self._held = 0

    @property
    def full(self) -> bool:
        """True when a bigger one should take over: one in eight new keys is then looked up."""
        return self._held * 8 > 1 << self._bits

    def add(self, keys: Keys) -> None:
        place, mask = self._places(keys)
        np.bitwise_or.at(self._table, place, mask)
        self._held += len(keys)

    def maybe(self, keys: Keys) -> NDArray[np.bool_]:
        place, mask = self._places(keys)
        return (self._table[place] & mask).astype(np.bool_)

    def _places(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        at = keys >> self._shift
        place = (at >> np.uint64(3)).astype(np.int64)
        return place, np.left_shift(np.uint8(1), (at & np.uint64(7)).astype(np.uint8))
