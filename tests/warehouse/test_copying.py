"""A copied history is the same history, also when the copy was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from rapport.errors import Conflict, Unavailable
from rapport.events.schema import ACCOUNT_CHANGES, MEMBERSHIP_CHANGES, TRAIT_CHANGES
from rapport.warehouse import copying
from rapport.warehouse.base import Load, SourceRow, Warehouse
from rapport.warehouse.comparing import content
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.schema import PROFILES
from tests.contract import warehouses
from tests.contract.warehouses import Open
from tests.warehouse.rows import dirty, event_row, events, identities

ODD = ('{"a": "\\u0000 \\ud800 x"}', '{"n": 1.50, "big": 12345678901234567890}', "", "{oops")
BATCHES = 8


@pytest.fixture(
    scope="module", params=warehouses.engine_params(("duckdb", "clickhouse", "postgres"))
)
def opens(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path], Open]]:
    with warehouses.engine(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.fixture
def target(opens: Callable[[Path], Open], tmp_path: Path) -> Iterator[Open]:
    (tmp_path / "target").mkdir()
    with warehouses.reopening(opens(tmp_path / "target")) as again:
        yield again


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Warehouse]:
    warehouse = DuckdbWarehouse(tmp_path / "source.duckdb", memory_mb=128)
    filled(warehouse)
    yield warehouse
    warehouse.close()


def filled(warehouse: Warehouse) -> None:
    warehouse.set_sources([SourceRow(1, "web", brand="Shop"), SourceRow(2, "app")])
    for batch in range(1, BATCHES + 1):
        rows = [
            event_row(10 * batch + n, source=1 + n % 2, properties=ODD[n % len(ODD)], node=n + 1)
            for n in range(5)
        ]
        pairs = [(n + 1, 1 if n < 3 else n + 1) for n in range(5)]
        warehouse.load(
            Load(batch, events=events(*rows), identities=identities(*pairs), mark=f"m{batch}")
        )
    change: dict[str, Any] = {"seq": 1, "segment": "vip", "profile": 1, "entered": True}
    change |= {"at": 5, "reason": "{}", "version": 1}
    firm = {name: value for name, value in change.items() if name != "profile"}
    firm |= {"segment": "firms", "account": "acme"}
    trait = {"trait": "orders", "profile": 1, "value": "2", "at": 6}
    warehouse.load(
        Load(
            BATCHES + 1,
            memberships=pa.Table.from_pylist([change], schema=MEMBERSHIP_CHANGES),
            traits=pa.Table.from_pylist([trait], schema=TRAIT_CHANGES),
            account_memberships=pa.Table.from_pylist([firm], schema=ACCOUNT_CHANGES),
            mark="last",
        )
    )
    warehouse.renew_profiles("v1")
    rows = [{"profile": n, "profile_id": f"p_{n}", "sources": ["web"]} for n in (1, 4, 5)]
    warehouse.upsert_profiles([1, 2, 3, 4, 5], pa.Table.from_pylist(rows, schema=PROFILES))
    warehouse.load(Load(BATCHES + 2, dirty=dirty([4]), mark="end"))


def test_everything_is_there_and_loading_goes_on(source: Warehouse, target: Open) -> None:
    copied = copying.copy(source, target())
    assert (copied.events, copied.identities, copied.profiles) == (5 * BATCHES, 5, 3)
    into = target()
    assert (into.loaded(), into.mark()) == (source.loaded(), source.mark())
    assert into.dirty_profiles(10) == [4]
    assert not into.renew_profiles("v1")
    assert into.count_by_source() == source.count_by_source()
    assert not into.load(Load(BATCHES + 2, events=events(event_row(99))))
    assert into.load(Load(BATCHES + 3, events=events(event_row(99, source=1))))
    rows = into.read("SELECT brand FROM events WHERE message_id = ?", ["m99"])
    assert rows == [{"brand": "Shop"}]
    assert into.read("SELECT segment, profile FROM memberships") == [
        {"segment": "vip", "profile": 1}
    ]
    assert into.read("SELECT segment, account FROM account_memberships") == [
        {"segment": "firms", "account": "acme"}
    ]


def test_an_interrupted_copy_goes_on(
    source: Warehouse, target: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_PORTION", 7)
    done: list[int] = []

    def stop_after(portions: int) -> Callable[[int], None]:
        def advance(rows: int) -> None:
            done.append(rows)
            if len(done) == portions:
                raise KeyboardInterrupt

        return advance

    for portions in (2, 5):
        with pytest.raises(KeyboardInterrupt):
            copying.copy(source, target(), stop_after(portions))
    copied = copying.copy(source, target(), done.append)
    assert copied.events == 5 * BATCHES
    assert sum(done) == 5 * BATCHES + copied.profiles
    assert copying.copy(source, target()) == copied


def test_a_history_of_its_own_is_not_overwritten(source: Warehouse, target: Open) -> None:
    target().load(Load(3, events=events(event_row(1)), mark="its own"))
    with pytest.raises(Conflict):
        copying.copy(source, target())
    assert target().count_by_source() == {1: 1}


@pytest.mark.parametrize("loads", [0, 1, 2, 3])
def test_a_history_of_few_loads(tmp_path: Path, loads: int) -> None:
    source, into = (DuckdbWarehouse(tmp_path / name, memory_mb=128) for name in ("a.db", "b.db"))
    for load in range(1, loads + 1):
        pair = identities((load, load))
        source.load(Load(load, events=events(event_row(load)), identities=pair, mark=f"m{load}"))
    assert copying.copy(source, into).events == loads
    assert (into.loaded(), into.mark()) == (source.loaded(), source.mark())
    assert sorted(into.dirty_profiles(9)) == list(range(1, loads + 1))
    source.close()
    into.close()


def test_a_difference_is_found(source: Warehouse, target: Open) -> None:
    into = target()
    copying.copy(source, into)
    changed = events(event_row(500, log_offset=999))
    source.load(Load(BATCHES + 3, events=changed, mark="more"))
    into.load(
        Load(BATCHES + 3, events=events(event_row(500, log_offset=999, city="Pune")), mark="more")
    )
    with pytest.raises(Unavailable, match="content of events"):
        copying.copy(source, into)


def test_the_hash_does_not_depend_on_batches() -> None:
    table = events(*(event_row(n, city=None if n % 2 else "é") for n in range(9)))
    whole = content(table.to_batches(), table.schema.names)
    assert content(table.to_batches(max_chunksize=2), table.schema.names) == whole
    assert content(table.slice(1).to_batches(), table.schema.names) != whole
