"""When segments of large accounts are counted: after news, and every minute."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rapport.audiences.language import definitions
from rapport.audiences.stream.plans import Stored
from rapport.server.background import account_segments
from rapport.server.background.account_segments import AccountSegments


class Stage:
    """Reads of definitions and members, a clock, and what the pipeline was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.takes = 0.0
        self.asked = False
        self.large = ["a", "b", "c"]
        self.found: dict[str, list[str]] = {}
        self.inside: dict[str, list[str]] = {}
        self.stored: list[Stored] = []
        self.told: list[dict[str, Any]] = []
        self.audiences = SimpleNamespace(
            of_accounts=lambda: self.stored,
            large_accounts=lambda identifiers: self.large,
            accounts_in=lambda key, limit: self.inside.get(key, []),
            known=lambda: None,
        )
        monkeypatch.setattr(account_segments, "members", self._members)
        self.loaded = 1
        warehouse = SimpleNamespace(loaded=lambda: self.loaded)
        rooms: Any = SimpleNamespace(warehouse=warehouse)
        self.one = AccountSegments(rooms, self._tell, lambda: self.now)

    def define(self, number: int, key: str) -> None:
        segment = definitions.segment({"key": key, "of": "accounts", "when": {"did": "A"}})
        self.stored = [one for one in self.stored if one.key != key]
        self.stored.append(Stored(number, "segment", key, 1, segment, "live", 0))

    def run(self) -> bool:
        reads: Any = self
        return self.one.run(reads)

    def _members(self, *_: Any) -> dict[str, list[str]]:
        self.asked = True
        self.now += self.takes
        if "broken" in self.found:
            raise RuntimeError("no such column")
        return self.found

    def _tell(self, control: dict[str, Any]) -> bool:
        self.told.append(control)
        for way in ("entered", "left"):
            held = set(self.inside.get(control["segment"], []))
            change = held.union if way == "entered" else held.difference
            self.inside[control["segment"]] = sorted(change(control[way]))
        return True


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


def test_only_what_differs_of_large_ones_is_told(stage: Stage) -> None:
    assert not stage.run()
    stage.define(1, "firms")
    stage.found = {"firms": ["a", "b", "small"]}
    stage.inside = {"firms": ["another"]}
    assert stage.run()
    told = {"action": "accounts", "segment": "firms", "version": 1}
    assert stage.told == [{**told, "entered": ["a", "b"], "left": []}]
    stage.now += 59
    assert not stage.run()
    stage.now += 1
    assert stage.run()
    assert len(stage.told) == 1  # nothing differs, nothing is told
    stage.found = {"firms": ["b", "c"]}
    stage.now += 60
    assert stage.run()
    assert (stage.told[-1]["entered"], stage.told[-1]["left"]) == (["c"], ["a"])


def test_nothing_is_counted_while_no_account_is_large(stage: Stage) -> None:
    stage.define(1, "firms")
    stage.found, stage.large = {"broken": []}, []
    assert stage.run()
    assert not stage.asked


def test_what_was_loaded_is_counted_soon(stage: Stage) -> None:
    stage.define(1, "firms")
    stage.found, stage.takes = {"firms": []}, 0.1
    assert stage.run()
    stage.loaded += 1
    stage.now += 1.8
    assert not stage.run()  # a twentieth of the time at most
    stage.found = {"firms": ["a"]}
    stage.now += 0.2
    assert stage.run()
    assert stage.told[-1]["entered"] == ["a"]
    stage.now += 50
    assert not stage.run()  # nothing new


def test_counting_takes_a_twentieth_of_the_time_at_most(stage: Stage) -> None:
    stage.define(1, "firms")
    stage.found, stage.takes = {"firms": ["a"]}, 20.0
    assert stage.run()
    stage.now += 370
    assert not stage.run()
    stage.now += 10
    assert stage.run()


def test_many_are_told_in_parts_and_a_failure_ends_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_segments, "_AT_ONCE", 2)
    stage.define(1, "firms")
    stage.found = {"firms": ["a", "b", "c"]}
    assert stage.run()
    assert [one["entered"] for one in stage.told] == [["a", "b"], ["c"]]
    stage.found, stage.now = {"broken": []}, stage.now + 60
    assert stage.run()
    assert not stage.run()
    assert stage.inside["firms"] == ["a", "b", "c"]
