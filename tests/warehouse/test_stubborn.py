"""A batch that can never be loaded as it is does not stop the ones behind it."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from rapport.errors import Unavailable
from rapport.server.background.loading import Loading
from rapport.warehouse import loading
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.loader import Loader
from rapport.warehouse.stubborn import plain
from tests.warehouse.outbox import Folder, drain, loader_for
from tests.warehouse.rows import event_row, events

POISON = {"poison": "\0 and \u2028"}


def refuse(monkeypatch: pytest.MonkeyPatch, error: duckdb.Error, *, sign: str = '{"poison') -> None:
    """From now on rows whose properties begin with `sign` make a load fail."""
    append = loading.append_events

    def picky(connection: duckdb.DuckDBPyConnection, rows: Any) -> set[tuple[str, str]]:
        fresh = append(connection, rows)
        if any(str(one).startswith(sign) for one in rows["properties"].to_pylist()):
            raise error
        return fresh

    monkeypatch.setattr(loading, "append_events", picky)


def put_some(folder: Folder) -> None:
    folder.put("events", events(*(event_row(n, properties={"n": n}) for n in range(1, 8))))
    bad = event_row(11, properties=POISON, page_title="a\0b")
    folder.put("events", events(event_row(10), bad, event_row(12)))
    folder.put("events", events(event_row(20)))


def keep_trying(loader: Loader, times: int = 4) -> None:
    for _ in range(times):
        with pytest.raises(Unavailable):
            loader.step()


@pytest.mark.parametrize("error", [duckdb.InvalidInputException, duckdb.InternalException])
def test_the_refused_row_is_stored_in_plain_form(
    folder: Folder,
    warehouse: DuckdbWarehouse,
    monkeypatch: pytest.MonkeyPatch,
    error: type[duckdb.Error],
) -> None:
    refuse(monkeypatch, error("no"))
    put_some(folder)
    loader = loader_for(folder, warehouse)
    keep_trying(loader, 3)
    drain(loader)
    assert warehouse.loaded() == folder.applied() == 3
    rows = warehouse.read("SELECT node, properties, page_title FROM events ORDER BY node")
    assert [row["node"] for row in rows] == [*range(1, 8), 10, 11, 12, 20]
    kept = {row["node"]: row for row in rows}
    assert json.loads(json.loads(kept[11]["properties"])) == POISON
    assert kept[11]["page_title"] == "a\ufffdb"
    assert json.loads(kept[7]["properties"]) == {"n": 7}, "its neighbours stay as they were"
    assert kept[12]["properties"] == "{}"
    assert not loader.stuck
    loader.close()


def test_a_batch_that_fails_even_so_is_named(
    folder: Folder, warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        for sign in ('{"poison', '"'):  # as it is, and in plain form
            refuse(patched, duckdb.InvalidInputException("no"), sign=sign)
        put_some(folder)
        loader = loader_for(folder, warehouse)
        keep_trying(loader, 3)
        assert loader.step() == 7
        assert not loader.stuck
        keep_trying(loader)
        assert Loading(loader).stuck == "batch 2 cannot be loaded (InvalidInputException)"
        assert warehouse.loaded() == 1
    drain(loader)
    assert not loader.stuck
    assert warehouse.loaded() == 3
    loader.close()


def test_a_full_disk_changes_no_row(
    folder: Folder, warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        refuse(patched, duckdb.IOException("no space left"), sign="")
        put_some(folder)
        loader = loader_for(folder, warehouse)
        keep_trying(loader, 6)
        assert "IOException" in loader.stuck
    drain(loader)
    rows = warehouse.read("SELECT properties FROM events WHERE node = 11")
    assert json.loads(rows[0]["properties"]) == POISON
    loader.close()


def test_plain_rows_differ_in_nothing_else() -> None:
    table = events(event_row(1, user_id="u", properties={"a": 1}), event_row(2, context=None))
    before, after = table.to_pylist(), plain(table).to_pylist()
    assert json.loads(after[0].pop("properties")) == before[0].pop("properties")
    assert json.loads(after[1].pop("properties")) == before[1].pop("properties")
    assert after == before
