"""Rows of the past in SQL, for behaviours that keep nothing of what an event says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from rapport.audiences.backfill.ordered import column as column_of
from rapport.audiences.backfill.sums import named, taken
from rapport.audiences.language import paths
from rapport.audiences.language.model import HELD, MOVING
from rapport.audiences.meaning.person import Happening
from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.remembered import Narrowing
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column

_FIELDS: Final = ("message_id", "source", "type", "event")


class Rows(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Rows of `behaviour_rows`, in its order, column by column; the first three of 64-bit
    integers."""

    nodes: bytes = b""
    behaviours: bytes = b""
    instants: bytes = b""
    message_ids: list[str] = []
    sources: list[str] = []
    kept: list[str | None] = []


def can_flag(behaviour: Behaviour) -> bool:
    """Whether SQL can say which events belong to it, and all that is kept of one."""
    filters = [each for chosen in behaviour.selections for each in chosen.where]
    return (
        behaviour.keep == "rows"
        and not behaviour.paths
        and all(each.op not in MOVING for each in filters)
        and all(paths.of_event(each.path).head in HELD for each in filters)
    )


def query(behaviours: Mapping[int, Behaviour], events: E, dialect: Dialect, now: int) -> exp.Select:
    """One row an event, in order of nodes, of those that pass the test `events`; see `read`."""
    at = dialect.epoch_micros(column("timestamp", "e"))
    inner = [column("node", "e"), exp.alias_(at, "ts", quoted=True)]
    inner += [column(name, "e") for name in _FIELDS]
    for number, behaviour in behaviours.items():
        flag = exp.or_(*(taken(each, dialect, now) for each in behaviour.selections))
        if behaviour.horizon:
            flag = exp.and_(flag, binary(exp.GT, at, now - behaviour.horizon))
        inner.append(exp.alias_(choose((flag, exp.true())), f"f{number}", quoted=True))
    rows = exp.select(*inner).from_(exp.to_table("events", alias="e")).where(events)
    rows = rows.where(exp.or_(*(_may_be(each, at, now) for each in behaviours.values())))
    rows = rows.where(binary(exp.LTE, at, now))
    found = exp.select(exp.Star()).from_(rows.subquery("seen"))
    found = found.where(exp.or_(*(column(f"f{number}") for number in behaviours)))
    return found.order_by(column("node"))


def read(table: pa.Table, behaviours: Mapping[int, Behaviour]) -> Rows:
    nodes, instants = (column_of(table, name).to_numpy() for name in ("node", "ts"))
    places = {
        number: np.flatnonzero(column_of(table, f"f{number}").fill_null(False).to_numpy(False))
        for number in behaviours
    }
    numbers = np.repeat([*places], [len(each) for each in places.values()]).astype(np.int64)
    chosen = np.concatenate([*places.values()])
    order = np.lexsort((instants[chosen], numbers, nodes[chosen]))
    chosen, numbers = chosen[order], numbers[order]
    rows = table.take(pa.array(chosen))
    message_ids, sources, kinds, names = (rows.column(name).to_pylist() for name in _FIELDS)
    keeping = {number: _Keeping(each) for number, each in behaviours.items()}
    each_one = zip(numbers.tolist(), kinds, names, strict=True)
    return Rows(
        nodes[chosen].tobytes(),
        numbers.tobytes(),
        instants[chosen].astype(np.int64).tobytes(),
        message_ids,
        [source or "" for source in sources],
        [keeping[number][kind, name or ""] for number, kind, name in each_one],
    )


def rows_of(batch: pa.RecordBatch, behaviours: Mapping[int, Behaviour]) -> npt.NDArray[np.int64]:
    """How many rows `read` makes of each row."""
    weights = np.zeros(batch.num_rows, np.int64)
    for number in behaviours:
        weights += batch.column(f"f{number}").fill_null(False).to_numpy(False)
    return weights


class _Keeping(dict[tuple[str, str], str | None]):
    """What is kept of events of a type and a name: worked out once for each."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._narrowing = Narrowing(behaviour)

    def __missing__(self, way: tuple[str, str]) -> str | None:
        kind, name = way
        event = Happening(timestamp=0, message_id="", type=kind, event=name)
        text = self[way] = self._narrowing.row(event)[3]
        return text


def _may_be(behaviour: Behaviour, at: E, now: int) -> E:
    """Before anything is looked into."""
    test = exp.or_(*(named(each) for each in behaviour.selections))
    if not behaviour.horizon:
        return test
    return exp.and_(test, binary(exp.GT, at, now - behaviour.horizon))
