"""Everything the tables hold about some profiles, fetched with one statement per table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from rapport.profiles.lens import Lens
from rapport.profiles.survivorship import Fragment

# trait -> what was said of it
Fragments: TypeAlias = dict[str, list[Fragment]]


class Known(msgspec.Struct, frozen=True, gc=False):
    """One identifier of a profile."""

    node: int
    type: str
    value: str


class Activity(msgspec.Struct, frozen=True, gc=False):
    """What one source sent of a profile. Instants in µs UTC."""

    source: int
    events: int
    first: int
    last: int


class Parts(msgspec.Struct):
    """One profile before survivorship."""

    identifiers: list[Known] = []
    fragments: Fragments = {}
    activity: list[Activity] = []
    accounts: list[str] = []


# CROSS JOIN fixes the order: SQLite must start from the few profiles asked for.
_IDENTIFIERS = """
    SELECT i.profile, i.node, i.type, i.value
    FROM json_each(?) AS p CROSS JOIN identifiers AS i ON i.profile = p.value
    ORDER BY i.node
"""
_FRAGMENTS = """
    SELECT i.profile, f.trait, f.value, f.source, f.node, f.first_time, f.first_message,
        f.last_time, f.last_message, f.count
    FROM json_each(?) AS p CROSS JOIN identifiers AS i ON i.profile = p.value
    CROSS JOIN fragments AS f ON f.node = i.node
"""
_ACTIVITY = """
    SELECT i.profile, c.source, sum(c.count), min(c.first_time), max(c.last_time)
    FROM json_each(?) AS p CROSS JOIN identifiers AS i ON i.profile = p.value
    CROSS JOIN counters AS c ON c.node = i.node
    GROUP BY i.profile, c.source
"""
_MEMBERSHIPS = """
    SELECT DISTINCT i.profile, m.account
    FROM json_each(?) AS p CROSS JOIN identifiers AS i ON i.profile = p.value
    CROSS JOIN memberships AS m ON m.node = i.node
    ORDER BY m.account
"""
_ACCOUNT_TRAITS = """
    SELECT t.account, t.trait, t.value, t.source, 0, t.first_time, t.first_message,
        t.last_time, t.last_message, t.count
    FROM json_each(?) AS a CROSS JOIN account_traits AS t ON t.account = a.value
"""


def load(lens: Lens, profiles: Sequence[int]) -> dict[int, Parts]:
    """Parts by profile. A profile without identifiers does not exist and is left out."""
    wanted = msgspec.json.encode(list(profiles)).decode()
    found: dict[int, Parts] = {}
    for profile, *row in lens.connection.execute(_IDENTIFIERS, (wanted,)):
        if profile not in found:
            found[profile] = Parts()
        found[profile].identifiers.append(Known(*row))
    for profile, fragments in _by_owner(lens, _FRAGMENTS, wanted).items():
        found[profile].fragments = fragments
    for profile, *row in lens.connection.execute(_ACTIVITY, (wanted,)):
        found[profile].activity.append(Activity(*row))
    for profile, account in lens.connection.execute(_MEMBERSHIPS, (wanted,)):
        found[profile].accounts.append(account)
    return found


def account_fragments(lens: Lens, accounts: Sequence[str]) -> dict[str, Fragments]:
    """What was said of these accounts; one of which nothing was said is left out."""
    wanted = msgspec.json.encode(list(accounts)).decode()
    return _by_owner(lens, _ACCOUNT_TRAITS, wanted)


def _by_owner(lens: Lens, statement: str, wanted: str) -> dict[Any, Fragments]:
    found: dict[Any, Fragments] = {}
    for owner, trait, value, source, *rest in lens.connection.execute(statement, (wanted,)):
        of_trait = found.setdefault(owner, {}).setdefault(trait, [])
        of_trait.append(Fragment(value, lens.senders.slug(source), *rest))
    return found
