"""The definitions in force, and which of them an event, a trait or a merge may concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import apsw
import msgspec

from rapport.audiences.language import definitions, walking
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    ComputedTrait,
    Definition,
    Expression,
    Identifier,
    OfAccounts,
    Segment,
    Trait,
)
from rapport.audiences.stream import account_plans, behaviours
from rapport.audiences.stream.account_plans import AccountPlans
from rapport.audiences.stream.behaviours import Behaviour, ByAccount, leaves, need
from rapport.audiences.stream.compiling import compiled
from rapport.audiences.stream.growing import stays
from rapport.audiences.stream.look import Check, Look
from rapport.audiences.stream.matching import Matcher

FILLING, SWEEPING, LIVE = "filling", "sweeping", "live"
RETIRING, RETIRED, REPLACED = "retiring", "retired", "replaced"
STANDING: Final = (FILLING, SWEEPING, LIVE)
END: Final = (1 << 62) - 1  # behind every node


class Stored(msgspec.Struct, frozen=True):
    """A row of `definitions`."""

    number: int
    kind: str
    key: str
    version: int
    definition: Definition
    status: str
    swept: int


class Plans:
    """What `absorb` needs to know, worked out once after each change of the definitions.

    `active` is of each key the oldest version that has not ended: a first version is from its
    beginning, a later one once it has taken over.
    By the number of the definition: `checks`, `readings` and `needs` (numbers of behaviours).
    `lasting` are those that no further event makes anybody leave; to `silent` ones nobody belongs
    who has nothing in memory that they need, which is said with them; `by_rows` are those of them
    that need rows only.
    """

    def __init__(self, stored: Iterable[Stored], numbers: Mapping[Behaviour, int]) -> None:
        everything = list(stored)
        self.numbers = numbers
        self.standing = [one for one in everything if one.status in STANDING]
        self.retiring = [one for one in everything if one.status == RETIRING]
        oldest: dict[tuple[str, str], Stored] = {}
        for one in self.standing:
            oldest.setdefault((one.kind, one.key), one)
        self.stored = {one.number: one for one in everything}
        self.active = {
            one.number: one for one in oldest.values() if not of_accounts(one.definition)
        }
        self.latest = Known.of(one.definition for one in self.standing)
        active = {number: one.definition for number, one in self.active.items()}
        self.known = Known.of(active.values())
        self.checks, self.readings = compiled(active, self.known, numbers)
        self.lasting = frozenset(
            number
            for number, one in active.items()
            if isinstance(one, Segment) and stays(one.when, self.known)
        )
        self.keys = {number: one.key for number, one in self.active.items()}
        self.needs: dict[int, set[int]] = {number: set() for number in active}
        self.silent = {
            number: self.needs[number] for number, check in self.checks.items() if _silent(check)
        }
        self.matcher = Matcher(
            {number: each for each, number in numbers.items() if not isinstance(each, ByAccount)}
        )
        self.all = frozenset(self.active)
        self.of_behaviour: dict[int, frozenset[int]] = {}
        of_facts = set()
        for number, one in self.active.items():
            family = walking.in_order([one.definition], self.known)
            for leaf in (leaf for each in family for leaf in leaves(each)):
                place = numbers[need(leaf).behaviour]
                self.needs[number].add(place)
                self.of_behaviour[place] = self.of_behaviour.get(place, frozenset()) | {number}
            if any(_looks_at_facts(each, self.known) for each in family):
                of_facts.add(number)
        rows = {number for each, number in numbers.items() if each.keep == "rows"}
        self.by_rows = frozenset(number for number, held in self.silent.items() if held <= rows)
        self.of_facts = frozenset(of_facts)
        self.of_account = frozenset(
            number
            for number, one in self.active.items()
            if any(
                isinstance(node, OfAccounts)
                for each in walking.in_order([one.definition], self.known)
                if isinstance(each, Segment)
                for _, node in walking.nodes(each.when)
            )
        )

        self.accounts = self._of_accounts(oldest.values())

    def _of_accounts(self, standing: Iterable[Stored]) -> AccountPlans:
        """Segments of accounts, once all that they need is remembered."""
        found = [
            (one, one.definition)
            for one in standing
            if isinstance(one.definition, Segment) and one.definition.of == "accounts"
        ]
        ready = {one.number: each for one, each in found if one.status != FILLING}
        segments = {**self.known.segments, **{each.key: each for _, each in found}}
        known = Known(segments, self.known.traits)
        return AccountPlans(ready, known, self.numbers, _looks_at_facts)

    def __bool__(self) -> bool:
        return bool(self.standing or self.retiring)

    def users_of(self, keys: Iterable[str]) -> frozenset[int]:
        """Numbers of active definitions that look at these, directly or not; and these."""
        wanted = set(keys)
        return frozenset(
            number
            for number, one in self.active.items()
            if any(each.key in wanted for each in walking.in_order([one.definition], self.known))
        )


def load(connection: apsw.Connection) -> Plans:
    rows = connection.execute(
        "SELECT number, kind, key, version, body, status, swept FROM definitions"
        " WHERE status NOT IN ('retired', 'replaced') ORDER BY number"
    )
    stored = [
        Stored(number, kind, key, version, read(kind, body), status, swept)
        for number, kind, key, version, body, status, swept in rows
    ]
    latest = Known.of(one.definition for one in stored if one.status in STANDING)
    everything = [each for one in stored for each in wanted(one.definition, latest)]
    return Plans(stored, numbers_of(connection, everything))


def reached(connection: apsw.Connection, plan: Plans) -> dict[int, int]:
    """Of active definitions that are still filled: up to which node all is remembered."""
    rows: Any = connection.execute("SELECT number, filled FROM behaviours WHERE NOT complete")
    filled: dict[int, int] = dict(rows)
    found = {
        number: [filled[each] for each in needs if each in filled]
        for number, needs in plan.needs.items()
    }
    return {number: min(each) for number, each in found.items() if each}


def unswept(connection: apsw.Connection, plan: Plans, reach: Mapping[int, int]) -> dict[int, int]:
    """Active definitions for which people have to be looked at that were not; and up to which node
    they were."""
    rows: Any = connection.execute(
        "SELECT number, swept FROM definitions WHERE status IN ('filling', 'sweeping')"
    )
    return {
        number: swept
        for number, swept in rows
        if number in plan.active and swept < reach.get(number, END)
    }


def read(kind: str, body: str | bytes) -> Definition:
    raw: Any = msgspec.json.decode(body)
    return definitions.segment(raw) if kind == "segment" else definitions.computed_trait(raw)


def numbers_of(
    connection: apsw.Connection, behaviours: Iterable[Behaviour]
) -> dict[Behaviour, int]:
    """Under which number each is remembered, of those that are."""
    rows = connection.execute("SELECT digest, number FROM behaviours")
    numbers: dict[str, int] = dict(rows)
    found = ((one, numbers.get(one.digest)) for one in behaviours)
    return {one: number for one, number in found if number is not None}


def wanted(one: Definition, known: Known) -> list[Behaviour]:
    """Behaviours of the definition and of all that it looks at."""
    if isinstance(one, Segment) and one.of == "accounts":
        return account_plans.behaviours(one, known)
    family = walking.in_order([one], known)
    found = (need(leaf).behaviour for each in family for leaf in behaviours.leaves(each))
    return list(dict.fromkeys(found))


def of_accounts(one: Definition) -> bool:
    return isinstance(one, Segment) and one.of == "accounts"


class _Asked(Exception):
    """Something was asked of nobody."""


class _Nobody:
    """Of whom nothing is remembered. Nothing else may be asked about her."""

    def times(self, number: int) -> tuple[()]:  # noqa: ARG002 - the same of every behaviour
        return ()

    rows = totals = times

    def __getattr__(self, name: str) -> Any:
        raise _Asked(name)


def _silent(check: Check) -> bool:
    """Whether nobody belongs to it of whom nothing is remembered, whatever else is known."""
    nobody: Any = _Nobody()
    try:
        return check(Look(nobody, nobody, 0)) == (False, None)
    except Exception:  # noqa: BLE001 - whatever it is, it is asked of everybody then
        return False


def _looks_at_facts(one: Definition, known: Known) -> bool:
    """Whether something else than events may change what it says: traits, identifiers, zone."""
    if any(behaviours.is_local(leaf) for leaf in leaves(one)):
        return True
    if isinstance(one, ComputedTrait):
        return isinstance(one.trait, Expression)
    return any(
        isinstance(node, Identifier | OfAccounts)
        or (isinstance(node, Trait) and node.path not in known.traits)
        for _, node in walking.nodes(one.when)
    )
