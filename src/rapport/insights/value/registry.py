"""All models by name, and how one of them is run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pyarrow as pa

from rapport.errors import NotFound
from rapport.insights.value import (
    active_hours,
    affinity,
    channels,
    churn,
    discount_affinity,
    lifetime_value,
    lookalikes,
    next_purchase,
    price_band,
    propensity,
    rfm,
)
from rapport.insights.value.arrays import Ints
from rapport.insights.value.history import History
from rapport.insights.value.model import Learned, Model, Scores, column
from rapport.insights.value.model_card import Card, Note, drift, histogram
from rapport.insights.value.settings import Settings
from rapport.warehouse.base import Warehouse

MODELS: Final[dict[str, Model]] = {
    each.MODEL.name: each.MODEL
    for each in (
        *(rfm, lifetime_value, churn, propensity, next_purchase, affinity, price_band),
        *(discount_affinity, channels, active_hours, lookalikes),
    )
}


class ModelRun(NamedTuple):
    """`values` has a column `profile` and one for each trait of the model."""

    name: str
    values: pa.Table
    card: Card


def run(
    name: str,
    warehouse: Warehouse,
    now: int,
    settings: Settings | None = None,
    *,
    seeds: Ints | None = None,
    previous: Card | None = None,
) -> ModelRun:
    """Train on what is known at `now` (µs UTC), and score everybody.

    `previous` is the card of the run before: drift is then measured against that one too. Raises
    `NotFound` for an unknown name, `Conflict` when there is too little to learn from.
    """
    return run_on(name, History(warehouse, now, settings or Settings(), seeds=seeds), previous)


def run_on(name: str, history: History, previous: Card | None = None) -> ModelRun:
    """As `run`; several models of one `history` read the warehouse once."""
    model = MODELS.get(name)
    if model is None:
        raise NotFound(f"there is no model {name!r}", hint=f"use {', '.join(MODELS)}")
    started = time.perf_counter()
    learned = model.train(history)
    scores = model.score(history, learned)
    card = _card(model, history, learned, scores, previous)
    return ModelRun(name, _table(model, scores), _timed(card, started))


def by_profile(run: ModelRun) -> Iterator[tuple[int, dict[str, Any]]]:
    """The traits of each profile; what has no value is left out."""
    names = run.values.column_names[1:]
    for batch in run.values.to_batches(10_000):
        for profile, *values in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            told = zip(names, values, strict=True)
            yield profile, {name: value for name, value in told if value is not None}


def _card(
    model: Model, history: History, learned: Learned, scores: Scores, previous: Card | None
) -> Card:
    trained = {name: histogram(values) for name, values in learned.features.items()}
    same = previous is not None and previous.version == model.version
    before = previous.reference if same and previous else trained
    left_out = [Note(why, {"count": n}) for why, n in history.book.left_out.items()]
    return Card(
        model=model.name,
        version=model.version,
        trained_at=history.now,
        data_from=learned.data_from,
        data_until=history.now,
        people=learned.people,
        events=learned.events,
        features=model.features,
        parameters=learned.parameters,
        metrics=learned.metrics,
        calibration=learned.calibration,
        drift=drift(before, scores.features),
        reference=trained,
        notes=[*learned.notes, *(left_out if "orders" in model.needs else ())],
    )


def _timed(card: Card, started: float) -> Card:
    import msgspec

    return msgspec.structs.replace(card, seconds=round(time.perf_counter() - started, 3))


def _table(model: Model, scores: Scores) -> pa.Table:
    columns = {"profile": pa.array(scores.profiles, pa.int64())}
    columns |= {t.key: column(scores.values[t.key], t.kind) for t in model.traits}
    return pa.table(columns)
