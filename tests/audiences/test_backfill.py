"""A new definition knows the past, whatever is killed on the way: no gap, nothing twice."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.audiences.backfill import past as backfill
from tests.audiences import strategies
from tests.audiences.filling import filling
from tests.audiences.live import sent
from tests.audiences.test_live import STEPS
from tests.audiences.test_live_accounts import document_of_accounts

HELD = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


STATUSES = "SELECT status FROM definitions"
DEATHS = (
    "",
    "before it is told",
    "before it is applied",
    "while the next one is made",
    "after it was applied",
    "pipeline",
)


@HELD
@given(data=st.data())
def test_the_past_is_known_without_gap_or_double(
    monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr(backfill, "PART_ITEMS", 2)
    monkeypatch.setattr(backfill, "FEWEST_NODES", 1)
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


@HELD
@given(data=st.data())
def test_the_past_of_accounts_is_known_without_gap_or_double(
    monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr(backfill, "PART_ITEMS", 2)
    monkeypatch.setattr(backfill, "FEWEST_NODES", 1)
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    history = data.draw(strategies.histories_of_accounts(now))
    cut = data.draw(st.integers(0, len(history)))
    with filling(now) as held:
        held.deaths = data.draw(st.lists(st.sampled_from(DEATHS), max_size=6))
        world, later = held.world, list(history[cut:])
        world.send(*(sent(each.node, each.event, each.account) for each in history[:cut]))
        world.settle()
        assert world.define(document_of_accounts(data)) == ("applied", "")
        held.load()
        for _ in range(80):
            if later:
                each = later.pop()
                world.send(sent(each.node, each.event, each.account))
            busy = held.run()
            world.settle()
            held.load()
            if not busy and not later:
                break
        assert {status for (status,) in world.state.execute(STATUSES)} == {"live"}
        world.agree()


def test_what_comes_while_the_past_of_accounts_is_filled_counts() -> None:
    with filling(strategies.ANCHORS[0]) as held:
        world = held.world
        event = {"type": "track", "event": "A", "userId": "u1", "context": {"groupId": "acme"}}
        world.send({**event, "messageId": "m1"})
        world.settle()
        twice = {"did": "A", "op": "eq", "value": 2}
        world.define({"segments": [{"key": "firms", "of": "accounts", "when": twice}]})
        world.send({**event, "messageId": "m2"})
        world.settle()
        assert world.rows_of("SELECT account FROM account_members") == []
        held.load()
        while held.run():
            pass
        world.settle()
        assert world.rows_of("SELECT account FROM account_members") == [("acme",)]


@HELD
@given(data=st.data())
def test_whatever_happens_while_it_fills(
    monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    """Merges, separations, other definitions, time that passes: some were looked at by then,
    of others nothing is known yet."""
    monkeypatch.setattr(backfill, "PART_ITEMS", 1)
    monkeypatch.setattr(backfill, "FEWEST_NODES", 1)
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    history = data.draw(strategies.histories_of_accounts(now))
    with filling(now) as held:
        world, left = held.world, 6

        def another_definition() -> None:
            world.define(document_of_accounts(data))

        def work_off() -> None:
            world.drain()
            world.pipeline.work_off()

        def meanwhile() -> None:
            nonlocal left
            left -= 1
            if left > 0:
                name = data.draw(st.sampled_from(["define", "work", *sorted(STEPS)]))
                if name in STEPS:
                    STEPS[name](world, data)
                else:
                    {"define": another_definition, "work": work_off}[name]()

        world.send(*(sent(each.node, each.event, each.account) for each in history))
        world.settle()
        assert world.define(document_of_accounts(data)) == ("applied", "")
        held.meanwhile = meanwhile
        held.load()
        for _ in range(50):
            busy = held.run()
            held.load()
            if not busy:
                break
        world.settle()
        assert {status for (status,) in world.state.execute(STATUSES)} <= {"live", "replaced"}
        world.agree()


def test_what_is_replaced_while_it_fills_does_not_stop_the_others() -> None:
    with filling(strategies.ANCHORS[0]) as held:
        world = held.world
        world.send({"type": "track", "event": "A", "anonymousId": "a1", "messageId": "m1"})
        world.settle()
        world.define({"segments": [{"key": "first", "when": {"did": "A"}}]})
        world.define({"segments": [{"key": "second", "when": {"did": "B"}}]})
        world.define({"segments": [{"key": "first", "when": {"trait": "plan", "op": "exists"}}]})
        held.load()
        while held.run():
            pass
        world.settle()
        rows = world.rows_of("SELECT key FROM definitions WHERE status = 'live' ORDER BY key")
        assert rows == [("first",), ("second",)]


def test_people_whose_past_is_there_are_looked_at_before_the_rest_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backfill, "PART_ITEMS", 1)
    with filling(strategies.ANCHORS[0]) as held:
        world = held.world
        event = {"type": "track", "event": "A"}
        world.send(*({**event, "anonymousId": f"a{n}", "messageId": f"m{n}"} for n in range(5)))
        world.settle()
        world.define({"segments": [{"key": "s", "when": {"did": "A"}}]})
        held.load()
        counts: list[tuple[str, int]] = []

        def meanwhile() -> None:
            world.settle()
            ((status,),) = world.rows_of("SELECT status FROM definitions")
            counts.append((status, len(world.members("s"))))

        held.meanwhile = meanwhile
        assert held.run()
        assert counts == [*(("filling", known) for known in range(1, 5)), ("live", 5)]


@pytest.mark.parametrize("where", [[], [{"path": "properties.at", "op": "in_last", "value": "1d"}]])
def test_a_part_has_so_many_rows_however_many_segments_one_event_is_for(
    monkeypatch: pytest.MonkeyPatch, where: list[dict[str, Any]]
) -> None:
    """Rows from SQL, and of filters that move from events."""
    monkeypatch.setattr(backfill, "PART_ITEMS", 12)
    with filling(strategies.ANCHORS[0]) as held:
        world = held.world
        event = {"type": "track", "event": "A"}
        world.send(*({**event, "anonymousId": f"a{n}", "messageId": f"m{n}"} for n in range(9)))
        world.settle()
        days = [{"last": f"{n}d"} for n in range(1, 6)]
        selected = {"did": "A", **({"where": where} if where else {})}
        windows = [{**selected, "during": each} for each in days]
        world.define({"segments": [{"key": f"s{n}", "when": w} for n, w in enumerate(windows)]})
        held.load()
        counts = [0]

        def meanwhile() -> None:
            world.drain()
            counts.extend(
                count for (count,) in world.rows_of("SELECT count(*) FROM behaviour_rows")
            )

        held.meanwhile = meanwhile
        assert held.run()
        world.settle()
        world.agree()
        grown = [after - before for before, after in pairwise(counts)]
        assert sum(grown) == 5 * 9
        assert max(grown) == 10


def test_whoever_did_nothing_that_counts_has_no_past() -> None:
    with filling(strategies.ANCHORS[0]) as held:
        world = held.world
        for n in range(3):
            held.world.send(
                {
                    "type": "track",
                    "event": "A",
                    "anonymousId": f"a{n}",
                    "messageId": f"m{n}",
                    "properties": {"total": n},
                }
            )
        world.settle()
        where = [{"path": "properties.total", "op": "eq", "value": 1}]
        world.define({"segments": [{"key": "s", "when": {"did": "A", "where": where}}]})
        held.load()
        assert held.run()
        world.settle()
        world.agree()
        assert world.rows_of("SELECT count(*) FROM behaviour_totals") == [(1,)]


def test_who_did_something_since_is_not_told_what_the_past_said() -> None:
    with filling(strategies.ANCHORS[0]) as held:
        world = held.world

        def event(person: int, number: int) -> dict[str, Any]:
            return {
                "type": "track",
                "event": "A",
                "anonymousId": f"a{person}",
                "messageId": f"m{person}-{number}",
            }

        world.send(*(event(person, 1) for person in (1, 2, 3)))
        world.settle()
        world.define({"segments": [{"key": "once", "when": {"did": "A", "op": "eq", "value": 1}}]})
        world.send(event(1, 2))  # before her past is there
        world.drain()
        held.load()
        assert held.run()
        world.send(event(2, 2))  # after it came, before she was looked at
        world.settle()
        world.agree()
        assert len(world.members("once")) == 1
        assert [entered for _, entered in world.changes("once")] == [True]


def test_a_merge_leaves_her_to_the_part_of_her_last_identifier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first half of her was looked at already, the second has a past that is not there yet."""
    monkeypatch.setattr(backfill, "PART_ITEMS", 1)
    with filling(strategies.ANCHORS[0]) as held:
        world = held.world
        event = {"type": "track", "event": "A"}
        world.send(*({**event, "anonymousId": f"a{n}", "messageId": f"m{n}"} for n in range(4)))
        world.settle()
        world.define({"segments": [{"key": "once", "when": {"did": "A", "op": "eq", "value": 1}}]})
        held.load()
        seen: list[int] = []

        def meanwhile() -> None:
            seen.append(len(seen))
            if len(seen) == 3:
                world.control("merge", a="anonymous_id:a0", b="anonymous_id:a3")
            world.settle()

        held.meanwhile = meanwhile
        assert held.run()
        world.settle()
        world.agree()
        assert len(world.members("once")) == 2
        assert world.changes("once")[0] == (1, True)
        assert world.changes("once")[-1] == (1, False)


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
