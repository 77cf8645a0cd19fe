"""Typed views: Segment's names, types that fit everything, nothing discarded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.warehouse.base import Load
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.naming import columns_for, literal, quote
from tests.warehouse.rows import event_row, events, identities


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[DuckdbWarehouse]:
    opened = DuckdbWarehouse(tmp_path / "w.duckdb", memory_mb=128)
    yield opened
    opened.close()


class Feed:
    """Loads rows one call after another."""

    def __init__(self, warehouse: DuckdbWarehouse) -> None:
        self._warehouse = warehouse
        self._seq = 0

    def __call__(self, *rows: dict[str, Any]) -> None:
        self._seq += 1
        self._warehouse.load(Load(self._seq, events=events(*rows)))
        self._warehouse.refresh_views()


@pytest.fixture
def feed(warehouse: DuckdbWarehouse) -> Feed:
    return Feed(warehouse)


def types(warehouse: DuckdbWarehouse, view: str) -> dict[str, str]:
    rows = warehouse.query(f"DESCRIBE {quote(view)}").rows
    return {row[0]: row[1] for row in rows}


def column(warehouse: DuckdbWarehouse, view: str, name: str) -> list[Any]:
    sql = f"SELECT {quote(name)} FROM {quote(view)} ORDER BY id"
    return [row[0] for row in warehouse.query(sql).rows]


def test_every_call_has_its_view(warehouse: DuckdbWarehouse, feed: Feed) -> None:
    feed(
        event_row(1, event="Order Completed", properties={"total": 3.5}),
        event_row(2, type="page", event="Home", properties={"url": "https://x"}),
        event_row(3, type="screen", event="Cart", properties={"dark": True}),
        event_row(4, type="identify", event=None, traits={"email": "s@example.com"}),
        event_row(5, type="group", event=None, group_id="g", traits={"plan": "pro"}),
        event_row(6, type="alias", event=None),
    )
    assert column(warehouse, "order_completed", "total") == [3.5]
    assert column(warehouse, "tracks", "event_text") == ["Order Completed"]
    assert column(warehouse, "pages", "url") == ["https://x"]
    assert column(warehouse, "screens", "dark") == [True]
    assert column(warehouse, "identifies", "email") == ["s@example.com"]
    assert column(warehouse, "groups", "plan") == ["pro"]
    assert column(warehouse, "aliases", "id") == ["m6"]
    assert warehouse.query("SELECT id, traits FROM accounts").rows == [["g", '{"plan":"pro"}']]


def test_types_widen_and_keep_every_value(warehouse: DuckdbWarehouse, feed: Feed) -> None:
    sent: list[Any] = [1, None, 2.5, "x", [1], {"a": 1}]
    expected = ["BIGINT", "BIGINT", "DOUBLE", "VARCHAR", "JSON", "JSON"]
    for number, (value, kind) in enumerate(zip(sent, expected, strict=True), 1):
        feed(event_row(number, properties={"v": value}))
        assert types(warehouse, "order_completed")["v"] == kind
    shown = column(warehouse, "order_completed", "v")
    assert [None if s is None else json.loads(s) for s in shown] == [
        1,
        None,
        2.5,
        "x",
        [1],
        {"a": 1},
    ]


def test_times_are_read_with_their_offset(warehouse: DuckdbWarehouse, feed: Feed) -> None:
    feed(
        event_row(1, properties={"at": "2026-01-02T03:04:05+05:30"}),
        event_row(2, properties={"at": "2026-01-02T03:04:05.5Z"}),
        event_row(3, properties={"at": "2026-01-02 03:04"}),
    )
    assert types(warehouse, "order_completed")["at"] == "TIMESTAMP"
    assert column(warehouse, "order_completed", "at") == [
        "2026-01-01T21:34:05.000000Z",
        "2026-01-02T03:04:05.500000Z",
        "2026-01-02T03:04:00.000000Z",
    ]
    feed(event_row(4, properties={"at": "2026-99-99T03:04:05Z"}))  # looks like one, is none
    assert column(warehouse, "order_completed", "at")[3] == "2026-99-99T03:04:05Z"


def test_a_whole_number_too_big_for_bigint_is_kept(warehouse: DuckdbWarehouse, feed: Feed) -> None:
    feed(event_row(1, properties={"n": 2**70}))
    assert column(warehouse, "order_completed", "n") == [float(2**70)]


def test_reserved_names_get_a_suffix(warehouse: DuckdbWarehouse, feed: Feed) -> None:
    feed(event_row(1, properties={"user_id": "mine", "timestamp": 7, "orderId": 1, "order_id": 2}))
    assert column(warehouse, "order_completed", "user_id_2") == ["mine"]
    assert column(warehouse, "order_completed", "timestamp_2") == [7]
    seen = {*column(warehouse, "order_completed", "order_id")}
    seen |= {*column(warehouse, "order_completed", "order_id_2")}
    assert seen == {1, 2}


def test_an_event_named_like_a_table_leaves_it_alone(
    warehouse: DuckdbWarehouse, feed: Feed
) -> None:
    feed(event_row(1, event="Tracks"), event_row(2, event="events"), event_row(3, event="users"))
    assert warehouse.query("SELECT count(*) FROM tracks").rows == [[3]]
    assert column(warehouse, "tracks_event", "id") == ["m1"]
    assert column(warehouse, "events_event", "id") == ["m2"]
    assert column(warehouse, "users_event", "id") == ["m3"]


def test_spellings_of_one_name_share_a_view(warehouse: DuckdbWarehouse, feed: Feed) -> None:
    feed(event_row(1, event="Order Completed", properties={"a": 1}))
    feed(event_row(2, event="order_completed", properties={"b": 2}))
    assert column(warehouse, "order_completed", "event_text") == [
        "Order Completed",
        "order_completed",
    ]
    assert column(warehouse, "order_completed", "b") == [None, 2]


def test_profile_id_follows_the_mapping(warehouse: DuckdbWarehouse, feed: Feed) -> None:
    feed(event_row(1), event_row(2))
    warehouse.load(Load(10, identities=identities((1, 1), (2, 2))))
    assert column(warehouse, "tracks", "profile_id") == ["p_1", "p_2"]
    warehouse.load(Load(11, identities=identities((2, 1))))
    assert column(warehouse, "tracks", "profile_id") == ["p_1", "p_1"]


def test_views_come_back_after_opening_again(tmp_path: Path) -> None:
    first = DuckdbWarehouse(tmp_path / "w.duckdb")
    first.load(Load(1, events=events(event_row(1, properties={"total": 3}))))
    first.close()  # before the views could follow
    second = DuckdbWarehouse(tmp_path / "w.duckdb")
    assert column(second, "order_completed", "total") == [3]
    second.close()


CONNECTION = duckdb.connect()
NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(
    ['x"; DROP TABLE events; --', "a'b", "$.x", "/a/b", "~", "events", "SELECT", "a\nb", "価格"]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.lists(st.integers(), max_size=2)
)


@settings(max_examples=12, deadline=None)
@given(
    sent=st.lists(
        st.tuples(NAMES, st.dictionaries(NAMES, VALUES, max_size=4)), min_size=1, max_size=5
    )
)
def test_hostile_names_are_only_names(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[str, dict[str, Any]]]
) -> None:
    warehouse = DuckdbWarehouse(tmp_path_factory.mktemp("names") / "w.duckdb", memory_mb=64)
    try:
        rows = [event_row(i, event=name, properties=held) for i, (name, held) in enumerate(sent)]
        warehouse.load(Load(1, events=events(*rows)))
        warehouse.refresh_views()
        assert warehouse.count_by_source() == {1: len(sent)}
        views = warehouse.read("SELECT view_name FROM duckdb_views() WHERE NOT internal")
        for view in views:
            warehouse.read(f"SELECT * FROM {quote(view['view_name'])}")
        stored = warehouse.read("SELECT properties FROM events ORDER BY node")
        assert [json.loads(row["properties"]) for row in stored] == [held for _, held in sent]
    finally:
        warehouse.close()


@given(st.lists(st.text(max_size=6), unique=True), st.lists(st.text(max_size=6)))
def test_no_two_properties_share_a_column(names: list[str], reserved: list[str]) -> None:
    given_ = columns_for(names, reserved)
    assert list(given_) == names
    assert len(set(given_.values())) == len(names)
    assert not {c.lower() for c in given_.values()} & {r.lower() for r in reserved}


@given(st.text(max_size=20).filter(lambda text: "\0" not in text))
def test_quoting_is_exact(text: str) -> None:
    relation = CONNECTION.execute(f"SELECT {literal(text)} AS {quote(text or 'x')}")
    assert relation.description is not None
    assert relation.description[0][0] == (text or "x")
    assert relation.fetchall() == [(text,)]
