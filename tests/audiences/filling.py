"""The http process beside a world, which fills the past of definitions from a warehouse."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from rapport.audiences.backfill.past import Backfill
from rapport.audiences.reads import AudienceReads
from rapport.database import connect
from rapport.log.base import CONTROL, Draft
from rapport.warehouse.base import Load, SourceRow, Warehouse
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.outbox import Outbox
from tests.audiences.live import SOURCES, World


class Killed(Exception):
    """The process ended here."""


class Filling:
    """The http process beside a world; dies where it is told to."""

    def __init__(self, world: World, warehouse: Warehouse) -> None:
        self.world = world
        self.warehouse = warehouse
        self.deaths: list[str] = []
        self.meanwhile: Callable[[], object] = list

    def load(self) -> None:
        outbox = Outbox(self.world.state)
        while waiting := outbox.next(self.warehouse.loaded()):
            self.warehouse.load(
                Load(waiting.seq, events=waiting.events, identities=waiting.identities)
            )

    def run(self) -> bool:
        """One life; True when there was something to fill."""
        reading = connect(self.world.folder / "state.db", readonly=True)
        try:
            reads = AudienceReads(reading)
            folder = self.world.folder / "parts"
            return Backfill(self.warehouse, reads, folder, self.tell, self.world.clock).run()
        except Killed:
            return True
        finally:
            reading.close()

    def tell(self, control: dict[str, Any]) -> Callable[[], bool]:
        death = self.deaths.pop() if self.deaths else ""
        if death == "before it is told":
            raise Killed
        body = json.dumps({"id": f"fill-{len(self.world.log.records)}", **control}).encode()
        self.world.log.append_all([Draft(2, CONTROL, 0, self.world.clock.now(), body)])
        if death == "before it is applied":
            raise Killed
        return partial(self._apply, death)

    def _apply(self, death: str) -> bool:
        if death == "while the next one is made":
            raise Killed
        self.meanwhile()
        self.world.drain()
        if death == "after it was applied":
            raise Killed
        if death == "pipeline":
            self.world.restart()
        return True


def told_sources(warehouse: Warehouse) -> None:
    warehouse.set_sources(
        [SourceRow(n, s.slug, brand=s.brand, region=s.region) for n, s in SOURCES.items()]
    )


@contextmanager
def filling(now: int) -> Iterator[Filling]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), now)
        warehouse = DuckdbWarehouse(Path(folder) / "warehouse.duckdb", threads=1)
        told_sources(warehouse)
        try:
            yield Filling(world, warehouse)
        finally:
            warehouse.close()
            world.close()
