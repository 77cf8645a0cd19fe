"""Members and values, kept up to date as things happen, are what the oracle says of everybody."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.clock import DAY, HOUR, MINUTE, SECOND
from tests.audiences import strategies
from tests.audiences.live import World, sent

HELD = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
PAUSES = st.sampled_from([1, SECOND, 30 * MINUTE, HOUR, 12 * HOUR, DAY, 8 * DAY, 40 * DAY])


@pytest.fixture(params=["roomy", "tight"])
def memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tight: nodes are forgotten and read again all the time, and people are read one by one."""
    if request.param == "tight":
        monkeypatch.setattr("rapport.audiences.stream.memory._MOST", 5)
        monkeypatch.setattr("rapport.audiences.stream.memory._LARGE", 3)
        monkeypatch.setattr("rapport.audiences.stream.evaluating._CROWD", 1)


@pytest.mark.usefixtures("memory")
@HELD
@given(data=st.data())
def test_members_are_whom_the_oracle_names_whatever_happens(data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    document = data.draw(strategies.documents())
    history = data.draw(strategies.histories(now))
    early = data.draw(st.booleans())
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), now)
        try:
            assert world.define(document) == ("applied", "")
            batches = [history[: len(history) // 2], history[len(history) // 2 :]]
            for batch in batches:
                world.send(*(sent(each.node, each.event) for each in batch))
                world.settle()
                world.agree()
                if early:
                    world.clock.advance(data.draw(PAUSES))
                    world.settle()
                    world.agree()
            for step in data.draw(st.lists(st.sampled_from(sorted(STEPS)), max_size=4)):
                STEPS[step](world, data)
                world.settle()
                world.agree()
        finally:
            world.close()


def test_who_was_known_before_her_first_event_is_asked_about_everything(tmp_path: Path) -> None:
    """A decision names browsers that nobody has heard of yet."""
    world = World(tmp_path, strategies.ANCHORS[0])
    few = {"did": "A", "op": "lt", "value": 3}
    never = {"not": {"did": "B"}}
    try:
        world.define({"segments": [{"key": "few", "when": few}, {"key": "never", "when": never}]})
        world.control("split", a="anonymous_id:a1", b="anonymous_id:a2")
        world.settle()
        world.send({"type": "track", "event": "A", "messageId": "m1", "anonymousId": "a1"})
        world.settle()
        world.agree()
        assert len(world.members("few")) == len(world.members("never")) == 1
    finally:
        world.close()


def test_two_that_change_together_leave_no_old_version_behind(tmp_path: Path) -> None:
    """One looks at the other; the past of both is complete in the same step."""
    world = World(tmp_path, strategies.ANCHORS[0])

    def document(least: int) -> dict[str, Any]:
        upper = {"all": [{"segment": "base"}, {"did": "B", "value": least}]}
        base = {"did": "A", "value": least}
        return {"segments": [{"key": "upper", "when": upper}, {"key": "base", "when": base}]}

    def person(number: int, count: int) -> list[dict[str, Any]]:
        sent = {"type": "track", "anonymousId": f"a{number}"}
        return [
            {**sent, "event": name, "messageId": f"{name}{number}-{n}"}
            for n in range(count)
            for name in "AB"
        ]

    try:
        for least in (1, 2):
            world.define(document(least))
            world.settle()
        world.send(*person(1, 1), *person(2, 3))
        world.settle()
        world.agree()
        standing = world.rows_of("SELECT key FROM definitions WHERE status = 'live' ORDER BY key")
        assert standing == [("base",), ("upper",)]
    finally:
        world.close()


def _log_in(world: World, data: st.DataObject) -> None:
    world.decided += 1
    traits = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "plan": st.sampled_from(["a", "b"]),
                "score": st.integers(0, 3),
                "timezone": st.sampled_from(strategies.ZONES),
            },
        )
    )
    browser, user = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 2))
    world.send(
        {
            "type": "identify",
            "messageId": f"login-{world.decided}",
            "anonymousId": f"a{browser}",
            "userId": f"u{user}",
            "traits": traits,
        }
    )


def _decide(action: str) -> Any:
    def step(world: World, data: st.DataObject) -> None:
        a, b = data.draw(st.permutations(range(1, 5)))[:2]
        world.control(action, a=f"anonymous_id:a{a}", b=f"anonymous_id:a{b}")

    return step


def _wait(world: World, data: st.DataObject) -> None:
    world.clock.advance(data.draw(PAUSES))


def _crash(world: World, data: st.DataObject) -> None:
    world.restart()


def _again(world: World, data: st.DataObject) -> None:
    """An SDK that got no answer."""
    batches = [one for one in world.log.records if one.count]
    if batches:
        world.send(*json.loads(data.draw(st.sampled_from(batches)).body)["batch"])


STEPS = {
    "log in": _log_in,
    "merge": _decide("merge"),
    "split": _decide("split"),
    "wait": _wait,
    "crash": _crash,
    "again": _again,
}
