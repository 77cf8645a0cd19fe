"""Conditions and computed traits of one person at one instant, from what is remembered of her.

Says what `oracle` says, and until when: each answer comes with the next instant at which it may
change by itself (None when it never will). Leaves that a few numbers answer are worked out here;
for all others the oracle is asked with the few events that were kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Protocol, TypeAlias, cast
from zoneinfo import ZoneInfo

import msgspec

from rapport.audiences import (
    computed,
    duration,
    expressions,
    happenings,
    oracle,
    paths,
    values,
    windows,
)
from rapport.audiences.behaviours import Behaviour, Leaf, Need, leaves, need
from rapport.audiences.computed import OfEvents, Value
from rapport.audiences.known import Known
from rapport.audiences.model import (
    Aggregate,
    AllOf,
    AnyOf,
    Calendar,
    ComputedTrait,
    Condition,
    Consent,
    DaysSince,
    Definition,
    Did,
    Expression,
    Extreme,
    Filter,
    InSegment,
    Last,
    Not,
    Outside,
    Span,
    Trait,
    Window,
)
from rapport.audiences.person import Person
from rapport.audiences.remembered import Narrowing, Row, Totals, happening, summed, totals_of
from rapport.clock import DAY

Turn: TypeAlias = int | None
Verdict: TypeAlias = tuple[bool, Turn]
_UNIT: Final = 10**values.PLACES
_UTC: Final = ZoneInfo("UTC")
_NOTHING: Final = Totals()


class Memory(Protocol):
    """What is remembered of the nodes of one person for the behaviour of one number."""

    def times(self, number: int) -> Sequence[int]:
        """Instants of rows, ascending."""
        ...

    def rows(self, number: int) -> Sequence[Row]: ...

    def totals(self, number: int) -> Sequence[Totals]: ...


class Facts(Protocol):
    """What is known of her beside events. Asked only when a condition looks at it."""

    @property
    def profile(self) -> int: ...

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def person(self) -> Person:
        """Without events."""
        ...

    def held(self, key: str) -> Any:
        """The value of a trait that is worked out elsewhere, None when there is none."""
        ...


class Place(msgspec.Struct, frozen=True):
    """Where a leaf finds what is remembered for it."""

    need: Need
    number: int


# By the identity of the leaf: to hash a tree takes longer than to evaluate it.
Places: TypeAlias = Mapping[int, Place]


def places(definitions: Iterable[Definition], numbers: Mapping[Behaviour, int]) -> Places:
    """Of all leaves of these definitions; equal ones have one place. `numbers` says under which
    number a behaviour is remembered. The definitions have to live as long as the places."""
    equal: dict[Leaf, Place] = {}
    found: dict[int, Place] = {}
    for leaf in (leaf for one in definitions for leaf in leaves(one)):
        place = equal.get(leaf)
        if place is None:
            wanted = need(leaf)
            place = equal[leaf] = Place(wanted, numbers[wanted.behaviour])
        found[id(leaf)] = place
    return found


class Look:
    """One person at `now`. `known` holds the definitions that the places were made for."""

    def __init__(
        self,
        facts: Facts,
        memory: Memory,
        places: Places,
        known: Known,
        now: int,
    ) -> None:
        self._facts = facts
        self._memory = memory
        self._places = places
        self._known = known
        self._now = now
        self._verdicts: dict[int, Verdict] = {}
        self._values: dict[str, tuple[Value, Turn]] = {}

    def verdict(self, node: Condition) -> Verdict:
        """Whether it holds, and the next instant at which that may change by itself."""
        place = self._places.get(id(node))
        if place is None:
            return self._verdict(node)
        found = self._verdicts.get(id(place))
        if found is None:
            found = self._verdicts[id(place)] = self._of_events(node, place)
        return found

    def value(self, trait: ComputedTrait) -> tuple[Value, Turn]:
        found = self._values.get(trait.key)
        if found is None:
            found = self._values[trait.key] = self._value(trait)
        return found

    def _verdict(self, node: Condition) -> Verdict:
        match node:
            case AllOf(items):
                return self._several(items, stops=False)
            case AnyOf(items):
                return self._several(items, stops=True)
            case Not(item):
                holds, turn = self.verdict(item)
                return not holds, turn
            case InSegment(key):
                return self.verdict(self._known.segments[key].when)
            case Trait(path, op, operand) if path in self._known.traits:
                found, turn = self.value(self._known.traits[path])
                listed = found if isinstance(found, list) else [] if found is None else [found]
                holds = values.satisfies(listed, op, operand, self._now)
                return holds, self._next([turn, *values.turns(listed, op, operand)])
        person = self._facts.person
        turn = oracle.changes_at(node, person, self._now, self._known)
        return oracle.holds(node, person, self._now, self._known), turn

    def _of_events(self, node: Condition, place: Place) -> Verdict:
        if place.need.behaviour.keep == "totals":
            totals, turn = self._totals(place)
            match node:
                case Did(measure=measure, op=op, value=value):
                    measured = _measured(measure.kind, totals)
                    return values.compare(op, measured, values.of_operand(value)), turn
                case Extreme(has=has):
                    return self._extreme(has, totals, turn)
                case Consent():
                    return totals.consent is not None and totals.consent[1], turn
        counts = isinstance(node, Did) and node.measure.kind == "count"
        if counts and not place.need.behaviour.paths:
            return self._counted(cast("Did", node), place.number)
        return self._asked(place)

    def _several(self, items: Iterable[Condition], *, stops: bool) -> Verdict:
        """Of all (any): one that is false (true) decides, and until the last of those turns, the
        others cannot matter."""
        turns: list[Turn] = []
        decided: list[Turn] = []
        for item in items:
            holds, turn = self.verdict(item)
            turns.append(turn)
            if holds == stops:
                decided.append(turn)
                if turn is None:
                    return stops, None
        if decided:
            return stops, max(turn for turn in decided if turn is not None)
        return not stops, self._next(turns)

    def _counted(self, node: Did, number: int) -> Verdict:
        """Of a count over a window: it turns when enough events have left, or one comes in."""
        op, operand, during = node.op, values.of_operand(node.value), node.during
        times = self._memory.times(number)
        start, end = windows.bounds(during, self._now, self._zone_for(during))
        inside = times[bisect_left(times, start) : bisect_left(times, end)]
        left = len(inside)
        holds = values.compare(op, left * _UNIT, operand)
        if not isinstance(during, Last):
            turns: list[Turn] = [at for each in times for at in windows.turns(during, each)]
            if isinstance(during, Calendar):
                turns.append(windows.next_period(during.unit, self._now, self._facts.zone))
            return holds, self._next(turns)
        turns = [*times[bisect_right(times, self._now) :][:1]]
        for at in inside:
            left -= 1
            if values.compare(op, left * _UNIT, operand) != holds:
                turns.append(at + duration.micros(during.length))
                break
        return holds, self._next(turns)

    def _extreme(self, has: tuple[Filter, ...], totals: Totals, turn: Turn) -> Verdict:
        if totals.row is None:
            return False, turn
        event = happening(totals.row)
        holds = happenings.passes(event, has, self._now)
        return holds, self._next([turn, *happenings.filter_turns(event, has)])

    def _asked(self, place: Place) -> Verdict:
        """What the oracle says, given the events that were kept."""
        leaf = cast("Condition", place.need.leaf)
        person = self._remembered(place)
        turn = oracle.changes_at(leaf, person, self._now, self._known)
        return oracle.holds(leaf, person, self._now, self._known), turn

    def _value(self, trait: ComputedTrait) -> tuple[Value, Turn]:
        match trait.trait:
            case Expression(text):
                return self._expression(text)
            case Outside():
                return self._facts.held(trait.key), None
        place = self._places[id(trait.trait)]
        leaf = cast("OfEvents", place.need.leaf)
        if place.need.behaviour.keep == "totals":
            totals, turn = self._totals(place)
            if isinstance(leaf, DaysSince):
                return self._days_since(totals, turn)
            if isinstance(leaf, Aggregate):
                return _aggregated(leaf, totals), turn
        person, zone = self._remembered(place), self._facts.zone
        turns = computed.turns(leaf, person, self._now, zone)
        return computed.of_events(leaf, person, self._now, zone), self._next(turns)

    def _expression(self, text: str) -> tuple[Value, Turn]:
        turns: list[Turn] = []

        def lookup(name: str) -> Any:
            if name not in self._known.traits:
                found = values.reach(self._facts.person.traits, paths.of_trait(name))
                return found[0] if found else None
            value, turn = self.value(self._known.traits[name])
            turns.append(turn)
            return None if isinstance(value, list) else value

        parsed = expressions.parse(text)
        for name in parsed.names:  # also those that the value does not hang on just now
            lookup(name)
        return parsed.value(lookup), self._next(turns)

    def _days_since(self, totals: Totals, turn: Turn) -> tuple[Value, Turn]:
        if not totals.count:
            return None, turn
        age = self._now - totals.last
        return Decimal(age // DAY), self._next([turn, self._now + DAY - age % DAY])

    def _totals(self, place: Place) -> tuple[Totals, Turn]:
        """With the events that were still to come when they were remembered."""
        behaviour, number = place.need.behaviour, place.number
        parts = [*self._memory.totals(number)]
        waiting = self._memory.rows(number)
        if not waiting and len(parts) < 2:
            return parts[0] if parts else _NOTHING, None
        parts += [_of_row(row, behaviour) for row in waiting if row[0] <= self._now]
        return summed(parts, behaviour), self._next(row[0] for row in waiting)

    def _remembered(self, place: Place) -> Person:
        """Her, with the events that were kept for one leaf."""
        rows, leaf = self._memory.rows(place.number), place.need.leaf
        zone = self._zone_for(getattr(leaf, "during", None), leaf)
        events = tuple(map(happening, rows))
        return Person(profile=self._facts.profile, events=events, zone=zone.key)

    def _zone_for(self, during: Window | None, leaf: Leaf | None = None) -> ZoneInfo:
        """Her time zone where it matters: to know it costs a look at her traits."""
        by_days = isinstance(leaf, Did) and leaf.measure.kind == "days"
        return self._facts.zone if by_days or isinstance(during, Calendar | Span) else _UTC

    def _next(self, turns: Iterable[Turn]) -> Turn:
        return min((at for at in turns if at is not None and at > self._now), default=None)


def _of_row(row: Row, behaviour: Behaviour) -> Totals:
    return totals_of(happening(row), behaviour, Narrowing(behaviour))


def _measured(kind: str, totals: Totals) -> int | None:
    """In millionths, as `computed.measure` of the events."""
    match kind:
        case "count":
            return totals.count * _UNIT
        case "unique":
            return len(totals.texts) * _UNIT
        case "sum":
            return int(totals.total)
    if not totals.numbers:
        return None
    if kind == "avg":
        return happenings.mean(int(totals.total), totals.numbers)
    return int(totals.least if kind == "min" else totals.most)


def _aggregated(trait: Aggregate, totals: Totals) -> Value:
    match trait.kind:
        case "count":
            return Decimal(totals.count)
        case "unique_count":
            return Decimal(len(totals.texts))
        case "unique_list":
            return sorted(totals.texts)
        case "most_frequent":
            return computed.most_frequent(list(Counter(totals.texts).elements()))
        case "first" | "last":
            found = happenings.texts([happening(totals.row)], trait.path) if totals.row else []
            return found[0] if found else None
    size = _measured(trait.kind, totals)
    return None if size is None else computed.decimal(size)
