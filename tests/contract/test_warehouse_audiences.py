"""Members of segments and computed traits, as every warehouse keeps them."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa
import pytest

from rapport.errors import Unavailable
from rapport.events.schema import ACCOUNT_CHANGES, MEMBERSHIP_CHANGES, TRAIT_CHANGES
from rapport.warehouse.base import Load, Warehouse
from rapport.warehouse.sqlbuild import column
from tests.contract.warehouses import Open, dialect_of
from tests.warehouse.rows import event_row, events


def membership(
    seq: int, profile: int, *, entered: bool, segment: str = "vip", version: int = 1
) -> dict[str, Any]:
    at, reason = 1_760_000_000_000_000 + seq, '{"by": "events"}'
    row = {"seq": seq, "segment": segment, "profile": profile, "entered": entered}
    return {**row, "at": at, "reason": reason, "version": version}


def moves(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=MEMBERSHIP_CHANGES)


def values(at: int, *said: tuple[str, int, str | None]) -> pa.Table:
    rows = [{"trait": t, "profile": p, "value": v, "at": at} for t, p, v in said]
    return pa.Table.from_pylist(rows, schema=TRAIT_CHANGES)


def members(warehouse: Warehouse) -> list[tuple[str, int, int]]:
    since = dialect_of(warehouse).sql(dialect_of(warehouse).epoch_micros(column("since")))
    rows = warehouse.read(
        f"SELECT segment, profile, {since} AS since FROM memberships ORDER BY segment, profile"
    )
    return [(row["segment"], row["profile"], row["since"] - 1_760_000_000_000_000) for row in rows]


def account_moves(*rows: tuple[int, str, bool]) -> pa.Table:
    found = []
    for seq, account, entered in rows:
        row = membership(seq, 0, entered=entered, segment="firms") | {"account": account}
        del row["profile"]
        found.append(row)
    return pa.Table.from_pylist(found, schema=ACCOUNT_CHANGES)


def accounts(warehouse: Warehouse) -> list[tuple[str, str, int]]:
    since = dialect_of(warehouse).sql(dialect_of(warehouse).epoch_micros(column("since")))
    rows = warehouse.read(
        f"SELECT segment, account, {since} AS since FROM account_memberships ORDER BY account"
    )
    return [(row["segment"], row["account"], row["since"] - 1_760_000_000_000_000) for row in rows]


def held(warehouse: Warehouse) -> list[tuple[str, int, str]]:
    """Computed traits, their values without the blanks that an engine puts into JSON."""
    rows = warehouse.read("SELECT trait, profile, value FROM computed_traits ORDER BY 1, 2")
    return [(row["trait"], row["profile"], row["value"].replace(" ", "")) for row in rows]


def test_memberships_follow_their_changes(reopen: Open) -> None:
    warehouse = reopen()
    first = (membership(1, 1, entered=True), membership(2, 2, entered=True))
    assert warehouse.load(Load(1, memberships=moves(*first, membership(3, 1, entered=False))))
    assert members(warehouse) == [("vip", 2, 2)]
    later = (membership(4, 1, entered=True), membership(5, 2, entered=False))
    assert warehouse.load(Load(2, memberships=moves(*later)))
    warehouse = reopen()
    assert members(warehouse) == [("vip", 1, 4)]
    kept = warehouse.read("SELECT seq, entered, reason FROM membership_changes ORDER BY seq")
    assert [bool(row["entered"]) for row in kept] == [True, True, False, True, False]
    assert kept[0]["reason"].replace(" ", "") == '{"by":"events"}'


def test_each_segment_has_members_of_its_own(warehouse: Warehouse) -> None:
    both = (membership(1, 7, entered=True), membership(2, 7, entered=True, segment="it's new"))
    warehouse.load(Load(1, memberships=moves(*both)))
    warehouse.load(Load(2, memberships=moves(membership(3, 7, entered=False, version=2))))
    assert members(warehouse) == [("it's new", 7, 2)]
    versions = warehouse.read("SELECT version FROM membership_changes ORDER BY seq")
    assert [row["version"] for row in versions] == [1, 1, 2]


def test_the_last_value_of_a_computed_trait_counts(reopen: Open) -> None:
    warehouse = reopen()
    said = [("orders", 1, "1"), ("orders", 2, "1"), ("orders", 1, "2"), ("orders", 3, "9")]
    assert warehouse.load(Load(1, traits=values(1, *said)))
    assert warehouse.load(
        Load(2, traits=values(2, ("orders", 2, None), ("orders", 3, None), ("orders", 3, "10")))
    )
    warehouse = reopen()
    assert held(warehouse) == [("orders", 1, "2"), ("orders", 3, "10")]


def test_values_of_every_kind_are_kept(warehouse: Warehouse) -> None:
    said = [
        ("a", 1, '"it\'s \u00e9"'),
        ("b", 1, "1.50"),
        ("c", 1, "true"),
        ("d", 1, '["x",{"y":1}]'),
    ]
    warehouse.load(Load(1, traits=values(1, *said)))
    found = {name: msgspec.json.decode(value) for name, _, value in held(warehouse)}
    assert found == {"a": "it'sé", "b": 1.5, "c": True, "d": ["x", {"y": 1}]}


def test_a_repeated_load_changes_no_member_and_no_value(reopen: Open) -> None:
    warehouse = reopen()
    everything = {
        "events": events(event_row(1)),
        "memberships": moves(membership(1, 1, entered=True)),
        "traits": values(1, ("orders", 1, "1")),
    }
    assert warehouse.load(Load(4, **everything))
    warehouse = reopen()
    assert not warehouse.load(Load(4, **everything))
    assert not warehouse.load(Load(3, memberships=moves(membership(2, 1, entered=False))))
    assert not warehouse.load(Load(4, traits=values(2, ("orders", 1, None))))
    assert warehouse.load(Load(5, memberships=moves(), traits=values(3)))
    warehouse.tidy()
    assert members(warehouse) == [("vip", 1, 1)]
    assert held(warehouse) == [("orders", 1, "1")]
    assert len(warehouse.read("SELECT seq FROM membership_changes")) == 1


def test_accounts_move_like_people(reopen: Open) -> None:
    warehouse = reopen()
    first = account_moves((1, "acme", True), (2, "Acme", True), (3, "it's \u00e9", True))
    assert warehouse.load(Load(1, account_memberships=first))
    assert warehouse.load(Load(2, account_memberships=account_moves((4, "acme", False))))
    warehouse = reopen()
    assert not warehouse.load(Load(2, account_memberships=account_moves((5, "Acme", False))))
    assert warehouse.load(Load(3, account_memberships=account_moves((5, "acme", True))))
    warehouse.tidy()
    assert accounts(warehouse) == [
        ("firms", "Acme", 2),
        ("firms", "acme", 5),
        ("firms", "it's \u00e9", 3),
    ]
    asked = (
        "SELECT account FROM account_membership_changes WHERE segment = 'firms' AND seq <= 4"
        " GROUP BY account HAVING sum(CASE WHEN entered THEN 1 ELSE -1 END) > 0 ORDER BY account"
    )
    assert warehouse.query(asked).rows == [["Acme"], ["it's \u00e9"]]  # who was in then
    reasons = warehouse.read("SELECT reason FROM account_membership_changes WHERE seq = 4")
    assert reasons[0]["reason"].replace(" ", "") == '{"by":"events"}'
    assert members(warehouse) == []


def test_a_load_that_fails_moves_nobody(warehouse: Warehouse) -> None:
    """Not even when what is wrong comes last."""
    warehouse.load(Load(1, memberships=moves(membership(1, 1, entered=True))))
    unfit = pa.table({"trait": ["orders"], "profile": ["one"], "value": ["1"], "at": ["today"]})
    with pytest.raises(Unavailable):
        warehouse.load(Load(2, memberships=moves(membership(2, 1, entered=False)), traits=unfit))
    assert (members(warehouse), held(warehouse), warehouse.loaded()) == ([("vip", 1, 1)], [], 1)
    warehouse.load(Load(2, memberships=moves(membership(2, 1, entered=False))))
    assert members(warehouse) == []


def test_what_an_engine_cannot_say_as_text_stops_no_load(warehouse: Warehouse) -> None:
    """An id or a value with NUL that somebody sent."""
    odd = membership(1, 1, entered=True) | {"reason": '{"messages": ["a\\u0000b"]}'}
    assert warehouse.load(
        Load(1, memberships=moves(odd), traits=values(1, ("city", 1, '"a\\u0000b"')))
    )
    assert warehouse.load(Load(2, account_memberships=account_moves((1, "a\0b", True))))
    assert accounts(warehouse)[0][1] in ("a\0b", "a\ufffdb")
    dialect = dialect_of(warehouse)
    text = dialect.sql(dialect.json_text(column("value"), []))
    found = warehouse.read(f"SELECT {text} AS said FROM computed_traits")
    assert found[0]["said"] in ("a\0b", "a\ufffdb")
    assert len(warehouse.query("SELECT reason FROM membership_changes").rows) == 1
