"""A backlog is decoded by another process, and nobody can tell from what comes out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.config import Settings
from rapport.pipeline import run as running
from rapport.pipeline.ahead import Ahead

from .test_run import Running, until
from .world import World, track

TABLES = ("ledger", "counters", "duplicates", "controls", "progress", "outbox")
QUARANTINE = "SELECT reason, detail, body, log_offset, log_index FROM quarantine ORDER BY 4, 5"


class Watched(Ahead):
    """Counts what it decoded; `die_after` so many portions its process is killed at each."""

    def __init__(self, die_after: int | None = None) -> None:
        super().__init__(Settings())
        self.begun = self.taken = 0
        self._die_after = die_after

    def begin(self, after: int, records: Any) -> None:
        super().begin(after, records)
        self.begun += 1
        if self._die_after is not None and self.begun > self._die_after:
            self.kill()

    def take(self, after: int) -> Any:
        found = super().take(after)
        self.taken += found is not None
        return found

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_EVENTS", 30)
    monkeypatch.setattr(running, "WORTH_EVENTS", 5)


@pytest.fixture
def ahead() -> Iterator[Watched]:
    made = Watched()
    assert made.ready(20)
    yield made
    made.close()


def fill(world: World) -> None:
    """Good, bad, resent and clashing events, shared contexts, and decisions in between."""
    context = {"locale": "en-IN", "n": 2**70, "page": {"path": "/p"}}
    for start in range(0, 200, 10):
        events = [track(start + k, context=context if k % 3 else {}) for k in range(9)]
        world.send(*events, {"type": "track"}, context={"app": {"name": "shop"}})
        if start % 50 == 40:
            world.send(track(start), track(start + 1, event="Other"))
            world.control(id=f"d{start}", action="discard_quarantined", ids=[start], reason="")


def tables(world: World) -> dict[str, Any]:
    found: dict[str, Any] = {name: world.rows(f"SELECT * FROM {name}") for name in TABLES}
    found["quarantine"] = world.rows(QUARANTINE)
    return found


@pytest.fixture
def expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What one portion a step gives, decoded by the pipeline itself."""
    (tmp_path / "plain").mkdir()
    plain = World(tmp_path / "plain")
    fill(plain)
    with monkeypatch.context() as patched:
        patched.setattr(running, "STEP_EVENTS", 1)
        plain.drain()
    return tables(plain)


def test_the_same_comes_out(tmp_path: Path, ahead: Watched, expected: dict[str, Any]) -> None:
    world = World(tmp_path, ahead=ahead)
    fill(world)
    world.drain()
    assert tables(world) == expected
    assert ahead.taken >= 3


def test_several_portions_are_one_transaction(tmp_path: Path, ahead: Watched) -> None:
    world = World(tmp_path, ahead=ahead)
    for start in range(0, 200, 10):
        world.send(*(track(start + k) for k in range(10)))
    commits = 0

    def committed(*_: Any) -> int:
        nonlocal commits
        commits += 1
        return 0

    world.state.set_wal_hook(committed)
    assert world.pipeline.step() == 200
    assert commits == 1
    assert ahead.taken >= 3


@pytest.mark.parametrize(("portions", "pause"), [(0, 30.0), (2, 30.0), (2, 0.0)])
def test_a_process_that_dies_costs_nothing(
    tmp_path: Path,
    expected: dict[str, Any],
    portions: int,
    pause: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rapport.pipeline.ahead.LOST_SECONDS", pause)
    dying = Watched(die_after=portions)
    assert dying.ready(20)
    world = World(tmp_path, ahead=dying)
    fill(world)
    world.drain()
    dying.close()
    assert tables(world) == expected
    assert dying.begun > portions


def test_an_event_that_fails_is_set_aside_from_a_portion_decoded_ahead(
    tmp_path: Path, ahead: Watched
) -> None:
    world = World(tmp_path, ahead=ahead)
    assert world.identity is not None
    world.identity.broken = lambda event: event.message_id == "m104"
    fill(world)
    world.drain()
    aside = [row for row in tables(world)["quarantine"] if row[0] == "processing_error"]
    assert len(aside) == 1
    assert world.reads.ledger()[1]["stored"] == 179
    assert ahead.taken >= 2


def test_what_was_begun_is_not_taken_for_another_place(ahead: Watched, tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(2):
        world.send(track(number))
    first, second = world.log.records
    ahead.begin(0, [first])
    assert ahead.take(1) is None
    ahead.begin(1, [second])
    portion = ahead.take(1)
    assert portion is not None
    assert [one.message_id for one in portion.decoded.found] == ["m1"]
    assert ahead.take(1) is None


def test_the_process_ends_with_the_pipeline(tmp_path: Path, ahead: Watched) -> None:
    world = World(tmp_path, ahead=ahead)
    fill(world)
    with Running(world):
        until(lambda: world.reads.committed() == world.log.end())
        process = ahead._process
        assert process is not None
        assert process.poll() is None
    assert process.poll() == 0


def test_the_process_ends_when_it_is_not_used(
    ahead: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.send(track(1))
    ahead.begin(0, world.log.records)
    process = ahead._process
    assert process is not None
    ahead.end_if_unused()
    assert process.poll() is None
    monkeypatch.setattr("rapport.pipeline.ahead.UNUSED_SECONDS", 0)
    ahead.end_if_unused()
    assert process.poll() == 0


def test_nobody_waits_for_its_start(tmp_path: Path) -> None:
    starting = Watched()
    world = World(tmp_path, ahead=starting)
    fill(world)
    world.pipeline.step()
    assert starting._process is not None
    assert starting.begun == 0
    starting.close()


def test_a_process_that_does_not_answer_is_given_up(
    tmp_path: Path, ahead: Watched, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rapport.pipeline.ahead.ANSWER_SECONDS", 0.2)
    monkeypatch.setattr("rapport.pipeline.ahead.END_SECONDS", 0.2)
    assert ahead._process is not None
    ahead._process.send_signal(signal.SIGSTOP)
    world = World(tmp_path, ahead=ahead)
    fill(world)
    world.drain()
    assert tables(world) == expected
    assert ahead.taken == 0
    assert ahead._process is None
