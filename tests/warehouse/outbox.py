"""An outbox beside a warehouse, as the pipeline leaves it, and what empties it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rapport.database import connect
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.loader import Loader
from tests.warehouse.rows import ipc

OUTBOX = (
    "CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
    " count INTEGER NOT NULL, payload BLOB NOT NULL, sources TEXT NOT NULL DEFAULT '{}')"
)


class Folder:
    """state.db and control.db as the pipeline and collect leave them."""

    def __init__(self, root: Path) -> None:
        self.state, self.control = root / "state.db", root / "control.db"
        self.warehouse = root / "warehouse.duckdb"
        self.writer = connect(self.state)
        self.writer.execute(OUTBOX)
        self.controls = connect(self.control)
        self.controls.execute(
            "CREATE TABLE IF NOT EXISTS sources (id INTEGER PRIMARY KEY, slug TEXT, name TEXT,"
            " kind TEXT, brand TEXT, region TEXT, party TEXT)"
        )
        self.controls.execute(
            "INSERT OR IGNORE INTO sources VALUES (1, 'web', 'Web', 'web', 'FF', 'IN', 'first')"
        )

    def put(self, kind: str, table: Any) -> None:
        self.writer.execute(
            "INSERT INTO outbox (kind, count, payload) VALUES (?, ?, ?)",
            (kind, table.num_rows, ipc(table)),
        )

    def applied(self) -> int:
        row = self.controls.execute("SELECT value FROM loader WHERE name = 'warehouse'").fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        self.writer.close()
        self.controls.close()


class Profiles:
    """Answers for profiles 1 to 100; remembers who was asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.rules = "1"

    def version(self) -> str:
        return self.rules

    def many(self, profiles: Iterable[int]) -> Iterator[dict[str, Any]]:
        for profile in profiles:
            self.asked.append(profile)
            if profile <= 100:
                yield {"profile": profile, "profile_id": f"p_{profile}", "traits": "{}"}


def loader_for(
    folder: Folder, warehouse: DuckdbWarehouse, profiles: Profiles | None = None
) -> Loader:
    return Loader(warehouse, folder.state, folder.control, lambda: profiles or Profiles())


def drain(loader: Loader) -> None:
    while loader.step() is not None:
        pass
