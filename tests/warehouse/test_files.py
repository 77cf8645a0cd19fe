"""Archive and export: whole files, every row once, nothing that runs in a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapport.clock import DAY, FixedClock
from rapport.errors import BadRequest, QueryError
from rapport.warehouse.archive import Archive
from rapport.warehouse.base import Load
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.export import export
from tests.warehouse.rows import event_row, events, identities

MONDAY = 1_760_313_600_000_000  # 2025-10-13T00:00:00Z


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[DuckdbWarehouse]:
    opened = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    yield opened
    opened.close()


def received(number: int, at: int, **changes: Any) -> dict[str, Any]:
    return event_row(number, received_at=at, timestamp=at - 90 * DAY, **changes)


def ids(*paths: Path) -> list[str]:
    return [i for path in paths for i in pq.read_table(path)["message_id"].to_pylist()]


def test_finished_days_are_archived_once(warehouse: DuckdbWarehouse, tmp_path: Path) -> None:
    clock = FixedClock(MONDAY + 2 * DAY + 1)
    archive = Archive(warehouse, tmp_path / "archive", clock)
    assert archive.run() == []
    warehouse.load(
        Load(
            1,
            events=events(
                received(1, MONDAY),
                received(2, MONDAY + DAY - 1),
                received(3, MONDAY + DAY),
                received(4, MONDAY + 2 * DAY),
            ),
        )
    )
    written = archive.run()
    assert [path.name for path in written] == ["2025-10-13.parquet", "2025-10-14.parquet"]
    assert [sorted(ids(path)) for path in written] == [["m1", "m2"], ["m3"]]
    assert archive.run() == []
    clock.advance(DAY)
    assert [ids(path) for path in archive.run()] == [["m4"]]


def test_rows_that_come_late_get_a_second_file(warehouse: DuckdbWarehouse, tmp_path: Path) -> None:
    archive = Archive(warehouse, tmp_path / "archive", FixedClock(MONDAY + DAY))
    warehouse.load(Load(1, events=events(received(1, MONDAY), received(2, MONDAY))))
    [first] = archive.run()
    before = first.read_bytes()
    warehouse.load(Load(2, events=events(received(3, MONDAY + 5))))
    [second] = archive.run()
    assert second.name == "2025-10-13.2.parquet"
    assert first.read_bytes() == before
    assert sorted(ids(first, second)) == ["m1", "m2", "m3"]
    assert archive.run() == []


def test_a_failed_archive_leaves_no_half_file(
    warehouse: DuckdbWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(warehouse, tmp_path / "archive", FixedClock(MONDAY + DAY))
    warehouse.load(Load(1, events=events(received(1, MONDAY))))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pq.ParquetWriter, "write_table", full)
        with pytest.raises(OSError, match="No space"):
            archive.run()
    assert list((tmp_path / "archive").iterdir()) == []
    assert len(archive.run()) == 1


def test_export_in_every_format(warehouse: DuckdbWarehouse, tmp_path: Path) -> None:
    warehouse.load(
        Load(
            1,
            events=events(event_row(1, properties={"a": 1}), event_row(2)),
            identities=identities((1, 1), (2, 1)),
        )
    )
    seen: list[tuple[int, int]] = []
    for name in ("e.parquet", "e.csv", "e.jsonl"):
        path = tmp_path / name
        assert export(warehouse, "events", path, progress=lambda *at: seen.append(at)) == 2
    assert seen == [(2, 2)] * 3
    assert sorted(ids(tmp_path / "e.parquet")) == ["m1", "m2"]
    with (tmp_path / "e.csv").open(newline="") as file:
        table = {row["message_id"]: row for row in csv.DictReader(file)}
    assert table["m1"]["profile_id"] == "p_1"
    lines = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    assert {line["message_id"]: line["properties"] for line in lines} == {"m1": {"a": 1}, "m2": {}}


def test_export_of_a_question(warehouse: DuckdbWarehouse, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert export(warehouse, "SELECT 1 AS a -- remark", path, progress=lambda *_: None) == 1
    assert path.read_text() == "a\n1\n"
    with pytest.raises(QueryError):
        export(warehouse, "DELETE FROM events", path)
    assert path.read_text() == "a\n1\n", "a failed export must not touch the file"
    with pytest.raises(BadRequest):
        export(warehouse, "events", tmp_path / "x.xlsx")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_runs_nothing(warehouse: DuckdbWarehouse, tmp_path: Path, start: str) -> None:
    warehouse.load(Load(1, events=events(event_row(1, event=f"{start}cmd|' /C calc'!A0"))))
    export(warehouse, "SELECT event, -5 AS n FROM events", tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="") as file:
        [_, row] = csv.reader(file)
    assert row == [f"'{start}cmd|' /C calc'!A0", "-5"]


def test_an_export_without_rows_is_a_file(warehouse: DuckdbWarehouse, tmp_path: Path) -> None:
    sql = "SELECT node FROM events"
    assert export(warehouse, sql, tmp_path / "x.csv") == 0
    assert (tmp_path / "x.csv").read_text() == "node\n"
    assert export(warehouse, sql, tmp_path / "x.parquet") == 0
    assert pq.read_table(tmp_path / "x.parquet").schema == pa.schema([("node", pa.int64())])


@pytest.mark.parametrize(
    "sql", ["DELETE FROM events", "SELEC 1", "SELECT 1; SELECT 2", "SELECT nope FROM events"]
)
def test_a_refused_question_is_refused_in_the_same_words(
    warehouse: DuckdbWarehouse, tmp_path: Path, sql: str
) -> None:
    with pytest.raises(QueryError) as asked:
        warehouse.query(sql)
    with pytest.raises(QueryError) as exported:
        export(warehouse, sql, tmp_path / "a.csv", progress=lambda *_: None)
    assert exported.value.as_dict() == asked.value.as_dict()
    assert not (tmp_path / "a.csv").exists()


def test_what_cannot_be_counted_can_be_exported(warehouse: DuckdbWarehouse, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    sql = "EXPLAIN SELECT 1"
    rows = export(warehouse, sql, tmp_path / "a.csv", progress=lambda *done: heard.append(done))
    assert heard == [(rows, 0)]
