"""What a condition means, in plain Python: for one person, at one instant.

The two evaluators that serve (on the stream, and in SQL) have to agree with this, for any events in
any order of arrival. It is also what answers "why": a verdict names the events behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import md5
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from rapport.audiences.language import expressions, instants, paths, values, windows
from rapport.audiences.language.known import NOTHING_KNOWN, Known
from rapport.audiences.language.model import (
    AllOf,
    AnyOf,
    Calendar,
    ComputedTrait,
    Condition,
    Consent,
    Did,
    Expression,
    Extreme,
    Filter,
    Identifier,
    InSegment,
    Not,
    OfAccounts,
    OfMembers,
    Outside,
    Percent,
    Quantifier,
    Sequence,
    Trait,
    Window,
)
from rapport.audiences.meaning import computed, happenings, sequences
from rapport.audiences.meaning.computed import Value
from rapport.audiences.meaning.person import Account, Happening, Person
from rapport.ids import profile_id

Answered: TypeAlias = Mapping[Condition, bool]
MOST_WITNESSES = 100
NOTHING_ANSWERED: Final[Answered] = {}


class Verdict(msgspec.Struct, frozen=True):
    """Whether `condition` holds, and why.

    `value` is what was compared: a trait, a count, a sum. `witnesses` are message ids, the latest
    first, of the events that were looked at (of a sequence in order). `parts` are the verdicts
    of what it is made of.
    """

    condition: Condition
    holds: bool
    value: Any = None
    witnesses: tuple[str, ...] = ()
    parts: tuple[Verdict, ...] = ()


def holds(
    condition: Condition,
    who: Person | Account,
    now: int,
    known: Known = NOTHING_KNOWN,
    answered: Answered = NOTHING_ANSWERED,
) -> bool:
    """Whether `condition` is true of her at `now` (µs UTC).

    `answered` are nodes whose verdict is known already: they are not looked into. `KeyError` for
    a segment that is not among `known`; `checks` keeps such definitions out.
    """
    return _Look(who, now, known, answered).verdict(condition).holds


def explain(
    condition: Condition, who: Person | Account, now: int, known: Known = NOTHING_KNOWN
) -> Verdict:
    """The verdict on `condition` at `now`, with its reasons."""
    return _Look(who, now, known).verdict(condition)


def value(trait: ComputedTrait, person: Person, now: int, known: Known = NOTHING_KNOWN) -> Value:
    """The value of a computed trait at `now`; None when it has none.

    Of SQL traits it is what `person.traits` holds under the key.
    """
    return _Look(person, now, known).computed(trait)


def changes_at(
    what: Condition | ComputedTrait,
    who: Person | Account,
    now: int,
    known: Known = NOTHING_KNOWN,
) -> int | None:
    """The next instant at which the verdict (or value) may change by itself, None if it never will.

    Until then, and without new events, it is what it is at `now`.
    """
    look = _Look(who, now, known)
    turns = look.value_turns(what) if isinstance(what, ComputedTrait) else look.turns(what)
    return min((at for at in turns if at > now), default=None)


class _Look:
    """One person (or account) at one instant."""

    def __init__(
        self, who: Person | Account, now: int, known: Known, answered: Answered = NOTHING_ANSWERED
    ) -> None:
        self._who = who
        self._now = now
        self._known = known
        self._answered = answered

    def verdict(self, node: Condition) -> Verdict:
        if self._answered and node in self._answered:
            return Verdict(node, self._answered[node])
        match node:
            case AllOf(items):
                parts = tuple(map(self.verdict, items))
                return Verdict(node, all(part.holds for part in parts), parts=parts)
            case AnyOf(items):
                parts = tuple(map(self.verdict, items))
                return Verdict(node, any(part.holds for part in parts), parts=parts)
            case Not(item):
                part = self.verdict(item)
                return Verdict(node, not part.holds, parts=(part,))
            case InSegment(key):
                part = self.verdict(self._known.segments[key].when)
                return Verdict(node, part.holds, parts=(part,))
            case Trait(path, op, operand):
                found = self._trait(path)
                holds = values.satisfies(found, op, operand, self._now)
                return Verdict(node, holds, found[0] if found else None)
            case Percent(share, salt):
                place = fraction(salt, _name(self._who))
                return Verdict(node, place < float(share) / 100, place)
            case OfMembers(quantifier, are):
                return self._of_members(node, quantifier, are)
            case _:
                return self._of_person(node)

    def computed(self, trait: ComputedTrait) -> Value:
        match trait.trait:
            case Expression(text):
                return expressions.parse(text).value(self._single)
            case Outside():
                found = values.reach(self._who.traits, paths.of_trait(trait.key))
                return found[0] if found else None
            case of_events:
                return computed.of_events(of_events, self._person, self._now, self._zone)

    def turns(self, node: Condition) -> Iterator[int]:
        """Instants at which the verdict may change by itself; some may be in the past."""
        match node:
            case AllOf(items) | AnyOf(items):
                for item in items:
                    yield from self.turns(item)
            case Not(item):
                yield from self.turns(item)
            case InSegment(key):
                yield from self.turns(self._known.segments[key].when)
            case Trait(path, op, operand):
                yield from values.turns(self._trait(path), op, operand)
                if trait := self._known.traits.get(path):
                    yield from self.value_turns(trait)
            case OfMembers(_, are):
                for member in self._account.members:
                    yield from _Look(member, self._now, self._known).turns(are)
            case OfAccounts(_, where):
                for account in self._person.accounts:
                    for each in where:
                        found = _account_values(account, each)
                        yield from values.turns(found, each.op, each.value)
            case Did() | Extreme() | Sequence() | Consent():
                yield from self._event_turns(node)

    def value_turns(self, trait: ComputedTrait) -> Iterator[int]:
        match trait.trait:
            case Expression(text):
                for name in expressions.parse(text).names:
                    if used := self._known.traits.get(name):
                        yield from self.value_turns(used)
            case Outside():
                return
            case of_events:
                yield from computed.turns(of_events, self._person, self._now, self._zone)

    @property
    def _person(self) -> Person:
        assert isinstance(self._who, Person), "checks let no such condition into a segment"  # noqa: S101
        return self._who

    @property
    def _account(self) -> Account:
        assert isinstance(self._who, Account), "checks let no such condition into a segment"  # noqa: S101
        return self._who

    @property
    def _zone(self) -> ZoneInfo:
        return instants.zone_named(self._who.zone) or ZoneInfo("UTC")

    def _trait(self, path: str) -> list[Any]:
        """A computed trait comes before a described one; of a list, any element is meant."""
        if trait := self._known.traits.get(path):
            found = self.computed(trait)
            return found if isinstance(found, list) else [] if found is None else [found]
        return values.reach(self._who.traits, paths.of_trait(path))

    def _single(self, path: str) -> Any:
        """What an expression sees of a trait; a list is nothing to it."""
        if trait := self._known.traits.get(path):
            found = self.computed(trait)
            return None if isinstance(found, list) else found
        described = values.reach(self._who.traits, paths.of_trait(path))
        return described[0] if described else None

    def _of_members(self, node: Condition, quantifier: Quantifier, are: Condition) -> Verdict:
        parts = tuple(
            _Look(member, self._now, self._known).verdict(are) for member in self._account.members
        )
        return Verdict(node, quantified(quantifier, [part.holds for part in parts]), parts=parts)

    def _of_person(self, node: Condition) -> Verdict:
        match node:
            case Identifier(kind, op, operand):
                found = self._person.identifiers.get(kind, ())
                holds = values.satisfies(found, op, operand, self._now)
                return Verdict(node, holds, list(found))
            case Did():
                return self._did(node)
            case Extreme(which, selection, has, during):
                events = self._selected(selection, during)
                events = [events[0 if which == "first" else -1]] if events else []
                holds = bool(events) and happenings.passes(events[0], has, self._now)
                return Verdict(node, holds, witnesses=_witnesses(events))
            case Sequence():
                chain = sequences.find(node, self._person, self._now, self._zone)
                ids = tuple(event.message_id for event in chain.events) if chain else ()
                return Verdict(node, chain is not None, witnesses=ids)
            case OfAccounts(quantifier, where):
                fits = [self._fits(account, where) for account in self._person.accounts]
                return Verdict(node, quantified(quantifier, fits), sum(fits))
            case Consent(purpose):
                latest = self._latest_consent(purpose)
                said = [values.text(given) for _, given in latest]
                holds = bool(said) and all(word == "true" for word in said)
                witnesses = _witnesses([event for event, _ in latest])
                return Verdict(node, holds, said, witnesses)
        raise AssertionError(node)

    def _did(self, node: Did) -> Verdict:
        events = self._selected(node.selection, node.during)
        kind, path = node.measure.kind, node.measure.path
        operand = values.of_operand(node.value)
        measured: int | None
        if kind == "count":
            measured = len(events) * 10**values.PLACES
        elif kind == "days":
            days = {windows.day_of(event.timestamp, self._zone) for event in events}
            measured = len(days) * 10**values.PLACES
        elif kind == "unique":
            measured = len(set(happenings.texts(events, path))) * 10**values.PLACES
        else:
            measured = computed.measure(kind, happenings.micros(events, path))
        shown = None if measured is None else computed.decimal(measured)
        holds = values.compare(node.op, measured, operand)
        return Verdict(node, holds, shown, _witnesses(events))

    def _selected(self, selection: Any, during: Window | None) -> list[Happening]:
        bounds = windows.bounds(during, self._now, self._zone)
        return happenings.selected(self._who, selection, bounds, self._now)

    def _fits(self, account: Account, where: tuple[Filter, ...]) -> bool:
        return all(
            values.satisfies(_account_values(account, each), each.op, each.value, self._now)
            for each in where
        )

    def _latest_consent(self, purpose: str) -> list[tuple[Happening, Any]]:
        """The latest events, all of one instant, that say something of the purpose."""
        way = paths.of_event(f"context.consent.categoryPreferences.{purpose}")
        found = [
            (event, given[0])
            for event in self._person.events
            if event.timestamp <= self._now and (given := values.reach(event.context, way))
        ]
        latest = max((event.timestamp for event, _ in found), default=0)
        return [one for one in found if one[0].timestamp == latest]

    def _event_turns(self, node: Condition) -> Iterator[int]:
        match node:
            case Sequence():
                yield from sequences.turns(node, self._person, self._now, self._zone)
            case Did(selection):
                yield from happenings.turns(self._who, selection, node.during)
            case Extreme(_, selection, has):
                yield from happenings.turns(self._person, selection, node.during)
                for event in self._person.events:
                    if happenings.named(event, selection):
                        yield from happenings.filter_turns(event, has)
            case Consent():
                yield from (event.timestamp for event in self._person.events)
        during = getattr(node, "during", None)
        if isinstance(during, Calendar):
            yield windows.next_period(during.unit, self._now, self._zone)


def quantified(quantifier: Quantifier, fits: list[bool]) -> bool:
    """Over nobody, any and all are false and none is true."""
    if quantifier == "all":
        return bool(fits) and all(fits)
    return any(fits) == (quantifier == "any")


def fraction(salt: str, name: str) -> float:
    """Where the hash of salt and id lies between 0 and 1."""
    digest = md5(f"{salt}:{name}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) / 2**32


def _name(who: Person | Account) -> str:
    return profile_id(who.profile) if isinstance(who, Person) else who.id


def _account_values(account: Account, each: Filter) -> list[Any]:
    return values.reach(account.traits, paths.of_trait(each.path))


def _witnesses(events: Iterable[Happening]) -> tuple[str, ...]:
    latest = reversed(happenings.in_order(events))
    return tuple(event.message_id for event in latest)[:MOST_WITNESSES]
