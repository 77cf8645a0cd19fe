"""How much of the change of a metric each of its inputs made.

Of a sum each input made its own change. Of a product the change is shared in proportion to the
logarithms of the inputs' ratios (logarithmic mean Divisia index, Ang 2004): the order of inputs
does not matter, and nothing remains if the metric is their product.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

Number = int | float | None


class Change(NamedTuple):
    before: Number
    now: Number

    @property
    def size(self) -> float | None:
        return None if self.before is None or self.now is None else self.now - self.before


def contributions(combine: str, whole: Change, parts: Sequence[Change]) -> list[float | None]:
    """One a part; all None where they cannot be told: something missing, or in a product something
    that is not above 0.

    >>> contributions("sum", Change(10, 16), [Change(4, 9), Change(6, 7)])
    [5, 1]
    >>> [round(each, 6) for each in contributions("product", Change(6, 24), [(2, 4), (3, 6)])]
    [9.0, 9.0]
    """
    parts = [Change(*each) for each in parts]
    sizes = [each.size for each in parts]
    if whole.size is None or any(size is None for size in sizes):
        return [None] * len(parts)
    if combine == "sum":
        return sizes
    told = [float(one or 0) for each in (whole, *parts) for one in each]
    if any(one <= 0 or not math.isfinite(one) for one in told):
        return [None] * len(parts)
    mean = _mean(told[0], told[1])
    return [
        mean * math.log(now / before) for before, now in zip(told[2::2], told[3::2], strict=True)
    ]


def _mean(before: float, now: float) -> float:
    """The logarithmic mean of two positive numbers."""
    ratio = math.log(now / before)
    return before if abs(ratio) < 1e-12 else (now - before) / ratio
