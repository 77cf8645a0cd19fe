"""Segments of accounts, kept up to date as things happen, are what the oracle says of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.clock import DAY, HOUR
from tests.audiences import strategies
from tests.audiences.live import World, sent
from tests.audiences.test_live import STEPS

HELD = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
NOW = strategies.ANCHORS[0]


@pytest.fixture(params=["roomy", "tight"])
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tight: one look at a time, and most accounts have to wait."""
    if request.param == "tight":
        monkeypatch.setattr("rapport.audiences.stream.memory._MOST", 5)
        monkeypatch.setattr("rapport.audiences.stream.memory._LARGE", 3)
        monkeypatch.setattr("rapport.audiences.account_evaluating._CROWD", 1)
        monkeypatch.setattr("rapport.audiences.service.ACCOUNTS_MOST", 2)


def document_of_accounts(data: st.DataObject) -> dict[str, Any]:
    document = data.draw(strategies.documents(accounts=True))
    for key in ("firm", "house")[: data.draw(st.integers(1, 2))]:
        when = data.draw(strategies.conditions_of_accounts(("firm",) if key == "house" else ()))
        document["segments"].append({"key": key, "of": "accounts", "when": when})
    return document


def _describe(world: World, data: st.DataObject) -> None:
    world.decided += 1
    traits = {"plan": data.draw(st.sampled_from(["a", "b", "2026-08-19"]))}
    named = {"groupId": data.draw(st.sampled_from(strategies.ACCOUNTS)), "traits": traits}
    browser = {"anonymousId": f"a{data.draw(st.integers(1, 4))}"}
    world.send({"type": "group", "messageId": f"group-{world.decided}", **named, **browser})


OF_ACCOUNTS = {**STEPS, "describe": _describe}


@pytest.mark.usefixtures("room")
@HELD
@given(data=st.data())
def test_accounts_are_whom_the_oracle_names_whatever_happens(data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    document = document_of_accounts(data)
    history = data.draw(strategies.histories_of_accounts(now))
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), now)
        try:
            assert world.define(document) == ("applied", "")
            for batch in (history[: len(history) // 2], history[len(history) // 2 :]):
                world.send(*(sent(each.node, each.event, each.account) for each in batch))
                world.settle()
                world.agree()
            for step in data.draw(st.lists(st.sampled_from(sorted(OF_ACCOUNTS)), max_size=4)):
                OF_ACCOUNTS[step](world, data)
                world.settle()
                world.agree()
        finally:
            world.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    one = World(tmp_path, NOW)
    yield one
    one.close()


def event(name: str, message: str, account: str = "", user: str = "") -> dict[str, Any]:
    sender = {"userId": user} if user else {}
    context = {"groupId": account} if account else {}
    return {"type": "track", "event": name, "messageId": message, "context": context, **sender}


def moved(world: World) -> list[tuple[Any, ...]]:
    return world.rows_of(
        "SELECT segment, account, entered, json_extract(reason, '$.by'),"
        " json_extract(reason, '$.messages'), at FROM account_changes ORDER BY seq"
    )


def test_a_change_names_its_event_and_a_window_ends_on_time(world: World) -> None:
    busy = {"did": "Login", "during": {"last": "1h"}, "op": "gte", "value": 2}
    world.define({"segments": [{"key": "busy", "of": "accounts", "when": busy}]})
    world.send(event("Login", "m1", "acme", "ada"), event("Login", "m2", user="ada"))
    world.settle()
    assert moved(world) == [("busy", "acme", 1, "events", '["m1","m2"]', NOW)]
    world.clock.advance(HOUR - 1)
    assert not world.pipeline.work_off()
    world.clock.advance(1)
    world.settle()
    assert moved(world)[1:] == [("busy", "acme", 0, "timer", None, NOW + HOUR)]


def test_who_leaves_takes_along_what_she_did(world: World) -> None:
    """Her events that name no account count for the accounts of whoever she is."""
    when = {"all": [{"did": "Login"}, {"members": "any", "are": {"did": "Login"}}]}
    world.define({"segments": [{"key": "busy", "of": "accounts", "when": when}]})
    world.send(event("Joined", "m1", "acme", "ada"), event("Login", "m2", user="bob"))
    world.control("merge", a="user_id:ada", b="user_id:bob")
    world.settle()
    assert [(*each[1:4],) for each in moved(world)] == [("acme", 1, "identity")]
    world.control("split", a="user_id:ada", b="user_id:bob")
    world.settle()
    assert [(*each[1:4],) for each in moved(world)][1:] == [("acme", 0, "identity")]


def test_another_version_of_what_it_asks_of_people_is_asked_of_all_accounts(world: World) -> None:
    firms = {"key": "firms", "of": "accounts"}
    when = {"members": "any", "are": {"segment": "active"}}

    active = {"key": "active", "when": {"did": "Login"}}
    world.define({"segments": [active, {**firms, "when": when}]})
    world.send(event("Login", "m1", "acme", "ada"), event("Logout", "m2", "Acme", "bob"))
    world.settle()
    world.define({"segments": [{**active, "when": {"percent": 100, "salt": "x"}}]})
    world.settle()
    world.agree()
    assert [each[1:4] for each in moved(world)] == [
        ("acme", 1, "events"),
        ("Acme", 1, "definition"),
    ]


def test_large_accounts_are_left_to_the_warehouse(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rapport.audiences.account_evaluating.MOST_PEOPLE", 1)
    world.define({"segments": [{"key": "busy", "of": "accounts", "when": {"did": "Login"}}]})
    world.send(event("Login", "m1", "acme", "ada"))
    world.send(event("Joined", "m2", "Acme", "ada"), event("Login", "m3", "Acme", "bob"))
    world.settle()
    assert [account for _, account, *_ in moved(world)] == ["acme"]
    world.clock.advance(DAY)
    assert not world.pipeline.work_off()
