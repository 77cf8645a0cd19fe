"""Small sums over sorted people."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]


class Groups(msgspec.Struct, frozen=True):
    """`keys` ascending; row n belongs to group `of[n]`."""

    keys: Ints
    of: Ints

    def count(self) -> Ints:
        return np.bincount(self.of, minlength=len(self.keys))

    def sum(self, values: npt.NDArray[Any]) -> Floats:
        return totals(self.of, values, len(self.keys))

    def first(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The least of each group."""
        found = np.full(len(self.keys), _most(values.dtype), values.dtype)
        np.minimum.at(found, self.of, values)
        return found

    def last(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The greatest of each group."""
        found = np.full(len(self.keys), -_most(values.dtype), values.dtype)
        np.maximum.at(found, self.of, values)
        return found


def totals(of: Ints, weights: npt.NDArray[Any], size: int = 0) -> Floats:
    """The sum of `weights` at each place 0 to `size` - 1, and beyond where `of` leads there."""
    return np.bincount(of, weights=weights, minlength=size).astype(np.float64)


def groups(keys: Ints) -> Groups:
    found, of = np.unique(keys, return_inverse=True)
    return Groups(found, of)


def pairs(left: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
    """The distinct pairs of two columns, in order, and the place of each row among them."""
    if not len(left):
        return left, right, np.zeros(0, np.int64)
    width = int(right.max()) + 1
    packed, of = np.unique(left * width + right, return_inverse=True)
    return packed // width, packed % width, of


def shares(values: Floats, axis: int = -1) -> Floats:
    """`values` so that they sum to 1; all zero stays so."""
    values = values.astype(np.float64)
    total = values.sum(axis=axis, keepdims=True)
    found: Floats = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    return found


def decay(age: Floats, half_life: float) -> Floats:
    """1 for what is new, a half after `half_life`; ages in the same unit, never negative."""
    return np.exp2(-np.maximum(age, 0.0) / half_life)


def ranks(values: Floats) -> Floats:
    """Mid-ranks in (0, 1): the part that is smaller, plus half of the equal ones."""
    _, of, counts = np.unique(values, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    found: Floats = ((before + counts / 2) / max(len(values), 1))[of]
    return found


def _most(kind: np.dtype[Any]) -> Any:
    return np.inf if kind.kind == "f" else np.iinfo(kind).max
