"""The loop: waking up, stopping, one at a time, and a disk that is full for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import apsw
import pytest

from rapport.errors import Conflict
from rapport.events.model import Rejection
from rapport.pipeline import PipelineLock
from rapport.pipeline import run as running

from .world import World, track


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Running:
    """The pipeline in a thread, as `rapport up` has it."""

    def __init__(self, world: World) -> None:
        self.steps: list[int] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=world.pipeline.run,
            args=(self._stop, lambda events, seconds: self.steps.append(events)),
        )

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_it_wakes_up_works_and_stops(world: World) -> None:
    with Running(world) as pipeline:
        world.send(track(1), track(2))
        until(lambda: world.reads.committed() == 1)
        world.control(id="d", action="discard_quarantined", ids=[], reason="")
        world.send(track(3))
        until(lambda: world.reads.committed() == 3)
    assert sum(pipeline.steps) == 3


def test_only_one_at_a_time(world: World) -> None:
    with PipelineLock(world.folder), pytest.raises(Conflict):
        world.pipeline.run(threading.Event())
    world.send(track(1))
    with Running(world):
        until(lambda: world.reads.committed() == 1)
        with pytest.raises(Conflict):
            PipelineLock(world.folder)


def test_it_goes_on_when_the_full_disk_has_space_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BACK_OFF_SECONDS", 0.05)
    pages = world.state.pragma("page_count")
    world.state.pragma("max_page_count", pages)
    big = [track(number, properties={"x": f"{number}" * 2000}) for number in range(200)]
    offset = world.send(*big)
    with pytest.raises(running.TROUBLE):
        world.pipeline.step()
    with Running(world):
        time.sleep(0.3)
        assert world.reads.committed() == 0
        assert world.reads.quarantine(lambda q: q.reasons(), {}) == {}
        world.state.pragma("max_page_count", 1_000_000)
        until(lambda: world.reads.committed() == offset)
    assert world.reads.ledger()[1]["stored"] == 200


def test_a_passing_failure_is_tried_again(world: World) -> None:
    failures = iter([True])
    world.identity.broken = lambda event: next(failures, False)
    world.send(track(1))
    assert world.pipeline.step() == 1
    assert world.reads.ledger()[1]["stored"] == 1


def test_a_failure_that_is_no_events_fault_stops_nobody_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is quarantined, nothing is skipped; the step is tried until it works."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(world.pipeline._store, "advance", fail)
        world.send(track(1))
        with pytest.raises(ZeroDivisionError):
            world.pipeline.step()
    assert world.reads.committed() == 0
    assert world.pipeline.step() == 1
    assert world.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_nothing_is_remembered_of_a_step_whose_rollback_failed_half_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise its events would be taken for duplicates of themselves, and be lost."""

    def no_disk(*_: object) -> int:
        raise apsw.IOError

    world.send(track(1))
    with monkeypatch.context() as patch:
        patch.setattr(world.pipeline._store, "advance", no_disk)
        patch.setattr(world.pipeline._store, "offset", no_disk)
        with pytest.raises(apsw.IOError):
            world.pipeline.step()
    assert world.pipeline.step() == 1
    assert world.reads.ledger()[1] | {"stored": 1, "duplicate": 0} == world.reads.ledger()[1]
    assert world.rows("SELECT count(*) FROM duplicates") == [(0,)]


def test_an_event_that_cannot_even_be_set_aside_is_not_tried_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(rejections: Sequence[Rejection]) -> list[Rejection]:
        if rejections:
            raise ZeroDivisionError
        return []

    world.identity.broken = lambda event: event.message_id == "m1"
    world.send(track(1))
    with monkeypatch.context() as patch:
        patch.setattr(world.pipeline._line._quarantine, "add", refuse)
        with pytest.raises(ZeroDivisionError):
            world.pipeline.step()
    assert world.pipeline.step() == 1
    assert world.rows("SELECT reason FROM quarantine") == [("processing_error",)]


@pytest.mark.parametrize("id", [7, 2**70, ["x"], {"a": 1}, None])
def test_a_decision_without_a_usable_id_stops_nobody(world: World, id: object) -> None:
    world.control(id=id, action="merge", a="user_id:a", b="user_id:b")
    offset = world.send(track(1))
    world.drain()
    assert world.reads.committed() == offset
    assert world.rows("SELECT status FROM controls") == [("refused",)]
