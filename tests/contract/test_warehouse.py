"""Every warehouse keeps the contract of rapport.warehouse.base."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from sqlglot import exp

from rapport.errors import QueryError, Unavailable
from rapport.warehouse.base import Load, SourceRow, Warehouse
from rapport.warehouse.schema import PROFILES
from rapport.warehouse.sqlbuild import column
from tests.contract.warehouses import Open, dialect_of
from tests.warehouse.rows import dirty, event_row, events, identities


def series(warehouse: Warehouse, last: int) -> str:
    """A query of the numbers from 1 to `last`."""
    dialect = dialect_of(warehouse)
    return dialect.sql(exp.select(column("n")).from_(dialect.series(1, last).subquery("t")))


def mapping(warehouse: Warehouse) -> dict[int, int]:
    rows = warehouse.read("SELECT node, profile FROM identities")
    assert len({row["node"] for row in rows}) == len(rows), "a node was stored twice"
    return {row["node"]: row["profile"] for row in rows}


def test_a_load_is_there_after_opening_again(reopen: Open) -> None:
    warehouse = reopen()
    assert warehouse.loaded() == 0
    assert warehouse.mark() == ""
    assert warehouse.load(Load(3, events=events(event_row(1), event_row(2)), mark="third"))
    warehouse = reopen()
    assert warehouse.loaded() == 3
    assert warehouse.mark() == "third"
    assert warehouse.count_by_source() == {1: 2}


def test_a_seq_that_was_loaded_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.load(Load(5, events=events(event_row(1))))
    for seq in (5, 4):
        assert not warehouse.load(
            Load(seq, events=events(event_row(2)), identities=identities((2, 2)))
        )
    assert warehouse.count_by_source() == {1: 1}
    assert mapping(warehouse) == {}
    assert warehouse.loaded() == 5


def test_a_failed_load_leaves_nothing_behind(warehouse: Warehouse) -> None:
    broken = pa.table(
        {"node": [2], "profile": [None]},
        schema=pa.schema([("node", pa.int64()), ("profile", pa.int64())]),
    )
    with pytest.raises(Unavailable):
        warehouse.load(Load(1, events=events(event_row(1)), identities=broken))
    assert warehouse.count_by_source() == {}
    assert warehouse.loaded() == 0
    assert warehouse.load(Load(1, events=events(event_row(1))))
    assert warehouse.count_by_source() == {1: 1}


def test_the_last_identity_of_a_node_counts(warehouse: Warehouse) -> None:
    warehouse.load(Load(1, identities=identities((1, 1), (2, 2), (3, 3), (2, 1))))
    assert mapping(warehouse) == {1: 1, 2: 1, 3: 3}
    warehouse.load(Load(2, identities=identities((3, 1), (7, 7), (2, 2), (5, 5))))
    assert mapping(warehouse) == {1: 1, 2: 2, 3: 1, 5: 5, 7: 7}


def test_both_sides_of_a_move_become_dirty(warehouse: Warehouse) -> None:
    warehouse.load(Load(1, identities=identities((1, 1), (2, 2))))
    warehouse.upsert_profiles([1, 2], PROFILES.empty_table())
    assert warehouse.dirty_profiles(10) == []
    warehouse.load(Load(2, identities=identities((2, 1)), dirty=dirty([9])))
    assert sorted(warehouse.dirty_profiles(10)) == [1, 2, 9]


def test_dirty_profiles_survive_opening_again(reopen: Open) -> None:
    reopen().load(Load(1, dirty=dirty([4, 4, 5])))
    assert sorted(reopen().dirty_profiles(10)) == [4, 5]


def test_profile_rows_are_replaced_and_removed(warehouse: Warehouse) -> None:
    def row(profile: int, name: str) -> dict[str, Any]:
        return {"profile": profile, "profile_id": f"p_{profile}", "name": name, "traits": "{}"}

    def table(*rows: dict[str, Any]) -> pa.Table:
        return pa.Table.from_pylist(list(rows), schema=PROFILES)

    warehouse.upsert_profiles([1, 2], table(row(1, "Sarah"), row(2, "Neha")))
    warehouse.upsert_profiles([1, 2], table(row(1, "Sarah K")))
    rows = warehouse.read("SELECT profile_id, name FROM profiles")
    assert rows == [{"profile_id": "p_1", "name": "Sarah K"}]


def test_rows_carry_the_names_of_their_source(warehouse: Warehouse) -> None:
    warehouse.set_sources([SourceRow(1, "web", brand="Fitness Forever", region="IN")])
    warehouse.load(Load(1, events=events(event_row(1), event_row(2, source=99))))
    rows = warehouse.read("SELECT source_id, source, brand, region FROM events ORDER BY node")
    assert rows == [
        {"source_id": 1, "source": "web", "brand": "Fitness Forever", "region": "IN"},
        {"source_id": 99, "source": None, "brand": None, "region": None},
    ]


def test_an_event_is_found_by_its_message_id(warehouse: Warehouse) -> None:
    warehouse.load(Load(1, events=events(event_row(1, event="A"), event_row(2, message_id="it's"))))
    found = warehouse.event("it's")
    assert found is not None
    assert found["node"] == 2
    assert warehouse.event("nope") is None


def test_text_that_is_not_json_is_kept(warehouse: Warehouse) -> None:
    warehouse.load(
        Load(1, events=events(event_row(1, properties="{oops"), event_row(2, properties="")))
    )
    kept = dialect_of(warehouse).sql(dialect_of(warehouse).json_text(column("properties"), []))
    rows = warehouse.read(f"SELECT {kept} AS kept FROM events ORDER BY node")
    assert rows == [{"kept": "{oops"}, {"kept": None}]


def test_instants_are_utc(warehouse: Warehouse) -> None:
    warehouse.load(Load(1, events=events(event_row(0))))
    result = warehouse.query("SELECT timestamp FROM events")
    assert result.rows == [["2025-10-09T08:53:20.000000Z"]]


def test_a_query_is_cut_off_at_its_rows(warehouse: Warehouse) -> None:
    result = warehouse.query(series(warehouse, 5), max_rows=3)
    assert (len(result.rows), result.truncated) == (3, True)
    result = warehouse.query(series(warehouse, 3), max_rows=3)
    assert (len(result.rows), result.truncated) == (3, False)


def test_a_query_is_ended_at_its_time(warehouse: Warehouse) -> None:
    million = series(warehouse, 1_000_000)
    endless = f"SELECT count(*) FROM ({million}) a CROSS JOIN ({million}) b"
    with pytest.raises(QueryError, match=r"longer than 0\.2 s") as caught:
        warehouse.query(endless, timeout=0.2)
    assert caught.value.error_code == "sql_timeout"


def test_parameters_are_bound(warehouse: Warehouse) -> None:
    hostile = "'; DROP TABLE events; --"
    assert warehouse.query("SELECT ? AS x", params=[hostile]).rows == [[hostile]]
    assert warehouse.query("SELECT $a AS x", params={"a": hostile}).rows == [[hostile]]


def test_a_stream_brings_every_row(warehouse: Warehouse) -> None:
    batches = list(warehouse.stream(series(warehouse, 25_000), rows_per_batch=10_000))
    assert sum(batch.num_rows for batch in batches) == 25_000
    assert max(batch.num_rows for batch in batches) <= 10_000


def test_a_closed_warehouse_says_so(warehouse: Warehouse) -> None:
    warehouse.close()
    warehouse.close()
    with pytest.raises(Unavailable):
        warehouse.query("SELECT 1")


def test_rows_of_profiles_are_renewed_once_a_version(reopen: Open) -> None:
    warehouse = reopen()
    warehouse.load(Load(1, dirty=dirty([1, 2])))
    rows = [{"profile": n, "profile_id": f"p_{n}"} for n in (1, 2)]
    assert warehouse.renew_profiles("a")
    warehouse.upsert_profiles([1, 2], pa.Table.from_pylist(rows, schema=PROFILES))
    assert not warehouse.renew_profiles("a")
    warehouse = reopen()
    assert not warehouse.renew_profiles("a")
    assert warehouse.dirty_profiles(10) == []
    assert warehouse.renew_profiles("b")
    assert sorted(warehouse.dirty_profiles(10)) == [1, 2]


def test_a_profile_shows_events_that_came_after_its_row(warehouse: Warehouse) -> None:
    warehouse.load(
        Load(1, events=events(event_row(1)), identities=identities((1, 1), (2, 1), (3, 3)))
    )
    rows = [{"profile": n, "profile_id": f"p_{n}"} for n in (1, 3)]
    warehouse.upsert_profiles([1, 3], pa.Table.from_pylist(rows, schema=PROFILES))
    late = event_row(2, node=2)
    warehouse.load(Load(2, events=events(late)))
    last = dialect_of(warehouse).sql(dialect_of(warehouse).epoch_micros(column("last_seen")))
    query = f"SELECT profile_id, events, {last} FROM profiles ORDER BY profile_id"
    found = warehouse.query(query)
    assert found.rows == [["p_1", 2, late["timestamp"]], ["p_3", 0, None]]


def test_sql_of_users_only_reads_the_warehouse(warehouse: Warehouse) -> None:
    warehouse.load(Load(1, events=events(event_row(1))))
    refused = [
        "DELETE FROM events",
        "INSERT INTO loaded SELECT * FROM loaded",
        "DROP TABLE events",
        "SELECT 1; SELECT 2",
        "SET x = 1",
        "CREATE TABLE other (n INT)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM csv.`/etc/passwd`",
        "COPY events TO '/tmp/stolen'",
    ]
    for sql in refused:
        with pytest.raises(QueryError):
            warehouse.query(sql)
    assert warehouse.query("SELECT count(*) FROM events").rows == [[1]]


def test_an_empty_answer_still_names_its_columns(warehouse: Warehouse) -> None:
    warehouse.load(Load(1, events=events(event_row(1))))
    nobody = "SELECT message_id, node FROM events WHERE type = ?"
    result = warehouse.query(nobody, params=["nobody"])
    assert [column.name for column in result.columns] == ["message_id", "node"]
    assert (result.rows, result.truncated) == ([], False)
    batches = list(warehouse.stream(nobody, params=["nobody"]))
    assert [batch.num_rows for batch in batches] == [0]
    assert batches[0].schema.names == ["message_id", "node"]
    some = warehouse.query(nobody, params=["track"])
    assert [column.type for column in result.columns] == [column.type for column in some.columns]
    assert warehouse.query("SELECT * FROM events LIMIT 0").columns[0].name != ""


def test_a_stream_can_be_left_in_the_middle(warehouse: Warehouse) -> None:
    batches = warehouse.stream(series(warehouse, 300_000), rows_per_batch=1_000)
    assert next(batches).num_rows == 1_000
    batches.close()  # type: ignore[attr-defined]
    assert warehouse.query("SELECT 1 AS one").rows == [[1]]


def test_what_is_missing_is_said(warehouse: Warehouse) -> None:
    for name, reason in warehouse.capabilities.missing.items():
        assert name
        assert len(reason) > 20
