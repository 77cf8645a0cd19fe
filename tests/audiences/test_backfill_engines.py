"""The past of people and of accounts, read from every engine, is what the oracle says of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rapport.audiences.backfill import past
from rapport.warehouse.base import Warehouse
from tests.audiences import strategies
from tests.audiences.filling import Filling, told_sources
from tests.audiences.live import World, sent
from tests.audiences.strategies import Sent
from tests.audiences.test_live_accounts import document_of_accounts
from tests.contract import warehouses

NOW = strategies.ANCHORS[0]
LIVE = 6  # events that come after the definition, and that no warehouse has yet
ENGINES = [each for each in warehouses.engine_params() if each.values != ("duckdb",)]
HELD = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
SELDOM = settings(HELD, max_examples=2)  # Spark takes seconds a query
ONCE = settings(HELD, max_examples=25, derandomize=True, database=None, phases=[Phase.generate])


@cache
def history() -> list[Sent]:
    """One for all documents: filling a warehouse takes longer than asking it."""
    found: list[Sent] = []

    @ONCE
    @given(drawn=strategies.histories_of_accounts(NOW))
    def add(drawn: list[Sent]) -> None:
        found.extend(drawn)

    add()
    return [
        Sent(each.node, replace(each.event, message_id=f"m{n}"), each.account)
        for n, each in enumerate(found)
    ]


def remembering(world: World, events: list[Sent]) -> None:
    world.send(*(sent(each.node, each.event, each.account) for each in events))
    world.settle()


@pytest.fixture(scope="module", params=ENGINES)
def filled(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp(request.param)
    with warehouses.engine(request.param, folder) as opening:
        warehouse = opening(folder)()
        told_sources(warehouse)
        world = World(folder, NOW)
        remembering(world, history()[:-LIVE])
        Filling(world, warehouse).load()
        world.close()
        yield warehouse
        warehouse.close()


def test_the_past_is_known_whatever_the_engine(
    filled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark = filled.capabilities.dialect == "spark"
    monkeypatch.setattr(past, "PART_ITEMS", 5)
    if not spark:
        monkeypatch.setattr(past, "FEWEST_NODES", 1)

    @(SELDOM if spark else HELD)
    @given(data=st.data())
    def each(data: st.DataObject) -> None:
        agree(filled, data)

    each()


def agree(warehouse: Warehouse, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), NOW)
        try:
            remembering(world, history()[:-LIVE])
            assert world.define(document_of_accounts(data)) == ("applied", "")
            remembering(world, history()[-LIVE:])
            held = Filling(world, warehouse)
            while held.run():
                world.settle()
            rows = world.rows_of("SELECT DISTINCT status FROM definitions")
            assert rows == [("live",)]
            world.agree()
        finally:
            world.close()
