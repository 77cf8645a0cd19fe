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
from functools import lru_cache
from typing import Any, Final, Protocol, TypeAlias, cast
from zoneinfo import ZoneInfo

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
from rapport.audiences.behaviours import Behaviour, Leaf, Need, need
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
    Did,
    Expression,
    Extreme,
    InSegment,
    Last,
    Not,
    Span,
    SqlQuery,
    Trait,
    Window,
)
from rapport.audiences.model import Sequence as Chain
from rapport.audiences.person import Person
from rapport.audiences.remembered import Narrowing, Row, Totals, happening, summed, totals_of
from rapport.clock import DAY

Turn: TypeAlias = int | None
Verdict: TypeAlias = tuple[bool, Turn]
_UNIT: Final = 10**values.PLACES
_UTC: Final = ZoneInfo("UTC")


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


@lru_cache(maxsize=4096)
def needed(leaf: Leaf) -> Need:
    return need(leaf)


class Look:
    """One person at `now`. `numbers` gives the number under which a behaviour is remembered."""

    def __init__(
        self,
        facts: Facts,
        memory: Memory,
        numbers: Mapping[Behaviour, int],
        known: Known,
        now: int,
    ) -> None:
        self._facts = facts
        self._memory = memory
        self._numbers = numbers
        self._known = known
        self._now = now
        self._verdicts: dict[Condition, Verdict] = {}
        self._values: dict[str, tuple[Value, Turn]] = {}

    def verdict(self, node: Condition) -> Verdict:
        """Whether it holds, and the next instant at which that may change by itself."""
        found = self._verdicts.get(node)
        if found is None:
            found = self._verdicts[node] = self._verdict(node)
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
            case Did():
                return self._did(node)
            case Consent():
                return self._consent(node)
            case Extreme():
                return self._extreme(node)
            case Chain():
                return self._asked(needed(node))
        person = self._facts.person
        turn = oracle.changes_at(node, person, self._now, self._known)
        return oracle.holds(node, person, self._now, self._known), turn

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

    def _did(self, node: Did) -> Verdict:
        wanted = needed(node)
        behaviour, number = self._behaviour(wanted)
        operand = values.of_operand(node.value)
        if behaviour.keep == "totals":
            totals, turn = self._totals(behaviour, number)
            return values.compare(node.op, _measured(node.measure.kind, totals), operand), turn
        if node.measure.kind == "count" and not behaviour.paths:
            return self._counted(node.op, operand, node.during, number)
        return self._asked(wanted)

    def _counted(self, op: str, operand: int, during: Window | None, number: int) -> Verdict:
        """Of a count over a window: it turns when enough events have left, or one comes in."""
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

    def _extreme(self, node: Extreme) -> Verdict:
        wanted = needed(node)
        behaviour, number = self._behaviour(wanted)
        if behaviour.keep == "rows":
            return self._asked(wanted)
        totals, turn = self._totals(behaviour, number)
        if totals.row is None:
            return False, turn
        event = happening(totals.row)
        holds = happenings.passes(event, node.has, self._now)
        return holds, self._next([turn, *happenings.filter_turns(event, node.has)])

    def _consent(self, node: Consent) -> Verdict:
        behaviour, number = self._behaviour(needed(node))
        totals, turn = self._totals(behaviour, number)
        return totals.consent is not None and totals.consent[1], turn

    def _asked(self, wanted: Need) -> Verdict:
        """What the oracle says, given the events that were kept."""
        leaf = cast("Condition", wanted.leaf)
        person = self._remembered(wanted)
        turn = oracle.changes_at(leaf, person, self._now, self._known)
        return oracle.holds(leaf, person, self._now, self._known), turn

    def _value(self, trait: ComputedTrait) -> tuple[Value, Turn]:
        match trait.trait:
            case Expression(text):
                return self._expression(text)
            case SqlQuery():
                return self._facts.held(trait.key), None
            case DaysSince() as since:
                behaviour, number = self._behaviour(needed(since))
                if behaviour.keep == "totals":
                    return self._days_since(*self._totals(behaviour, number))
            case Aggregate() as aggregate:
                behaviour, number = self._behaviour(needed(aggregate))
                if behaviour.keep == "totals":
                    totals, turn = self._totals(behaviour, number)
                    return _aggregated(aggregate, totals), turn
        wanted = needed(cast("OfEvents", trait.trait))
        person = self._remembered(wanted)
        leaf = cast("OfEvents", wanted.leaf)
        turns = computed.turns(leaf, person, self._now, self._facts.zone)
        value = computed.of_events(leaf, person, self._now, self._facts.zone)
        return value, self._next(turns)

    def _expression(self, text: str) -> tuple[Value, Turn]:
        turns: list[Turn] = []

        def lookup(name: str) -> Any:
            if name not in self._known.traits:
                found = values.reach(self._facts.person.traits, paths.of_trait(name))
                return found[0] if found else None
            value, turn = self.value(self._known.traits[name])
            turns.append(turn)
            if isinstance(value, list):
                return value[0] if value else None
            return value

        parsed = expressions.parse(text)
        for name in parsed.names:  # also those that the value does not hang on just now
            lookup(name)
        return parsed.value(lookup), self._next(turns)

    def _days_since(self, totals: Totals, turn: Turn) -> tuple[Value, Turn]:
        if not totals.count:
            return None, turn
        age = self._now - totals.last
        return Decimal(age // DAY), self._next([turn, self._now + DAY - age % DAY])

    def _totals(self, behaviour: Behaviour, number: int) -> tuple[Totals, Turn]:
        """With the events that were still to come when they were remembered."""
        parts = [*self._memory.totals(number)]
        waiting = self._memory.rows(number)
        parts += [_of_row(row, behaviour) for row in waiting if row[0] <= self._now]
        found = parts[0] if len(parts) == 1 else summed(parts, behaviour)
        return found, self._next(row[0] for row in waiting)

    def _remembered(self, wanted: Need) -> Person:
        """Her, with the events that were kept for one leaf."""
        rows = self._memory.rows(self._behaviour(wanted)[1])
        zone = self._zone_for(getattr(wanted.leaf, "during", None), wanted.leaf)
        events = tuple(map(happening, rows))
        return Person(profile=self._facts.profile, events=events, zone=zone.key)

    def _behaviour(self, wanted: Need) -> tuple[Behaviour, int]:
        return wanted.behaviour, self._numbers[wanted.behaviour]

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
