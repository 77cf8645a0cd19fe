"""Checkpoints happen when a row group is full, and reading goes on."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from rapport.warehouse.base import Load
from rapport.warehouse.connection import wal_bytes
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.warehouse.rows import event_row, events


def test_a_full_row_group_goes_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    warehouse = DuckdbWarehouse(path, memory_mb=256)
    chunk = events(*(event_row(i) for i in range(1, 1001)))
    for seq in range(1, 4):
        warehouse.load(Load(seq, events=pa.concat_tables([chunk] * 40)))
        warehouse.tidy()
    before = wal_bytes(path)
    assert before > 1_000_000, "nothing is full yet"
    warehouse.load(Load(4, events=pa.concat_tables([chunk] * 40)))
    warehouse.tidy()
    assert wal_bytes(path) < before / 10
    assert warehouse.count_by_source() == {1: 160_000}
    warehouse.close()
