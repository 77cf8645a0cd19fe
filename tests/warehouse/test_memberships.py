"""Memberships and computed traits follow their changes; repeated loads change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from rapport.events.schema import MEMBERSHIP_CHANGES, TRAIT_CHANGES
from rapport.warehouse.duckdb import DuckdbWarehouse

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)


def columns_of(rows: list[Any], schema: pa.Schema) -> list[pa.Array]:
    held = zip(*rows, strict=True)
    return [pa.array(each, field.type) for each, field in zip(held, schema, strict=True)]


def moves(*rows: tuple[int, str, int, bool]) -> pa.Table:
    full = [
        (seq, segment, profile, entered, BEGAN + timedelta(seconds=seq), "{}", 1)
        for seq, segment, profile, entered in rows
    ]
    columns = columns_of(full, MEMBERSHIP_CHANGES)
    return pa.table(columns, schema=MEMBERSHIP_CHANGES)


def said(*rows: tuple[str, int, str | None]) -> pa.Table:
    full = [(*row, BEGAN) for row in rows]
    columns = columns_of(full, TRAIT_CHANGES)
    return pa.table(columns, schema=TRAIT_CHANGES)


def test_memberships_follow_the_last_change(tmp_path: Path) -> None:
    warehouse = DuckdbWarehouse(tmp_path / "warehouse.duckdb")
    warehouse.load(
        1, memberships=moves((1, "vip", 7, True), (2, "vip", 7, False), (3, "vip", 8, True))
    )
    later = moves((4, "vip", 8, False), (5, "vip", 7, True), (6, "x", 8, True))
    warehouse.load(2, memberships=later)
    assert not warehouse.load(2, memberships=moves((5, "vip", 7, True)))
    found = warehouse.read("SELECT segment, profile, since FROM memberships ORDER BY segment")
    naive = BEGAN.replace(tzinfo=None)
    assert [tuple(row.values()) for row in found] == [
        ("vip", 7, naive + timedelta(seconds=5)),
        ("x", 8, naive + timedelta(seconds=6)),
    ]
    assert warehouse.read("SELECT count(*) AS n FROM membership_changes") == [{"n": 6}]
    warehouse.close()


def test_values_are_replaced_and_end(tmp_path: Path) -> None:
    warehouse = DuckdbWarehouse(tmp_path / "warehouse.duckdb")
    warehouse.load(1, traits=said(("spent", 7, "1"), ("spent", 7, "2"), ("spent", 8, '"many"')))
    warehouse.load(2, traits=said(("spent", 8, None), ("spent", 9, "3"), ("spent", 9, None)))
    found = warehouse.read("SELECT profile, value::VARCHAR AS value FROM computed_traits")
    assert found == [{"profile": 7, "value": "2"}]
    warehouse.close()
