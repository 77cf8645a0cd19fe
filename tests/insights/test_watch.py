"""Questions end by their time, their memory, or because nobody wants the answer any more."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from rapport.clock import SystemClock
from rapport.errors import Conflict, Malformed, NotFound, QueryError
from rapport.insights.asking import Insights
from rapport.insights.running import Running
from rapport.warehouse.watch import Watch
from tests.insights.planting import World
from tests.insights.test_asking import BODIES, plant

SLOW = "SELECT sum(a.range * b.range) AS n FROM range(3000000) a, range(3000000) b"


def insights(world: World) -> Insights:
    return Insights(world.warehouse, SystemClock(), lambda _: np.zeros(0, np.int64))


def code_of(call: Any) -> str:
    with pytest.raises(QueryError) as caught:
        call()
    return caught.value.error_code


@pytest.mark.parametrize("how", ["read", "stream"])
def test_somebody_ends_a_query_in_the_engine(world: World, how: str) -> None:
    watch = Watch()
    begun = time.monotonic()
    threading.Timer(0.3, watch.cancel).start()
    ask = getattr(world.warehouse, how)
    assert code_of(lambda: list(ask(SLOW, watch=watch))) == "question_cancelled"
    assert time.monotonic() - begun < 20
    assert world.warehouse.read("SELECT 1 AS n") == [{"n": 1}]


@pytest.mark.parametrize("how", ["read", "stream"])
def test_time_ends_a_query_in_the_engine(world: World, how: str) -> None:
    watch = Watch(0.3)
    ask = getattr(world.warehouse, how)
    assert code_of(lambda: list(ask(SLOW, watch=watch))) == "question_timeout"


def test_a_question_ends_between_the_chunks(world: World) -> None:
    plant(world)
    asked = insights(world)
    cancelled, late = Watch(), Watch(0)
    cancelled.cancel()
    for kind, body in BODIES.items():
        for watch, code in ((cancelled, "question_cancelled"), (late, "question_timeout")):
            told = code_of(lambda body=body, kind=kind, w=watch: asked.answer(body, kind, watch=w))
            assert told == code, kind
        assert asked.answer(body, kind)["cached"] is False


def test_memory_ends_a_question_that_reads_values(world: World) -> None:
    plant(world)
    body = {**BODIES["trends"], "breakdown": "properties.brand", "from": "2025-10-01"}
    watch = Watch(memory_mb=0.000001)
    assert code_of(lambda: insights(world).answer(body, "trends", watch=watch)) == "question_memory"


def test_progress_is_told(world: World) -> None:
    plant(world)
    watch = Watch()
    insights(world).answer(BODIES["funnel"], "funnel", watch=watch)
    assert watch.of == 3


def test_who_waits_for_a_turn_can_go(world: World) -> None:
    asked = insights(world)
    with asked._turn(None), asked._turn(None):
        watch = Watch(0.3)
        told = code_of(lambda: asked.answer(BODIES["active"], "active", watch=watch))
    assert told == "question_timeout"
    assert asked.answer(BODIES["active"], "active")["kind"] == "active"


def test_what_runs_is_known_by_its_name() -> None:
    running = Running(SystemClock(), seconds=60, memory_mb=10)
    with running.asked("funnel", "ada", "mine") as run, running.asked("paths", "eve"):
        assert [each.kind for each in running.all()] == ["funnel", "paths"]
        assert running.get("mine") is run
        with pytest.raises(Conflict), running.asked("funnel", "eve", "mine"):
            pass
        with pytest.raises(Malformed), running.asked("funnel", "eve", "a b"):
            pass
        running.cancel_all()
        assert code_of(run.watch.check) == "question_cancelled"
    with pytest.raises(NotFound):
        running.get("mine")
