"""Some profiles at one instant, with all that the tables hold of them.

Each table is read once for all of them, when a condition first asks about it: a statement costs
more than the few rows that it finds of one person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import apsw
import msgspec

from rapport.audiences.language import instants
from rapport.audiences.meaning.person import Account, Person
from rapport.audiences.stream.look import Facts
from rapport.audiences.stream.memory import Memories, NodeMemory
from rapport.audiences.stream.remembered import Row, Totals
from rapport.profiles import pins, view
from rapport.profiles.lens import Lens
from rapport.profiles.parts import Parts, account_fragments, load, numbers

ZONE_TRAIT: Final = "timezone"

# CROSS JOIN fixes the order: SQLite must start from the few nodes asked for.
_NODES: Final = (
    "SELECT i.profile, i.node FROM carray(?) AS p CROSS JOIN identifiers AS i"
    " ON i.profile = p.value"
)
_HEARD: Final = (
    "SELECT n.value FROM carray(?) AS n WHERE EXISTS (SELECT 1 FROM counters WHERE node = n.value)"
)
_MEMBERS: Final = (
    "SELECT m.profile, m.segment FROM carray(?) AS p CROSS JOIN segment_members AS m"
    " ON m.profile = p.value"
)


class Crowd:
    """`zone` is where people live who do not say."""

    def __init__(
        self, lens: Lens, memories: Memories, profiles: Collection[int], zone: ZoneInfo
    ) -> None:
        self.lens = lens
        self._held = memories
        self.zone = zone
        self._profiles = profiles
        self._execute = lens.connection.execute
        self._nodes: dict[int, list[int]] = {}
        for profile, node in self._execute(_NODES, (numbers(profiles),)):
            self._nodes.setdefault(profile, []).append(node)
        self._all_nodes = [node for nodes in self._nodes.values() for node in nodes]

    def last_node(self, profile: int) -> int:
        """0 when it has none."""
        return max(self._nodes.get(profile, ()), default=0)

    def only_node(self, profile: int) -> int:
        """0 when it has several, or none."""
        nodes = self._nodes.get(profile, ())
        return nodes[0] if len(nodes) == 1 else 0

    def exists(self, profile: int) -> bool:
        """Whether there ever was an event of hers, and she is in no other now."""
        return not self._heard.isdisjoint(self._nodes.get(profile, ()))

    def memory(self, profile: int) -> HerMemory:
        return HerMemory([self.memories[node] for node in self._nodes.get(profile, ())])

    def held_of(self, profiles: Iterable[int]) -> list[NodeMemory]:
        """Of each of their nodes."""
        return [self.memories[node] for each in profiles for node in self._nodes.get(each, ())]

    def facts(self, profile: int) -> Facts:
        return _Facts(self, profile)

    def segments(self, profile: int) -> Sequence[str]:
        """Those that she is a member of."""
        return self._members.get(profile, ())

    @cached_property
    def memories(self) -> dict[int, NodeMemory]:
        """By node."""
        return self._held.of(self._all_nodes)

    @cached_property
    def parts(self) -> dict[int, Parts]:
        return load(self.lens, self._profiles, counted=False)

    @cached_property
    def _heard(self) -> set[int]:
        return {node for (node,) in self._of_nodes(_HEARD)}

    @cached_property
    def _members(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for profile, segment in self._execute(_MEMBERS, (numbers(self._profiles),)):
            found.setdefault(profile, []).append(segment)
        return found

    def _of_nodes(self, query: str) -> apsw.Cursor:
        return self._execute(query, (numbers(self._all_nodes),))


class HerMemory:
    """A `look.Memory` of the nodes of one person. Most have one node."""

    __slots__ = ("_held",)

    def __init__(self, held: Sequence[NodeMemory]) -> None:
        self._held = held

    def behaviours(self) -> Set[int]:
        """Numbers of those that anything is remembered for."""
        found: set[int] = set()
        for one in self._held:
            found.update(one.rows, one.totals)
        return found

    def behaviours_of_rows(self) -> Set[int]:
        if len(self._held) == 1:
            return self._held[0].rows.keys()
        return {number for one in self._held for number in one.rows}

    def times(self, number: int) -> Sequence[int]:
        found = [row[0] for row in self.rows(number)]
        return found if len(self._held) == 1 else sorted(found)

    def rows(self, number: int) -> Sequence[Row]:
        if len(self._held) == 1:
            return self._held[0].rows.get(number, ())
        return [row for one in self._held for row in one.rows.get(number, ())]

    def totals(self, number: int) -> Sequence[Totals]:
        if len(self._held) == 1:
            found = self._held[0].totals.get(number)
            return () if found is None else (found,)
        return [one.totals[number] for one in self._held if number in one.totals]


class _Facts:
    """A `look.Facts` of one person."""

    def __init__(self, crowd: Crowd, profile: int) -> None:
        self._crowd = crowd
        self.profile = profile

    @cached_property
    def zone(self) -> ZoneInfo:
        said = self.traits.get(ZONE_TRAIT)
        known = instants.zone_named(said) if isinstance(said, str) else None
        return known or self._crowd.zone

    @cached_property
    def traits(self) -> dict[str, Any]:
        parts = self._parts
        return view.traits(self._crowd.lens, parts.fragments, pins.standing(parts.pins))

    @cached_property
    def person(self) -> Person:
        identifiers: dict[str, tuple[str, ...]] = {}
        for known in self._parts.identifiers:
            identifiers[known.type] = (*identifiers.get(known.type, ()), known.value)
        return Person(
            profile=self.profile,
            traits=self.traits,
            identifiers=identifiers,
            accounts=self._accounts(),
            zone=self.zone.key,
        )

    def held(self, key: str) -> Any:
        row = self._crowd.lens.connection.execute(
            "SELECT value FROM trait_values WHERE profile = ? AND trait = ?", (self.profile, key)
        ).fetchone()
        return None if row is None else msgspec.json.decode(str(row[0]))

    @property
    def _parts(self) -> Parts:
        return self._crowd.parts.get(self.profile) or Parts()

    def _accounts(self) -> tuple[Account, ...]:
        names = sorted(self._parts.accounts)
        if not names:
            return ()
        lens = self._crowd.lens
        found = account_fragments(lens, names)
        return tuple(
            Account(id=name, traits=view.traits(lens, found.get(name, {}), {})) for name in names
        )
