"""One history full of ties in every engine, and in memory for the definitions.

It has merged people, one with most of the events, values of several types and none. Few questions a
run are drawn for the slower engines; they are the same each time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import Phase, settings

from rapport.events.schema import MEMBERSHIP_CHANGES
from rapport.insights.ground import Ground
from rapport.insights.kinds import KINDS
from rapport.insights.timeline import Timeline
from rapport.warehouse.base import Capabilities, Load, SourceRow, Warehouse
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.schema import PROFILES
from tests.contract.warehouses import ENGINES, engine
from tests.insights.planting import HOUR, NOW, Memory, Row, people_of
from tests.warehouse.rows import event_row, events, identities

PEOPLE = 60
VIP = range(2, 30, 3)
PLANS = {n: "it's é" if n % 3 else "pro" for n in range(1, PEOPLE) if n % 7}
FEW = settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)


class SqlOnly(DuckdbWarehouse):
    """DuckDB as one engine among others."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=False, dialect="duckdb")


class Both(NamedTuple):
    sql: Ground
    lists: Ground


def history(seed: int) -> list[Row]:
    """Half of the people on twelve hours, the others on twelve days; the first is busy."""
    chance, more = random.Random(seed), random.Random(seed + 1)
    found: list[Row] = []
    for node in range(1, PEOPLE + 1):
        unit, most = (HOUR, 12) if node % 2 else (7 * HOUR, 40)
        for _ in range(150 if node == 1 else chance.randrange(12)):
            value = chance.choice([None, "x", "y", "é", 3, 2.5, -1, True])
            sold = {"id": more.choice("12345"), "cur": more.choice(["EUR", "INR"])}
            sold = {name: each for name, each in sold.items() if more.random() < 0.6}
            big = 9 * 10**12 - 1 - len(found)
            found.append(
                {
                    "node": node,
                    "message_id": f"m{len(found)}",
                    "event": chance.choice("ABCX"),
                    "timestamp": NOW - chance.randrange(most + 1) * unit,
                    "properties": {"big": big, **({} if value is None else {"v": value}), **sold},
                }
            )
    return found


QUICK = [
    pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ENGINES if name != "spark"
]


@contextmanager
def filled(name: str, folder: Path) -> Iterator[Both]:
    with engine(name, folder) as opening:
        warehouse: Warehouse = (
            SqlOnly(folder / "warehouse.duckdb", memory_mb=256)
            if name == "duckdb"
            else opening(folder)()
        )
        yield Both(*_filled(warehouse))
        warehouse.close()


def _filled(warehouse: Warehouse) -> tuple[Ground, Ground]:
    rows = history(7)
    owner = {node: node - 3 for node in range(4, PEOPLE, 5)}
    warehouse.set_sources([SourceRow(1, "shop")])
    table = [
        event_row(row["node"], **{**row, "log_offset": number})
        for number, row in enumerate(rows, 1)
    ]
    pairs = [(node, owner.get(node, node)) for node in range(1, PEOPLE)]  # the last belongs nowhere
    changes = [
        {
            "seq": n,
            "segment": "vip",
            "profile": n,
            "at": NOW,
            "entered": True,
            "reason": "{}",
            "version": 1,
        }
        for n in VIP
    ]
    warehouse.load(
        Load(
            1,
            events=events(*table),
            identities=identities(*pairs),
            memberships=pa.Table.from_pylist(changes, schema=MEMBERSHIP_CHANGES),
        )
    )
    rows_of_profiles = [
        {"profile": n, "profile_id": f"p_{n}", "traits": f'{{"home": {{"plan": "{plan}"}}}}'}
        for n, plan in PLANS.items()
    ]
    table_of_profiles = pa.Table.from_pylist(rows_of_profiles, schema=PROFILES)
    warehouse.upsert_profiles([*PLANS], table_of_profiles)
    sql = Ground(warehouse, Timeline(warehouse), NOW, names=str.upper)
    return sql, Memory(people_of(rows, owner))


def same(both: Both, kind: str, question: Any, cells: list[Any] = []) -> None:  # noqa: B006
    asked = KINDS[kind]
    assert asked.answer(question, both.sql) == asked.answer(question, both.lists)
    for cell in cells:
        expected = asked.people(question, both.lists, cell).tolist()
        assert asked.people(question, both.sql, cell).tolist() == expected
