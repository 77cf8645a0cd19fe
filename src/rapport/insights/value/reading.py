"""Columns of the warehouse's events as arrays: one query a kind, the same on every engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from sqlglot import exp

from rapport.insights.value.arrays import Ints
from rapport.warehouse.base import Warehouse
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import E, binary, column, one_of

_FETCH = 200_000


def dialect(warehouse: Warehouse) -> Dialect:
    return dialect_for(warehouse.capabilities.dialect)


def micros(engine: Dialect) -> E:
    return engine.epoch_micros(column("timestamp"))


def named(engine: Dialect, names: Sequence[str], until: int) -> E:
    """Track events of these names before `until`."""
    return exp.and_(
        one_of(column("type"), ["track"]), one_of(column("event"), names), before(engine, until)
    )


def before(engine: Dialect, until: int) -> E:
    return binary(exp.LT, column("timestamp"), engine.instant(until))


def select(
    warehouse: Warehouse, columns: Sequence[tuple[str, E]], where: E, *, distinct: bool = False
) -> Iterator[tuple[list[Any], ...]]:
    """Batches of columns as lists of Python values."""
    for batch in _batches(warehouse, columns, where, distinct):
        yield tuple(found.to_pylist() for found in batch.columns)


def numbers(
    warehouse: Warehouse, columns: Sequence[tuple[str, E]], where: E, *, distinct: bool = False
) -> list[Ints]:
    """Whole columns of integers."""
    held: list[list[Ints]] = [[] for _ in columns]
    for batch in _batches(warehouse, columns, where, distinct):
        for parts, found in zip(held, batch.columns, strict=True):
            parts.append(found.to_numpy(zero_copy_only=False).astype(np.int64))
    return [np.concatenate(parts) for parts in held]


def decoded(raw: str | None) -> dict[str, Any]:
    found = msgspec.json.decode(raw) if raw else {}
    return found if isinstance(found, dict) else {}


def first_at(held: dict[str, Any], paths: Sequence[str]) -> Any:
    """What the first path that leads to something holds, else None."""
    for path in paths:
        found = held.get(path)
        if found is None and "." in path:
            found = _deep(held, path)
        if found is not None and found != "":
            return found
    return None


def amount(value: Any) -> float | None:
    """A number, or a text that is one; None for all else and for what no price can be."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e12 else None


def _deep(held: Any, path: str) -> Any:
    for key in path.split("."):
        held = held.get(key) if isinstance(held, dict) else None
    return held


def _batches(
    warehouse: Warehouse, columns: Sequence[tuple[str, E]], where: E, distinct: bool
) -> Iterator[Any]:
    shown = [exp.alias_(value, name, quoted=True) for name, value in columns]
    query = exp.select(*shown).from_(exp.to_table("events")).where(where)
    if distinct:
        query = query.distinct()
    return warehouse.stream(dialect(warehouse).sql(query), rows_per_batch=_FETCH)
