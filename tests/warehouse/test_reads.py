"""What console and API read: timelines without gaps, volumes, the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.clock import DAY, MINUTE, FixedClock
from rapport.errors import Malformed, NotFound
from rapport.warehouse.base import Load, SourceRow
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.reads import WarehouseReads
from rapport.warehouse.timeline import Wanted
from tests.warehouse.rows import START, event_row, events

NOW = START + 100 * DAY


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckdbWarehouse]:
    opened = DuckdbWarehouse(tmp_path_factory.mktemp("reads") / "w.duckdb", memory_mb=128)
    opened.set_sources([SourceRow(1, "web"), SourceRow(2, "crm")])
    yield opened
    opened.close()


@settings(max_examples=15, deadline=None)
@given(
    sent=st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 12), st.sampled_from(["A", "B"])), max_size=25
    ),
    limit=st.integers(1, 7),
)
def test_pages_together_are_the_timeline(
    warehouse: DuckdbWarehouse, sent: list[tuple[int, int, str]], limit: int
) -> None:
    """Also with equal times, and across the border of the recent weeks."""
    base = warehouse.loaded() * 1000
    rows = [
        event_row(base + i, node=base + node, timestamp=NOW - 10 * age * DAY, event=name)
        for i, (node, age, name) in enumerate(sent)
    ]
    warehouse.load(Load(warehouse.loaded() + 1, events=events(*rows)))
    reads = WarehouseReads(warehouse, FixedClock(NOW))
    wanted = Wanted(nodes=[base + 1, base + 2], event="A")
    found: list[str] = []
    cursor = None
    while True:
        items, cursor = reads.timeline(wanted, limit=limit, cursor=cursor)
        found += [item["message_id"] for item in items]
        if cursor is None:
            break
        assert len(items) == limit
    mine = [r for r in rows if r["node"] - base in (1, 2) and r["event"] == "A"]
    mine.sort(key=lambda r: (-r["timestamp"], -r["log_offset"]))
    assert found == [r["message_id"] for r in mine]


def test_a_cursor_of_somebody_else(warehouse: DuckdbWarehouse) -> None:
    reads = WarehouseReads(warehouse, FixedClock(NOW))
    for cursor in ("x", "p_42", "WyJhIl0", "é"):
        with pytest.raises(Malformed):
            reads.timeline(Wanted(nodes=[1]), cursor=cursor)
    assert reads.timeline(Wanted(nodes=[])) == ([], None)


@pytest.fixture
def reads(tmp_path: Path) -> Iterator[WarehouseReads]:
    warehouse = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    warehouse.set_sources([SourceRow(1, "web"), SourceRow(2, "crm")])

    def row(number: int, ago: int, **changes: Any) -> dict[str, Any]:
        return event_row(number, received_at=NOW - ago, timestamp=NOW - ago, **changes)

    warehouse.load(
        Load(
            1,
            events=events(
                row(1, 0, properties={"total": 1}),
                row(2, 30_000_000, properties={"total": 2.5, "gift": None}),
                row(3, 2 * MINUTE, type="identify", event=None, traits={"email": "a@b.example"}),
                row(4, 40 * DAY, source=2),
            ),
        )
    )
    yield WarehouseReads(warehouse, FixedClock(NOW))
    warehouse.close()


def test_volumes_have_no_holes(reads: WarehouseReads) -> None:
    minutes = [step["events"] for step in reads.volumes("minute", 4)]
    assert sum(minutes) == 3
    assert len(minutes) == 4
    assert sum(step["events"] for step in reads.volumes("day", 60, source="crm")) == 1
    assert reads.volumes("hour", 2)[1]["at"].endswith(":00:00.000000Z")


def test_freshness_of_every_source(reads: WarehouseReads) -> None:
    fresh = reads.freshness()
    assert (fresh["web"]["events"], fresh["web"]["events_24h"]) == (3, 3)
    assert (fresh["crm"]["events"], fresh["crm"]["events_24h"]) == (1, 0)
    assert fresh["crm"]["last_event_at"] < fresh["web"]["last_event_at"]


def test_the_catalogue_and_one_entry(reads: WarehouseReads) -> None:
    first = reads.catalogue()[0]
    assert (first["type"], first["event"], first["count"]) == ("track", "Order Completed", 3)
    assert first["sources"] == ["crm", "web"]
    assert sum(day["count"] for day in first["volume"]) == 2
    details = reads.event_details("track", "Order Completed", samples=2)
    properties = {p["name"]: (p["types"], p["filled"]) for p in details["properties"]}
    assert properties == {"total": (["BIGINT", "DOUBLE"], 2), "gift": (["NULL"], 0)}
    assert [s["message_id"] for s in details["samples"]] == ["m1", "m2"]
    assert reads.event_details("identify", "")["properties"][0]["examples"] == ["a@b.example"]
    with pytest.raises(NotFound):
        reads.event_details("track", "'; DROP TABLE events; --")
    assert reads.top_events(hours=24 * 365) == [{"event": "Order Completed", "count": 3}]


def test_one_event_and_the_schema(reads: WarehouseReads) -> None:
    event = reads.event("m1")
    assert event is not None
    assert event["properties"] == {"total": 1}
    assert "log_offset" not in event
    names = {table["name"] for table in reads.schema()}
    assert {"events", "profiles", "tracks"} <= names
    assert not {"loaded", "dirty_profiles"} & names
