"""Segments of accounts: what the warehouse and the oracle say together is what the oracle says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from rapport.audiences import accounts
from rapport.audiences.accounts import Asking
from rapport.audiences.language import checks, definitions
from rapport.audiences.language.known import Known
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Account, Happening
from rapport.audiences.reads import AudienceReads
from rapport.errors import Malformed
from rapport.warehouse.dialects.duckdb import DuckdbDialect
from tests.audiences import engine, strategies
from tests.audiences.live import World
from tests.audiences.strategies import ANCHORS, People, Sent

HELD = settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
NOW = ANCHORS[3]


@pytest.fixture(scope="module")
def held() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = engine.connection()
    yield connection
    connection.close()


def found(
    held: duckdb.DuckDBPyConnection, document: dict[str, Any], those: list[Account], now: int
) -> dict[str, list[str]]:
    known = Known.of(definitions.document(document))
    checks.check(known)
    wanted = [one for one in known.segments.values() if one.of == "accounts"]

    def read(sql: str) -> list[dict[str, Any]]:
        rows = held.execute(sql)
        names = [each[0] for each in rows.description]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]

    bare = [Account(id=each.id, traits=each.traits) for each in those]
    return accounts.members(wanted, known, Asking(read, lambda: bare, DuckdbDialect(), now))


@HELD
@given(data=st.data())
def test_the_warehouse_says_what_the_oracle_says(
    held: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    now = data.draw(st.sampled_from(ANCHORS))
    document = data.draw(strategies.documents())
    for key in ("firm", "house")[: data.draw(st.integers(1, 2))]:
        segments = ("firm",) if key == "house" else ()
        when = data.draw(strategies.conditions_of_accounts(segments))
        document["segments"].append({"key": key, "of": "accounts", "when": when})
    traits = data.draw(strategies.traits_of_accounts())
    history = data.draw(strategies.histories_of_accounts(now))
    for people in (data.draw(strategies.people()), data.draw(strategies.people())):
        engine.fill(held, history, people)
        those = strategies.accounts(history, people, traits)
        known = Known.of(definitions.document(document))
        said = found(held, document, those, now)
        for key, ids in said.items():
            when = known.segments[key].when
            expected = [each.id for each in those if oracle.holds(when, each, now, known)]
            event(f"accounts: {len(expected)}")
            assert ids == expected


def sent(node: int, name: str, account: str = "") -> Sent:
    happening = Happening(timestamp=NOW, message_id=f"{node}-{name}-{account}", event=name)
    return Sent(node, happening, account)


def test_an_event_counts_for_the_account_that_it_names(held: duckdb.DuckDBPyConnection) -> None:
    """Ada works for two; what she does for one of them is not done for the other."""
    history = [
        *(sent(1, "Joined", account) for account in ("acme", "Acme")),
        *(sent(1, "Login", account) for account in ("", "acme")),
        sent(0, "Login", "größe"),
        sent(2, "Login"),
    ]
    people = People({1: 1, 2: 2}, {}, {})
    engine.fill(held, history, people)
    document = {
        "segments": [
            {"key": f"logins_{n}", "of": "accounts", "when": {"did": "Login", "value": n}}
            for n in (1, 2)
        ]
        + [
            {"key": "nobody", "of": "accounts", "when": {"members": "none", "are": {"did": "*"}}},
            {"key": "each", "of": "accounts", "when": {"members": "all", "are": {"did": "Login"}}},
        ]
    }
    those = strategies.accounts(history, people, {})
    assert found(held, document, those, NOW) == {
        "logins_1": ["acme", "Acme", "größe"],
        "logins_2": ["acme"],
        "nobody": ["größe", strategies.ACCOUNTS[3]],
        "each": ["acme", "Acme"],
    }


@pytest.mark.parametrize(
    "when",
    [
        {"identifier": "email"},
        {"consent": "email"},
        {"any": [{"sequence": [{"did": "A"}, {"did": "B"}]}]},
        {"members": "any", "are": {"members": "any", "are": {"did": "A"}}},
        {"segment": "folk"},
    ],
)
def test_what_is_of_people_is_refused(when: dict[str, Any]) -> None:
    folk = {"key": "folk", "when": {"did": "A"}}
    firm = {"key": "firm", "of": "accounts", "when": when}
    with pytest.raises(Malformed, match="firm: when"):
        checks.check(Known.of(definitions.document({"segments": [folk, firm]})))


FIRMS = {"key": "firms", "of": "accounts", "when": {"did": "Login"}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    one = World(tmp_path, NOW)
    yield one
    one.close()


def tell(world: World, version: int, **moves: Any) -> None:
    told = {"segment": "firms", "version": version, **moves}
    assert world.control("accounts", **told) == ("applied", "")


def moved(world: World) -> list[tuple[Any, ...]]:
    return world.rows_of(
        "SELECT account, entered, json_extract(reason, '$.by'), version FROM account_changes"
        " ORDER BY seq"
    )


def sent_on(world: World) -> list[dict[str, Any]]:
    """What the warehouse is told of accounts."""
    rows = world.rows_of("SELECT payload FROM outbox WHERE kind = 'account_memberships'")
    return [
        row for (payload,) in rows for row in pa.ipc.open_stream(payload).read_all().to_pylist()
    ]


def test_what_moved_before_the_warehouse_was_told_is_told_once(world: World) -> None:
    """As after an upgrade."""
    world.define({"segments": [FIRMS]})
    tell(world, 1, entered=["acme"], complete=True)
    world.state.execute("UPDATE account_changes SET sent = 0; DELETE FROM outbox")
    for _ in range(2):
        tell(world, 1, entered=["Acme"])
    assert [row["account"] for row in sent_on(world)] == ["acme", "Acme"]


def test_changes_are_written_once_and_in_order(world: World) -> None:
    """Those of large accounts, which are counted elsewhere."""
    assert world.define({"segments": [FIRMS]}) == ("applied", "")
    world.settle()
    reads = AudienceReads(world.state)
    assert [(one.status, one.version) for one in reads.of_accounts()] == [("live", 1)]
    for _ in range(2):  # a record that stands in the log twice
        tell(world, 1, entered=["acme", "Acme"])
    shown = reads.definition("segment", "firms")
    assert (shown.status, shown.count, shown.progress) == ("live", 2, 1.0)
    tell(world, 1, entered=["größe"], left=["acme", "never"])
    assert reads.accounts_in("firms", 10) == ["Acme", "größe"]
    tell(world, 7, left=["Acme"])  # of a version that is not
    assert moved(world) == [
        ("acme", 1, "schedule", 1),
        ("Acme", 1, "schedule", 1),
        ("acme", 0, "schedule", 1),
        ("größe", 1, "schedule", 1),
    ]
    world.restart()
    assert world.define({"segments": [{**FIRMS, "of": "people"}]})[0] != "applied"
    assert world.control("retire", kind="segment", key="firms") == ("applied", "")
    world.settle()
    assert moved(world)[4:] == [("Acme", 0, "definition", 1), ("größe", 0, "definition", 1)]
    told = sent_on(world)
    assert [row["seq"] for row in told] == [1, 2, 3, 4, 5, 6]
    assert [(row["account"], row["entered"]) for row in told[2:5]] == [
        ("acme", False),
        ("größe", True),
        ("Acme", False),
    ]
    tell(world, 1, entered=["late"])  # counted before it ended, told after
    assert world.rows_of("SELECT count(*) FROM account_members") == [(0,)]
