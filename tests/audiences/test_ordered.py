"""Batches in order of nodes, taken by whole nodes."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.audiences.backfill.ordered import END, Ordered


@settings(deadline=None)
@given(
    nodes=st.lists(st.integers(1, 6), max_size=20).map(sorted),
    size=st.integers(1, 7),
    most=st.integers(1, 6),
)
def test_all_rows_of_a_node_come_together_and_none_is_lost(
    nodes: list[int], size: int, most: int
) -> None:
    table = pa.table({"node": pa.array(nodes, pa.int64()), "place": range(len(nodes))})
    ordered = Ordered(iter(table.to_batches(max_chunksize=size)))
    found: list[int] = []
    end = 0
    while end != END:
        before, end = end, ordered.reach(most)
        assert end > before
        taken = ordered.take(end)
        rows = [] if taken is None else taken.to_pylist()
        held = [node for node, _ in groupby(row["node"] for row in rows)]
        assert len(rows) <= most or len(held) == 1
        assert all(before < node <= end for node in held)
        found += [row["place"] for row in rows]
    assert found == [*range(len(nodes))]


def test_rows_count_for_what_they_weigh() -> None:
    table = pa.table({"node": pa.array([1, 2, 3, 4], pa.int64()), "weight": [2, 2, 7, 1]})

    def weigh(batch: pa.RecordBatch) -> Any:
        return batch.column("weight").to_numpy()

    ordered = Ordered(iter(table.to_batches(max_chunksize=1)), weigh)
    reached = []
    while not reached or reached[-1] != END:
        reached.append(ordered.reach(4))
        ordered.take(reached[-1])
    assert reached == [2, 3, END]


def test_what_is_not_asked_for_yet_stays() -> None:
    table = pa.table({"node": pa.array([2, 2, 5, 9], pa.int64())})
    ordered = Ordered(iter(table.to_batches(max_chunksize=1)))
    assert ordered.take(1) is None
    assert ordered.reach(3) == 5
    first = ordered.take(4)
    assert first is not None
    assert first["node"].to_pylist() == [2, 2]
    rest = ordered.take(END)
    assert rest is not None
    assert rest["node"].to_pylist() == [5, 9]
