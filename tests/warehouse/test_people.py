"""Profiles in order of what they did: every page, every order, every filter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.clock import DAY
from rapport.errors import Malformed
from rapport.warehouse import people
from rapport.warehouse.base import Load, SourceRow
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.people import SORTS, People
from rapport.warehouse.schema import PROFILES
from tests.warehouse.rows import START, event_row, events, identities

NOW = START + 400 * DAY


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[DuckdbWarehouse]:
    opened = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    opened.set_sources([SourceRow(1, "web"), SourceRow(2, "crm")])
    yield opened
    opened.close()


def fill(warehouse: DuckdbWarehouse, sent: list[tuple[int, int]]) -> None:
    """(profile, days ago) for each event; the profiles 1 to 5 have two nodes each."""
    rows = [
        event_row(number, node=profile * 10 + number % 2, timestamp=NOW - ago * DAY)
        for number, (profile, ago) in enumerate(sent)
    ]
    nodes = [(profile * 10 + half, profile) for profile in range(1, 6) for half in (0, 1)]
    present = sorted({profile for profile, _ in sent})
    warehouse.load(Load(1, events=events(*rows), identities=identities(*nodes)))
    present = {
        n: {
            "profile": n,
            "profile_id": f"p_{n}",
            "known": n % 2 == 1,
            "brands": ["A"] if n < 3 else ["B"],
            "sources": ["web"],
        }
        for n, _ in sent
    }
    columns = pa.Table.from_pylist(list(present.values()), schema=PROFILES)
    warehouse.upsert_profiles(list(present), columns)


def pages(warehouse: DuckdbWarehouse, wanted: People, limit: int) -> list[int]:
    seen: list[int] = []
    cursor = None
    while True:
        found, cursor = people.page(warehouse, wanted, limit=limit, cursor=cursor, now=NOW)
        seen += found
        if cursor is None:
            return seen
        assert len(found) == limit


@settings(max_examples=20, deadline=None)
@given(
    sent=st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from([0, 1, 2, 29, 31, 300])), max_size=15
    ),
    limit=st.integers(1, 3),
    sort=st.sampled_from(SORTS),
)
def test_pages_together_are_all_in_order(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[int, int]], limit: int, sort: str
) -> None:
    warehouse = DuckdbWarehouse(tmp_path_factory.mktemp("people") / "w.duckdb", memory_mb=128)
    try:
        fill(warehouse, sent)
        ago: dict[int, list[int]] = {}
        for profile, days in sent:
            ago.setdefault(profile, []).append(days)
        least = max if sort.endswith("first_seen") else min
        down = sort.startswith("-")
        place = {profile: (-least(days), profile) for profile, days in ago.items()}
        wanted = sorted(ago, key=lambda profile: place[profile], reverse=down)
        assert pages(warehouse, People(sort=sort), limit) == wanted
        assert people.every(warehouse, People(sort=sort)) == wanted
        assert people.count(warehouse, People()) == len(wanted)
    finally:
        warehouse.close()


def test_filters_hold_for_pages_and_count(warehouse: DuckdbWarehouse) -> None:
    fill(warehouse, [(n, n) for n in range(1, 6)])
    assert pages(warehouse, People(known=True), 2) == [1, 3, 5]
    assert pages(warehouse, People(known=False, brand="B"), 2) == [4]
    assert people.count(warehouse, People(brand="A")) == 2
    assert people.every(warehouse, People(source="nowhere")) == []


def test_who_comes_back_is_not_shown_twice(warehouse: DuckdbWarehouse) -> None:
    """Between two pages somebody of the first one does something, and somebody of the second."""
    fill(warehouse, [(n, n) for n in range(1, 6)])
    first, cursor = people.page(warehouse, People(), limit=2, cursor=None, now=NOW)
    back = [event_row(90 + n, node=n * 10, timestamp=NOW) for n in (2, 4)]
    warehouse.load(Load(2, events=events(*back)))
    second, end = people.page(warehouse, People(), limit=9, cursor=cursor, now=NOW)
    assert (first, second, end) == ([1, 2], [3, 5], None)


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", "9" * 30 + ".1", "-.2"])
def test_a_cursor_of_somebody_else(warehouse: DuckdbWarehouse, cursor: str) -> None:
    with pytest.raises(Malformed):
        people.page(warehouse, People(), limit=2, cursor=cursor, now=NOW)


def test_an_order_that_is_not_offered() -> None:
    with pytest.raises(Malformed, match="cannot sort"):
        People(sort="name")
