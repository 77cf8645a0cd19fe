"""What every model is made of. `registry.MODELS` lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa

from rapport.insights.value.arrays import Floats, Ints
from rapport.insights.value.history import History
from rapport.insights.value.model_card import Feature, Note, Row

Kind = Literal["number", "whole", "text", "boolean", "texts", "numbers", "wholes"]
Need = Literal["orders", "touches", "activity", "interests", "seeds"]
ARROW: Mapping[Kind, pa.DataType] = {
    "number": pa.float64(),
    "whole": pa.int64(),
    "text": pa.string(),
    "boolean": pa.bool_(),
    "texts": pa.list_(pa.string()),
    "numbers": pa.list_(pa.float64()),
    "wholes": pa.list_(pa.int64()),
}


class Trait(NamedTuple):
    key: str
    kind: Kind
    meaning: str


class Learned(NamedTuple):
    """What `train` found out, for `score` and for the card. `features` are those trained on."""

    fitted: Any = None
    people: int = 0
    events: int = 0
    data_from: int = 0
    features: Mapping[str, Floats] = {}
    parameters: Mapping[str, float] = {}
    metrics: Mapping[str, float] = {}
    calibration: Sequence[Row] = ()
    notes: Sequence[Note] = ()


class Scores(NamedTuple):
    """A value of each trait for each of `profiles`; None and NaN are no value.

    `features` are those of today, to be compared with those of the training.
    """

    profiles: Ints
    values: Mapping[str, Any]
    features: Mapping[str, Floats] = {}


class Model(NamedTuple):
    name: str
    title: str
    needs: tuple[Need, ...]
    traits: tuple[Trait, ...]
    features: tuple[Feature, ...]
    train: Callable[[History], Learned]
    score: Callable[[History, Learned], Scores]
    every: str = "1d"
    version: int = 1


def column(values: Any, kind: Kind) -> pa.Array:
    """An Arrow column of one trait; floats are rounded to what can be meant by them."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        missing = ~np.isfinite(values)
        whole = kind == "whole"
        rounded = np.where(missing, 0, np.round(values) if whole else np.round(values, 4))
        return pa.array(rounded.astype(np.int64) if whole else rounded, ARROW[kind], mask=missing)
    return pa.array(values, ARROW[kind])


def basis(history: History) -> tuple[int, int, int]:
    """People, orders and first instant of the orders, for the card."""
    book = history.orders
    people = len(np.unique(book.person))
    return people, len(book.person), int(book.at.min(initial=history.now))
