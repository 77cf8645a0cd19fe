"""An answer is bounded in bytes as well as in rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.warehouse import query
from rapport.warehouse.engines.duckdb import DuckdbWarehouse

WIDE = "SELECT i, repeat('x', 10000) AS wide FROM range(3000) t(i) ORDER BY i"


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DuckdbWarehouse]:
    monkeypatch.setattr(query, "MOST_BYTES", 1_000_000)
    opened = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    yield opened
    opened.close()


def test_an_answer_is_cut_off_at_its_bytes(warehouse: DuckdbWarehouse) -> None:
    answer = warehouse.query(WIDE, max_rows=10_000)
    assert answer.truncated
    assert [row[0] for row in answer.rows] == list(range(len(answer.rows)))
    assert 90 <= len(answer.rows) <= 100


def test_what_fits_is_whole(warehouse: DuckdbWarehouse) -> None:
    answer = warehouse.query("SELECT i FROM range(20000) t(i)", max_rows=20_000)
    assert (len(answer.rows), answer.truncated) == (20_000, False)
    few = warehouse.query(WIDE, max_rows=50)
    assert (len(few.rows), few.truncated) == (50, True)


def test_one_row_that_is_too_large_leaves_nothing(warehouse: DuckdbWarehouse) -> None:
    answer = warehouse.query("SELECT repeat('x', 2000000)")
    assert (answer.rows, answer.truncated) == ([], True)
