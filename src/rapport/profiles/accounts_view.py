"""Accounts as they are shown: traits by the same survivorship rules, and their people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw

from rapport.clock import to_iso
from rapport.errors import NotFound
from rapport.profiles import view
from rapport.profiles.parts import Fragments, Sources, account_fragments
from rapport.profiles.rules import SurvivorshipRules

# The accounts of one person or page stay few; ids are compared without regard to ASCII case.
_PAGE = """
    SELECT a.id, a.first_time, a.last_time FROM accounts AS a
    WHERE a.id > ?1 AND (?2 = '' OR instr(lower(a.id), lower(?2)) OR EXISTS (
        SELECT 1 FROM account_traits AS t
        WHERE t.account = a.id AND t.trait = 'name' AND instr(lower(t.value), lower(?2))))
    ORDER BY a.id LIMIT ?3
"""
_SIZE = """
    SELECT count(DISTINCT i.profile) FROM memberships AS m
    JOIN identifiers AS i ON i.node = m.node WHERE m.account = ?
"""
_MEMBERS = """
    SELECT i.profile FROM memberships AS m JOIN identifiers AS i ON i.node = m.node
    WHERE m.account = ? GROUP BY i.profile ORDER BY max(m.last_time) DESC, i.profile LIMIT ?
"""
_SHOWN_PER_PERSON = 50


def brief(
    connection: apsw.Connection,
    accounts: Sequence[str],
    sources: Sources,
    rules: SurvivorshipRules,
    now: int,
) -> list[dict[str, Any]]:
    """{id, traits} of the accounts that a person belongs to."""
    if not accounts:
        return []
    found = account_fragments(connection, accounts[:_SHOWN_PER_PERSON], sources)
    return [
        {"id": id, "traits": view.traits(rules, found.get(id, {}), {}, now)}
        for id in accounts[:_SHOWN_PER_PERSON]
    ]


def page(
    connection: apsw.Connection,
    sources: Sources,
    rules: SurvivorshipRules,
    now: int,
    limit: int,
    cursor: str | None,
    q: str,
) -> tuple[list[dict[str, Any]], str | None]:
    """Accounts with id > `cursor` whose id or name contains `q`, and the next cursor."""
    bound = (cursor or "", q.strip(), limit + 1)
    rows: list[Any] = connection.execute(_PAGE, bound).fetchall()
    shown = rows[:limit]
    found = account_fragments(connection, [id for id, _, _ in shown], sources)
    items = [
        _account(connection, row, view.traits(rules, found.get(row[0], {}), {}, now))
        for row in shown
    ]
    return items, shown[-1][0] if len(rows) > limit else None


def one(
    connection: apsw.Connection, sources: Sources, rules: SurvivorshipRules, now: int, id: str
) -> dict[str, Any]:
    """One account without its people. Raises `NotFound`."""
    row = connection.execute(
        "SELECT id, first_time, last_time FROM accounts WHERE id = ?", (id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"no account {id!r}", hint="accounts come from group calls")
    fragments: Fragments = account_fragments(connection, [id], sources).get(id, {})
    return _account(connection, row, view.traits(rules, fragments, {}, now))


def members(connection: apsw.Connection, id: str, limit: int) -> list[int]:
    """Profiles that belong to the account, the latest seen first."""
    return [row[0] for row in connection.execute(_MEMBERS, (id, limit))]


def _account(
    connection: apsw.Connection, row: Sequence[Any], traits: dict[str, Any]
) -> dict[str, Any]:
    id, first, last = row
    name = traits.get("name")
    return {
        "id": id,
        "name": name if isinstance(name, str) and name else id,
        "traits": traits,
        "members_count": connection.execute(_SIZE, (id,)).get,
        "first_seen": to_iso(first),
        "last_seen": to_iso(last),
    }
