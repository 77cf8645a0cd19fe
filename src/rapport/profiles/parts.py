"""Everything the tables hold about some profiles, fetched with one statement per table.

A read is made some hundred times a second, so rows stay the tuples they come as where they can.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, cast

import apsw
import msgspec

from rapport.profiles import pins
from rapport.profiles.lens import Lens
from rapport.profiles.pins import Pin
from rapport.profiles.survivorship import Fragment

# trait -> what was said of it
Fragments: TypeAlias = dict[str, list[Fragment]]
# (node, source, number of the event name, events, first, last). Instants in µs UTC.
Count: TypeAlias = tuple[int, int, int, int, int, int]


class Known(msgspec.Struct, frozen=True, gc=False):
    """One identifier of a profile."""

    node: int
    type: str
    value: str


class Activity(msgspec.Struct, frozen=True):
    """All that was sent of a profile. Instants in µs UTC."""

    events: int
    first: int | None
    last: int | None
    sources: frozenset[int]


class Parts(msgspec.Struct):
    """One profile before survivorship."""

    identifiers: list[Known] = []
    fragments: Fragments = {}
    counts: list[Count] = []
    accounts: set[str] = set()
    pins: list[Pin] = []

    def activity(self) -> Activity:
        """Instants are None for a value that joins nobody (info@...)."""
        if not self.counts:
            return Activity(0, None, None, frozenset())
        _, sources, _, events, first, last = zip(*self.counts, strict=True)
        return Activity(sum(events), min(first), max(last), frozenset(sources))


# CROSS JOIN fixes the order: SQLite must start from the few nodes asked for.
_IDENTIFIERS = """
    SELECT i.profile, i.node, i.type, i.value
    FROM carray(?) AS p CROSS JOIN identifiers AS i ON i.profile = p.value
"""
_FRAGMENTS = """
    SELECT f.node, f.trait, f.source, f.value, f.first_time, f.first_message,
        f.last_time, f.last_message, f.count
    FROM carray(?) AS n CROSS JOIN fragments AS f ON f.node = n.value
"""
_COUNTERS = """
    SELECT c.node, c.source, c.event, c.count, c.first_time, c.last_time
    FROM carray(?) AS n CROSS JOIN counters AS c ON c.node = n.value
"""
_MEMBERSHIPS = """
    SELECT m.node, m.account FROM carray(?) AS n CROSS JOIN memberships AS m ON m.node = n.value
"""
_ACCOUNT_TRAITS = """
    SELECT t.account, t.trait, t.source, t.value, t.first_time, t.first_message,
        t.last_time, t.last_message, t.count
    FROM json_each(?) AS a CROSS JOIN account_traits AS t ON t.account = a.value
"""


def load(lens: Lens, profiles: Iterable[int], *, counted: bool = True) -> dict[int, Parts]:
    """Parts by profile, without counts if they are not wanted. A profile without identifiers does
    not exist and is left out."""
    found: dict[int, Parts] = {}
    owners: dict[int, Parts] = {}
    for profile, node, kind, value in lens.connection.execute(_IDENTIFIERS, (numbers(profiles),)):
        parts = found.get(profile)
        if parts is None:
            parts = found[profile] = Parts()
        parts.identifiers.append(Known(node, kind, value))
        owners[node] = parts
    complete(lens, owners, counted=counted)
    return found


def complete(lens: Lens, owners: Mapping[int, Parts], *, counted: bool = True) -> None:
    """Add what the tables hold of each node to the parts that it belongs to."""
    nodes = (numbers(owners),)
    slug, execute = lens.senders.slug, lens.connection.execute
    for node, trait, source, value, *rest in execute(_FRAGMENTS, nodes):
        one = Fragment(value, slug(source), node, *rest)
        owners[node].fragments.setdefault(trait, []).append(one)
    if counted:
        for count in cast("Iterable[Count]", execute(_COUNTERS, nodes)):
            owners[count[0]].counts.append(count)
    for node, account in execute(_MEMBERSHIPS, nodes):
        owners[node].accounts.add(account)
    for node, pin in pins.of_nodes(lens.connection, nodes[0]):
        owners[node].pins.append(pin)


def account_fragments(lens: Lens, accounts: Sequence[str]) -> dict[str, Fragments]:
    """What was said of these accounts; one of which nothing was said is left out."""
    wanted = msgspec.json.encode(list(accounts)).decode()
    found: dict[str, Fragments] = {}
    rows = lens.connection.execute(_ACCOUNT_TRAITS, (wanted,))
    for account, trait, source, value, *rest in rows:
        of_trait = found.setdefault(account, {}).setdefault(trait, [])
        of_trait.append(Fragment(value, lens.senders.slug(source), 0, *rest))
    return found


def numbers(items: Iterable[int]) -> apsw.CArrayBinding:
    """Bound as a table of numbers. Ascending, since neighbours share pages."""
    # carray refuses an empty buffer; no node has the number 0.
    return apsw.carray(array("q", sorted(set(items)) or (0,)))
