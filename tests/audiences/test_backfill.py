"""A new definition knows the past, whatever is killed on the way: no gap, nothing twice."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.audiences.backfill import past as backfill
from rapport.audiences.backfill.past import Backfill
from rapport.audiences.reads import AudienceReads
from rapport.database import connect
from rapport.log.base import CONTROL, Draft
from rapport.warehouse.base import SourceRow
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.outbox import Outbox
from tests.audiences import strategies
from tests.audiences.live import SOURCES, World, sent

HELD = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


class Killed(Exception):
    """The process ended here."""


class Filling:
    """The http process beside a world; dies where it is told to."""

    def __init__(self, world: World, warehouse: DuckdbWarehouse) -> None:
        self.world = world
        self.warehouse = warehouse
        self.deaths: list[str] = []

    def load(self) -> None:
        outbox = Outbox(self.world.state)
        while waiting := outbox.next(self.warehouse.loaded()):
            self.warehouse.load(waiting.seq, events=waiting.events, identities=waiting.identities)

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

    def tell(self, control: dict[str, Any]) -> bool:
        death = self.deaths.pop() if self.deaths else ""
        if death == "before it is told":
            raise Killed
        body = json.dumps({"id": f"fill-{len(self.world.log.records)}", **control}).encode()
        self.world.log.append_all([Draft(2, CONTROL, 0, self.world.clock.now(), body)])
        if death == "before it is applied":
            raise Killed
        self.world.drain()
        if death == "after it was applied":
            raise Killed
        if death == "pipeline":
            self.world.restart()
        return True


DEATHS = ("", "before it is told", "before it is applied", "after it was applied", "pipeline")


@contextmanager
def filling(now: int) -> Iterator[Filling]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), now)
        warehouse = DuckdbWarehouse(Path(folder) / "warehouse.duckdb", threads=1)
        warehouse.set_sources(
            [SourceRow(n, s.slug, brand=s.brand, region=s.region) for n, s in SOURCES.items()]
        )
        try:
            yield Filling(world, warehouse)
        finally:
            warehouse.close()
            world.close()


@HELD
@given(data=st.data())
def test_the_past_is_known_without_gap_or_double(
    monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr(backfill, "PART_ITEMS", 2)
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    document = data.draw(strategies.documents())
    history = data.draw(strategies.histories(now, most=20))
    cut = data.draw(st.integers(0, len(history)))
    with filling(now) as held:
        held.deaths = data.draw(st.lists(st.sampled_from(DEATHS), max_size=6))
        world, later = held.world, list(history[cut:])
        world.send(*(sent(each.node, each.event) for each in history[:cut]))
        world.settle()
        assert world.define(document) == ("applied", "")
        held.load()
        for _ in range(50):
            if later:
                each = later.pop()
                world.send(sent(each.node, each.event))
            busy = held.run()
            world.settle()
            held.load()
            if not busy and not later:
                break
        assert {status for (status,) in world.state.execute("SELECT status FROM definitions")} == {
            "live"
        }
        world.agree()


def test_a_new_version_takes_over_when_it_is_filled() -> None:
    now = strategies.ANCHORS[0]
    with filling(now) as held:
        world = held.world
        event = {"type": "track", "anonymousId": "a1", "properties": {}}
        world.send(*({**event, "event": name, "messageId": name} for name in ("A", "B")))
        world.settle()

        def version(name: str) -> None:
            assert world.define({"segments": [{"key": "s", "when": {"did": name}}]})[0] == "applied"

        version("C")
        held.load()
        assert held.run()
        world.settle()
        assert world.members("s") == set()
        version("B")
        world.settle()
        assert world.members("s") == set()  # the first one is in force until then
        held.load()
        assert held.run()
        world.settle()
        assert len(world.members("s")) == 1
        rows = world.rows_of("SELECT version, status FROM definitions ORDER BY version")
        assert rows == [(1, "replaced"), (2, "live")]
        assert world.control("retire", kind="segment", key="s") == ("applied", "")
        world.settle()
        assert world.members("s") == set()
        assert [entered for _, entered in world.changes("s")] == [True, False]
        assert world.rows_of("SELECT count(*) FROM behaviours") == [(0,)]
