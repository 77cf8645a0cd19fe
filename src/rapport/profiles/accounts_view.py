"""Accounts as they are shown: traits by the same survivorship rules, and their people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from rapport.clock import to_iso
from rapport.errors import NotFound
from rapport.profiles import view
from rapport.profiles.lens import Lens
from rapport.profiles.parts import Fragments, account_fragments

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


def brief(lens: Lens, accounts: Sequence[str]) -> list[dict[str, Any]]:
    """{id, traits} of the accounts that a person belongs to."""
    if not accounts:
        return []
    found = account_fragments(lens, accounts[:_SHOWN_PER_PERSON])
    return [
        {"id": id, "traits": view.traits(lens, found.get(id, {}), {})}
        for id in accounts[:_SHOWN_PER_PERSON]
    ]


def page(
    lens: Lens, limit: int, cursor: str | None, q: str
) -> tuple[list[dict[str, Any]], str | None]:
    """Accounts with id > `cursor` whose id or name contains `q`, and the next cursor."""
    bound = (cursor or "", q.strip(), limit + 1)
    rows: list[Any] = lens.connection.execute(_PAGE, bound).fetchall()
    shown = rows[:limit]
    found = account_fragments(lens, [id for id, _, _ in shown])
    items = [_account(lens, row, found.get(row[0], {})) for row in shown]
    return items, shown[-1][0] if len(rows) > limit else None


def one(lens: Lens, id: str) -> dict[str, Any]:
    """One account without its people. Raises `NotFound`."""
    row = lens.connection.execute(
        "SELECT id, first_time, last_time FROM accounts WHERE id = ?", (id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"no account {id!r}", hint="accounts come from group calls")
    return _account(lens, row, account_fragments(lens, [id]).get(id, {}))


def several(lens: Lens, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Accounts without their people, in the order asked for; unknown ones are left out."""
    wanted = msgspec.json.encode(list(ids)).decode()
    query = (
        "SELECT id, first_time, last_time FROM accounts"
        " WHERE id IN (SELECT value FROM json_each(?))"
    )
    rows = {row[0]: row for row in lens.connection.execute(query, (wanted,))}
    found = account_fragments(lens, list(rows))
    return [_account(lens, rows[id], found.get(id, {})) for id in ids if id in rows]


def traits_after(lens: Lens, id: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
    """Ids behind `id`, in order, each with its traits."""
    query = "SELECT id FROM accounts WHERE id > ? ORDER BY id LIMIT ?"
    ids = [str(row[0]) for row in lens.connection.execute(query, (id, limit))]
    found = account_fragments(lens, ids)
    return [(each, view.traits(lens, found.get(each, {}), {})) for each in ids]


def members(lens: Lens, id: str, limit: int) -> list[int]:
    """Profiles that belong to the account, the latest seen first."""
    return [row[0] for row in lens.connection.execute(_MEMBERS, (id, limit))]


def _account(lens: Lens, row: Sequence[Any], fragments: Fragments) -> dict[str, Any]:
    id, first, last = row
    traits = view.traits(lens, fragments, {})
    name = traits.get("name")
    return {
        "id": id,
        "name": name if isinstance(name, str) and name else id,
        "traits": traits,
        "members_count": lens.connection.execute(_SIZE, (id,)).get,
        "first_seen": to_iso(first),
        "last_seen": to_iso(last),
    }
