"""The segments of accounts in force, and what may concern them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from rapport.audiences.language import walking
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    Condition,
    Definition,
    Did,
    OfAccounts,
    OfMembers,
    Percent,
    Segment,
)
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Account, Person
from rapport.audiences.stream.behaviours import (
    Behaviour,
    ByAccount,
    Leaf,
    Need,
    leaves,
    need,
    need_of_account,
)
from rapport.audiences.stream.compiling import Compiler
from rapport.audiences.stream.look import Check, Look, Memory, Turn, Verdict
from rapport.audiences.stream.matching import Matcher


class AccountFacts:
    """A `look.Facts`; of what is asked of people only there is nothing."""

    profile = 0
    person = Person(profile=0)

    def __init__(self, id: str, traits: Mapping[str, Any], zone: ZoneInfo) -> None:
        self.id = id
        self.traits = traits
        self.zone = zone

    def held(self, key: str) -> Any:  # noqa: ARG002 - traits that are worked out are of people
        return None


class AccountLook(Look):
    """One account at one instant; `people` is called when a condition asks for them."""

    __slots__ = ("_found", "_people", "id")

    def __init__(
        self, facts: AccountFacts, memory: Memory, now: int, people: Callable[[], Sequence[Look]]
    ) -> None:
        super().__init__(facts, memory, now)
        self.id = facts.id
        self._people = people
        self._found: Sequence[Look] | None = None

    @property
    def members(self) -> Sequence[Look]:
        if self._found is None:
            self._found = self._people()
        return self._found


class AccountPlans:
    """Of definitions in force, by number. `known` are all that these look at, `numbers` what is
    remembered; segments of which something is not are left out.

    `of_members` are behaviours of people, `matcher` takes those of accounts, also while their past
    is filled; `follows` says whether there is anything to do. Segments that look at
    traits and identifiers of people make `of_facts` true, at those of their accounts
    `of_their_accounts`.
    """

    def __init__(
        self,
        wanted: Mapping[int, Segment],
        known: Known,
        numbers: Mapping[Behaviour, int],
        looks_at_facts: Callable[[Definition, Known], bool],
    ) -> None:
        held = {number: behaviours(one, known) for number, one in wanted.items()}
        self.segments = {
            number: wanted[number]
            for number, needed in held.items()
            if all(each in numbers for each in needed)
        }
        compiler = _OfAccounts(known, numbers)
        self.checks = {number: compiler.check(one) for number, one in self.segments.items()}
        needed = {each for number in self.segments for each in held[number]}
        own = {number: each for each, number in numbers.items() if isinstance(each, ByAccount)}
        self.matcher = Matcher(own)
        self.follows = bool(own or self.segments)
        self.of_members = frozenset(numbers[each] for each in needed) - own.keys()
        people = [each for one in self.segments.values() for each in asked_of_people(one, known)]
        self.of_facts = any(looks_at_facts(each, known) for each in people)
        self.of_their_accounts = any(
            isinstance(node, OfAccounts)
            for each in people
            if isinstance(each, Segment)
            for _, node in walking.nodes(each.when)
        )
        self._known = known

    def users_of(self, keys: Iterable[str]) -> frozenset[int]:
        """Numbers of those that look at these definitions, directly or not; and these."""
        wanted = {*keys}
        return frozenset(
            number
            for number, one in self.segments.items()
            if any(each.key in wanted for each in walking.in_order([one], self._known))
        )


def asked_of_people(one: Segment, known: Known) -> list[Definition]:
    """What a segment of accounts asks of members, and all that this looks at."""
    inside = [Segment("", "", node.are) for node in _own(one, known) if isinstance(node, OfMembers)]
    return walking.in_order([*inside], known)


def behaviours(one: Segment, known: Known) -> list[Behaviour]:
    """What has to be remembered for a segment of accounts."""
    own = [need_of_account(node) for node in _own(one, known) if isinstance(node, Did)]
    of_people = [need(leaf) for each in asked_of_people(one, known) for leaf in leaves(each)]
    return [*dict.fromkeys(each.behaviour for each in (*own, *of_people))]


def _own(one: Segment, known: Known) -> Iterator[Condition]:
    """What it and the segments that it looks at ask of the account itself."""
    for each in walking.in_order([one], known):
        if isinstance(each, Segment) and each.of == "accounts":
            yield from walking.of_account(each.when)


class _OfAccounts(Compiler):
    def __init__(self, known: Known, numbers: Mapping[Behaviour, int]) -> None:
        super().__init__(known, numbers)
        self._people = Compiler(known, numbers)

    def _needed(self, leaf: Leaf) -> Need:
        return need_of_account(leaf)

    def _condition(self, node: Condition) -> Check:
        match node:
            case OfMembers(quantifier, are):
                return _of_members(quantifier, self._people.check(Segment("", "", are)))
            case Percent():
                return partial(_of_share, node)
            case _:
                return super()._condition(node)


def _of_members(quantifier: str, are: Check) -> Check:
    def check(look: Look) -> Verdict:
        members: Sequence[Look] = getattr(look, "members", ())
        if quantifier == "all":
            return _until(False, are, members) if members else (False, None)
        holds, turn = _until(True, are, members)
        return holds == (quantifier == "any"), turn

    return check


def _until(stops: bool, are: Check, members: Sequence[Look]) -> Verdict:
    """One that decides is enough: the others are asked when her answer may turn."""
    found: Turn = None
    for member in members:
        holds, turn = are(member)
        if holds == stops:
            return stops, turn
        if turn is not None:
            found = turn if found is None else min(found, turn)
    return not stops, found


def _of_share(node: Percent, look: Look) -> Verdict:
    return oracle.holds(node, Account(id=getattr(look, "id", "")), look.now), None
