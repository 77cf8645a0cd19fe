"""A warehouse of an older version goes on with what it has."""

from __future__ import annotations

from pathlib import Path

import duckdb

from rapport.warehouse.base import Load
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.warehouse.rows import event_row, events


def test_columns_that_came_later_are_added(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    old = DuckdbWarehouse(path, memory_mb=128)
    old.load(Load(1, events=events(event_row(1))))
    old.close()
    with duckdb.connect(path) as connection:
        connection.execute("DROP VIEW IF EXISTS node_profiles CASCADE")
        connection.execute("ALTER TABLE events DROP COLUMN integrations")
    new = DuckdbWarehouse(path, memory_mb=128)
    try:
        new.load(Load(2, events=events(event_row(2, integrations={"All": False}))))
        rows = new.read("SELECT message_id, integrations FROM events ORDER BY message_id")
        assert rows == [
            {"message_id": "m1", "integrations": None},
            {"message_id": "m2", "integrations": '{"All":false}'},
        ]
    finally:
        new.close()
