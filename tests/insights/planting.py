"""Small random histories full of ties, in a real warehouse and as lists for the oracles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rapport.audiences.language.model import Selection
from rapport.audiences.meaning.person import Happening
from rapport.insights.ground import Ground
from rapport.insights.oracles.matched import matched
from rapport.insights.pieces import Pieces
from rapport.insights.rows import Rows, Values, cuts, sort
from rapport.insights.timeline import Timeline
from rapport.warehouse.base import Load, SourceRow
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.warehouse.rows import event_row, events, identities

NOW = 1_760_000_000_000_000  # 2025-10-09T08:53:20Z
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Row = dict[str, Any]


@st.composite
def histories(
    draw: st.DrawFn,
    *,
    most: int = 24,
    names: Sequence[str] = "ABCX",
    unit: int = HOUR,
    span: int = 12,
) -> list[Row]:
    """Events of few people on few instants, before NOW."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from([1, 1, 1, 2, 3, 4]),
                st.integers(0, span),
                st.sampled_from(list(names)),
                st.sampled_from([None, "x", "y", 3, 2.5]),
            ),
            max_size=most,
        )
    )
    return [
        {
            "node": node,
            "message_id": f"m{number}",
            "event": name,
            "timestamp": NOW - span * unit + instant * unit,
            "properties": {} if value is None else {"v": value},
        }
        for number, (node, instant, name, value) in enumerate(drawn)
    ]


def owners() -> st.SearchStrategy[dict[int, int]]:
    """Some nodes belong to an older one."""
    return st.fixed_dictionaries({}, optional={n: st.integers(1, n) for n in (2, 3, 4)})


class World:
    """A warehouse that keeps the same history as `people()`."""

    def __init__(self, warehouse: DuckdbWarehouse) -> None:
        self.warehouse = warehouse
        self.timeline = Timeline(warehouse)
        self.kept: list[Row] = []
        self.owner: dict[int, int] = {}
        warehouse.set_sources([SourceRow(1, "shop")])

    def load(self, rows: Sequence[Row], owner: dict[int, int]) -> None:
        number = self.warehouse.loaded() + 1
        offset = len(self.kept)
        self.kept += rows
        self.owner.update(owner)
        table = [
            event_row(row["node"], **{**row, "log_offset": offset + n + 1})
            for n, row in enumerate(rows)
        ]
        pairs = [(node, self.owner.get(node, node)) for node in range(1, 5)]
        self.warehouse.load(
            Load(number, events=events(*table) if table else None, identities=identities(*pairs))
        )

    def ground(self) -> Ground:
        return Ground(self.warehouse, self.timeline, NOW)

    def people(self) -> dict[int, list[Happening]]:
        found: dict[int, list[Happening]] = {}
        for row in self.kept:
            profile = self.owner.get(row["node"], row["node"])
            found.setdefault(profile, []).append(
                Happening(
                    timestamp=row["timestamp"],
                    message_id=row["message_id"],
                    event=row["event"],
                    source="shop",
                    properties=row["properties"],
                )
            )
        return found


class Memory(Ground):
    """The ground without a warehouse: fast enough for many examples."""

    def __init__(self, people: dict[int, list[Happening]]) -> None:
        self.now = NOW
        self.engine = None
        self._people = people

    def rows(
        self,
        selections: Sequence[Selection],
        low: int,
        high: int,
        *,
        segment: str | None = None,
        wanted: Sequence[str] = (),
    ) -> tuple[Iterator[Rows], Values]:
        person, seen = [], []
        for profile, done in self._people.items():
            for each in matched(done, selections, low, high, now=NOW, wanted=wanted):
                person.append(profile)
                seen.append(each)
        texts = [sorted({e.values[n] or "" for e in seen} - {""}) for n in range(len(wanted))]
        columns = tuple(
            np.array([texts[n].index(e.values[n]) if e.values[n] else -1 for e in seen], np.int64)
            for n in range(len(wanted))
        )
        rows = Rows(
            np.array(person, np.int64),
            np.array([e.at for e in seen], np.int64),
            np.array([e.match for e in seen], np.uint8),
            columns,
        )
        rows = sort(rows)
        makers = [partial(rows.take, slice(*each)) for each in cuts(rows.person, size=7)]
        return Pieces(makers), Values(tuple(texts))


def people_of(rows: Sequence[Row], owner: dict[int, int]) -> dict[int, list[Happening]]:
    world = World.__new__(World)
    world.kept, world.owner = list(rows), owner
    return world.people()
