"""Where arrays answer, somebody who did far more than others is left to SQL."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from rapport.errors import QueryError
from rapport.insights.answers import attribution
from rapport.insights.ground import Ground
from rapport.insights.kernels import attribution as kernel
from rapport.insights.kernels import credits
from rapport.insights.kernels.credits import Rule
from rapport.insights.specs.attribution import Attribution
from rapport.insights.specs.scope import EventPick
from rapport.insights.timeline import Timeline
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.watch import Watch
from tests.insights.engines import VIP, Both, _filled
from tests.insights.planting import MINUTE, NOW, World
from tests.insights.test_engines import attributed

BUSY = Attribution(
    since="2025-10-01",
    conversion=EventPick(event="C"),
    touches=(EventPick(event="T"), EventPick(event="U")),
)
CELLS = [
    attribution.Cell(),
    attribution.Cell(of="credited", value="mail"),
    attribution.Cell(of="assisted", value="B"),
    attribution.Cell(of="unattributed"),
]


def _never(*_: Any) -> Any:
    raise AssertionError("this way is not to be gone")


def _busy(world: World, touches: int, conversions: int) -> None:
    """All touches of one person lie before all of her conversions; another has one of each."""
    names = ["TU"[n % 2] for n in range(touches)] + ["C"] * conversions
    rows: list[dict[str, Any]] = [
        {"node": 1, "event": name, "timestamp": NOW - (len(names) - n) * MINUTE}
        for n, name in enumerate(names)
    ]
    rows += [{"node": 2, "event": each, "timestamp": NOW - MINUTE} for each in "TC"]
    world.load([{"message_id": f"m{n}", "properties": {}, **r} for n, r in enumerate(rows)], {})


@pytest.mark.parametrize("rule", ["linear", "time_decay"])
def test_more_pairs_than_arrays_should_hold(
    world: World, monkeypatch: pytest.MonkeyPatch, rule: Rule
) -> None:
    _busy(world, touches=1_500, conversions=1_400)
    question = msgspec.structs.replace(BUSY, rule=rule)
    with monkeypatch.context() as patched:
        patched.setattr(credits, "_shared", _never)
        told = attribution.answer(question, world.ground())
        who = attribution.people(question, world.ground(), attribution.Cell(of="credited"))
    assert told["conversions"] == 1_401
    assert who.tolist() == []
    monkeypatch.setattr(kernel, "_MOST_PAIRS", math.inf)
    monkeypatch.setattr(attribution.plans, "found", _never)
    assert told == attribution.answer(question, world.ground())


def test_few_pairs_need_no_sql(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _busy(world, touches=30, conversions=20)
    for each in ("found", "people"):
        monkeypatch.setattr(attribution.plans, each, _never)
    assert attribution.answer(BUSY, world.ground())["conversions"] == 21
    credited = attribution.Cell(of="credited", value="U")
    assert attribution.people(BUSY, world.ground(), credited).tolist() == [1]


def test_who_left_to_sql_is_told_and_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _busy(world, touches=30, conversions=20)
    monkeypatch.setattr(kernel, "_MOST_PAIRS", 500)
    watch = Watch()
    ground = Ground(world.warehouse, world.timeline, NOW, watch=watch)
    asked = ground.sql.read

    def cancelled(query: Any) -> Any:
        assert (watch.done, watch.of) == (0, 0)  # nobody knows how far SQL is
        watch.cancel()
        return asked(query)

    monkeypatch.setattr(ground.sql, "read", cancelled)
    with pytest.raises(QueryError) as caught:
        attribution.answer(BUSY, ground)
    assert caught.value.error_code == "question_cancelled"


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """As `both`, and DuckDB is not one engine among others."""
    folder = tmp_path_factory.mktemp("arrays")
    warehouse = DuckdbWarehouse(folder / "warehouse.duckdb", memory_mb=256)
    ground, lists = _filled(warehouse)
    assert ground.engine is None
    yield Both(ground, lists)
    warehouse.close()


@pytest.mark.parametrize("rule", ["linear", "time_decay"])
def test_what_is_left_to_sql_is_answered_the_same(
    arrays: Both, monkeypatch: pytest.MonkeyPatch, rule: Rule
) -> None:
    questions = attributed(rule), attributed(rule, by="properties.v", limit=2)
    told = [attribution.answer(each, arrays.lists) for each in questions]
    who = [attribution.people(questions[0], arrays.lists, each).tolist() for each in CELLS]
    assert all(who)
    _leave_all_to_sql(monkeypatch)
    assert [attribution.answer(each, arrays.sql) for each in questions] == told
    assert [attribution.people(questions[0], arrays.sql, each).tolist() for each in CELLS] == who


def test_what_is_left_to_sql_is_asked_of_the_same_people(
    arrays: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, cell = arrays.sql.warehouse, attribution.Cell(of="assisted", value="mail")
    vip = Ground(warehouse, Timeline(warehouse), NOW, members=lambda _: np.array(VIP))
    asked = attributed("linear", segment="vip")
    told, who = attribution.answer(asked, vip), attribution.people(asked, vip, cell).tolist()
    assert 0 < len(who) < len(attribution.people(attributed("linear"), arrays.sql, cell))
    _leave_all_to_sql(monkeypatch)
    assert attribution.answer(asked, vip) == told
    assert attribution.people(asked, vip, cell).tolist() == who


def _leave_all_to_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "_MOST_PAIRS", 0)
    monkeypatch.setattr(credits, "_shared", _never)
