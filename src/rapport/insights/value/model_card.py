"""What is told of a model: what it saw, how well it does, and whether its world has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from rapport.insights.value.arrays import Floats

_BINS: Final = 10
_FLOOR: Final = 1e-4  # of a share: an empty bin must not count as infinitely unlike
# Thresholds in general use since credit scoring; see docs/customer-value.md.
_VERDICTS: Final = ((0.1, "stable"), (0.25, "shifting"), (np.inf, "drifted"))


class Feature(msgspec.Struct, frozen=True):
    name: str
    meaning: str


class Histogram(msgspec.Struct, frozen=True):
    """Shares of the values of a feature between `edges`; the outer bins are open."""

    edges: list[float]
    shares: list[float]


class Drift(msgspec.Struct, frozen=True):
    feature: str
    psi: float  # population stability index
    verdict: str  # stable, shifting, drifted


class Row(msgspec.Struct, frozen=True):
    """One line of a calibration table: of `people` so many were `predicted`, so many `observed`."""

    people: int
    predicted: float
    observed: float


class Note(msgspec.Struct, frozen=True):
    """Something that a reader of the card has to know: one of `NOTES`, and what it is about."""

    code: str
    about: Mapping[str, str | int] = {}

    @property
    def text(self) -> str:
        """In English."""
        return NOTES[self.code].format(**self.about)


NOTES: Final = {
    "nobody_paid_twice": "nobody paid twice: orders are counted, and worth nothing",
    "worth_with_frequency": (
        "worth goes along with frequency, which Gamma-Gamma takes to be unrelated"
    ),
    "time_zones": "{people} people have a time zone of their own, the others {zone}",
    "validated_on": ("validated on {people} customers {days} days ago, who were not trained on"),
    "mean_of": "mean of {methods}",
    "currency_without_a_rate": "{count} left out: currency without a rate",
    "order_without_revenue": "{count} left out: order without revenue",
    "repeated_order": "{count} left out: repeated order",
    "refund_without_its_order": "{count} left out: refund without its order",
}


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Instants are µs UTC. `reference` is what the next run's drift is measured against."""

    model: str
    version: int  # of the way in which it is computed
    trained_at: int
    data_from: int
    data_until: int
    people: int
    events: int
    features: Sequence[Feature] = ()
    parameters: Mapping[str, float] = {}
    metrics: Mapping[str, float] = {}
    calibration: Sequence[Row] = ()
    drift: Sequence[Drift] = ()
    reference: Mapping[str, Histogram] = {}
    notes: Sequence[Note | str] = ()  # of cards of earlier releases they are texts
    seconds: float = 0.0


def histogram(values: Floats, edges: Sequence[float] | None = None) -> Histogram:
    """Of finite values. Without `edges` ten bins that hold about the same number each."""
    finite = values[np.isfinite(values)]
    if edges is None:
        inner = np.arange(1, _BINS) / _BINS
        edges = np.unique(np.quantile(finite, inner)).tolist() if len(finite) else []
    counts = np.bincount(np.searchsorted(edges, finite), minlength=len(edges) + 1)
    shares = counts / max(len(finite), 1)
    return Histogram(list(edges), [round(s, 6) for s in shares.tolist()])


def psi(before: Histogram, values: Floats) -> float:
    """Population stability index of `values` against what was `before`; 0 when nothing changed.

    >>> then = histogram(np.arange(100.0))
    >>> psi(then, np.arange(100.0))
    0.0
    >>> psi(then, np.arange(100.0) + 50) > 0.25
    True
    """
    if not before.shares or not np.isfinite(values).any():
        return 0.0
    then = np.maximum(before.shares, _FLOOR)
    now = np.maximum(histogram(values, before.edges).shares, _FLOOR)
    return round(float(np.sum((now - then) * np.log(now / then))), 6)


def drift(before: Mapping[str, Histogram], now: Mapping[str, Floats]) -> list[Drift]:
    """Of every feature that both have, the most changed first."""
    found = [
        Drift(name, value, next(word for most, word in _VERDICTS if value < most))
        for name, values in now.items()
        if name in before
        for value in (psi(before[name], values),)
    ]
    return sorted(found, key=lambda each: (-each.psi, each.feature))
