"""`rapport warehouse copy`, from the embedded engine into a ClickHouse folder beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rapport.cli.main import cli
from rapport.server.folder import Folder
from rapport.warehouse.base import Load
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from tests.warehouse.rows import event_row, events, identities


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = Folder(tmp_path / "data")
    folder.create()
    warehouse = DuckdbWarehouse(folder.warehouse, memory_mb=128)
    for load in (1, 2, 3):
        warehouse.load(
            Load(load, events=events(event_row(load)), identities=identities((load, load)))
        )
    warehouse.close()
    return folder.root


def test_the_history_is_copied(data: Path) -> None:
    pytest.importorskip("chdb", reason="needs rapport-cdp[clickhouse]")
    command = ["warehouse", "copy", "--to", "clickhouse", "--data", str(data), "--json", "-q"]
    # In a process of its own: this one may have another folder of ClickHouse open.
    start = "from rapport.cli.main import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", start, *command], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    copied = json.loads(result.stdout)
    assert (copied["events"], copied["identities"]) == (3, 3)
    assert (data / "clickhouse").is_dir()


def test_an_unknown_engine_is_named(data: Path) -> None:
    result = CliRunner().invoke(cli, ["warehouse", "copy", "--to", "oracle", "--data", str(data)])
    assert result.exit_code == 1
    assert "there is no warehouse called 'oracle'" in result.stderr


def test_it_is_not_copied_onto_itself(data: Path) -> None:
    result = CliRunner().invoke(cli, ["warehouse", "copy", "--to", "duckdb", "--data", str(data)])
    assert result.exit_code == 1
    assert "where the history already is" in result.stderr


def test_an_address_with_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_WAREHOUSE_URL", "postgresql://me:secret@db/cdp")
    result = CliRunner().invoke(cli, ["config"])
    assert "secret" not in result.output
