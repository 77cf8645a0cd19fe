"""Leaves that speak of events, answered from what is remembered of one person.

Each is made once, when definitions change, into a function of a `Look`: what is fixed about it (the
operand, the length of the window) is worked out then. Where a few numbers answer, they are looked
at; for the rest the oracle is asked with the few events that were kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias, cast
from zoneinfo import ZoneInfo

from rapport.audiences.language import duration, values, windows
from rapport.audiences.language.model import (
    MOVING,
    Aggregate,
    Condition,
    Consent,
    DaysSince,
    Did,
    Extreme,
    Last,
    Sequence,
)
from rapport.audiences.meaning import computed, happenings, oracle, sequences
from rapport.audiences.meaning.computed import OfEvents, Value
from rapport.audiences.meaning.person import Person
from rapport.audiences.stream.behaviours import Behaviour, Leaf, Need, is_local
from rapport.audiences.stream.look import Check, Look, Reading, Turn, next_turn
from rapport.audiences.stream.remembered import Narrowing, Row, Totals, happening, summed, totals_of
from rapport.clock import DAY

_UNIT: Final = 10**values.PLACES
_UTC: Final = ZoneInfo("UTC")
_NOTHING: Final = Totals()
_day: Final = lru_cache(maxsize=100_000)(windows.day_of)
_Test: TypeAlias = Callable[[Any, Any], bool]


def check(wanted: Need, number: int) -> Check:
    """Whether the leaf holds. `number` is where its behaviour is remembered."""
    leaf, behaviour = wanted.leaf, wanted.behaviour
    if behaviour.keep == "totals":
        totals = _totals_at(number, behaviour)
        match leaf:
            case Did():
                return _of_totals(leaf, totals)
            case Extreme():
                return _extreme(leaf, totals)
            case Consent():
                return _consent(totals)
    if isinstance(leaf, Did) and not _moves(leaf):
        kind, during = leaf.measure.kind, leaf.during
        if kind == "days" and during is None:
            return _days(leaf, number)
        if kind == "count" and isinstance(during, Last):
            return _counted(leaf, number, duration.micros(during.length))
        if kind != "days" and isinstance(during, Last):
            return _measured(leaf, number, duration.micros(during.length))
    if isinstance(leaf, Sequence) and not _moves(leaf) and isinstance(leaf.during, Last | None):
        return _sequence(leaf, number)
    return _asked(cast("Condition", leaf), number)


def reading(wanted: Need, number: int) -> Reading:
    """The value of a computed trait that depends on events only."""
    leaf, behaviour = cast("OfEvents", wanted.leaf), wanted.behaviour
    if behaviour.keep == "totals":
        totals = _totals_at(number, behaviour)
        if isinstance(leaf, DaysSince):
            return partial(_days_since, totals)
        if isinstance(leaf, Aggregate):
            return lambda look: _aggregated(leaf, *totals(look))

    def read(look: Look) -> tuple[Value, Turn]:
        zone = _zone_of(look, leaf)
        person = _remembered(look, look.memory.rows(number), zone)
        turns = computed.turns(leaf, person, look.now, zone)
        return computed.of_events(leaf, person, look.now, zone), next_turn(turns, look.now)

    return read


_TotalsAt: TypeAlias = Callable[[Look], tuple[Totals, Turn]]


def _totals_at(number: int, behaviour: Behaviour) -> _TotalsAt:
    narrowing = Narrowing(behaviour)

    def totals(look: Look) -> tuple[Totals, Turn]:
        """With the events that were still to come when they were remembered."""
        parts, waiting = look.memory.totals(number), look.memory.rows(number)
        if not waiting and len(parts) < 2:
            return parts[0] if parts else _NOTHING, None
        known = look.totals.get(number)
        if known is None:
            known = look.totals[number] = add(look, parts, waiting)
        return known

    def add(look: Look, parts: Iterable[Totals], waiting: Iterable[Row]) -> tuple[Totals, Turn]:
        arrived = [happening(row) for row in waiting if row[0] <= look.now]
        late = [totals_of(event, behaviour, narrowing) for event in arrived]
        return summed([*parts, *late], behaviour), next_turn((row[0] for row in waiting), look.now)

    return totals


def _of_totals(leaf: Did, totals: _TotalsAt) -> Check:
    compare = partial(values.compare, leaf.op)
    kind, operand = leaf.measure.kind, values.of_operand(leaf.value)

    def check(look: Look) -> tuple[bool, Turn]:
        found, turn = totals(look)
        return compare(_measure(kind, found), operand), turn

    return check


def _extreme(leaf: Extreme, totals: _TotalsAt) -> Check:
    def check(look: Look) -> tuple[bool, Turn]:
        found, turn = totals(look)
        if found.row is None:
            return False, turn
        event = happening(found.row)
        holds = happenings.passes(event, leaf.has, look.now)
        turns = [turn, *happenings.filter_turns(event, leaf.has)]
        return holds, next_turn(turns, look.now)

    return check


def _consent(totals: _TotalsAt) -> Check:
    def check(look: Look) -> tuple[bool, Turn]:
        found, turn = totals(look)
        return found.consent is not None and found.consent[1], turn

    return check


def _counted(leaf: Did, number: int, length: int) -> Check:
    """It turns when enough events have left, or one comes in."""
    compare = partial(values.compare, leaf.op)
    operand = values.of_operand(leaf.value)

    def check(look: Look) -> tuple[bool, Turn]:
        times, now = look.memory.times(number), look.now
        first, end = bisect_right(times, now - length), bisect_right(times, now)
        count = end - first
        holds = compare(count * _UNIT, operand)
        turn = times[end] if end < len(times) else None
        gone = _until_other(compare, operand, count, holds)
        if gone:
            left = times[first + gone - 1] + length
            turn = left if turn is None else min(turn, left)
        return holds, turn

    return check


def _until_other(compare: _Test, operand: int, count: int, holds: bool) -> int:
    """How many of `count` have to leave until the verdict is another; 0 when it stays."""
    whole = operand // _UNIT
    for left in (count - 1, whole + 1, whole, whole - 1):  # the verdict turns next to the operand
        if 0 <= left < count and compare(left * _UNIT, operand) != holds:
            return count - left
    return 0


def _measured(leaf: Did, number: int, length: int) -> Check:
    """Sums and the like over a window: it may turn when the oldest leaves, or one comes in."""
    compare = partial(values.compare, leaf.op)
    kind, path, operand = leaf.measure.kind, leaf.measure.path, values.of_operand(leaf.value)

    def check(look: Look) -> tuple[bool, Turn]:
        inside, turn = _inside(look, number, length)
        if kind == "unique":
            measured: int | None = len({t for row in inside for t in _texts(row, path)}) * _UNIT
        else:
            measured = computed.measure(kind, [s for row in inside for s in _micros(row, path)])
        return compare(measured, operand), turn

    return check


def _days(leaf: Did, number: int) -> Check:
    """Calendar days with an event; one event has one day, wherever she lives."""
    compare, operand = partial(values.compare, leaf.op), values.of_operand(leaf.value)

    def check(look: Look) -> tuple[bool, Turn]:
        times = look.memory.times(number)
        past = bisect_right(times, look.now)
        days = past
        if past > 1:
            zone = look.facts.zone
            days = len({_day(at, zone) for at in times[:past]})
        return compare(days * _UNIT, operand), times[past] if past < len(times) else None

    return check


def _inside(look: Look, number: int, length: int) -> tuple[list[Row], Turn]:
    rows, now = look.memory.rows(number), look.now
    start = now - length
    inside = [row for row in rows if start < row[0] <= now]
    turns = [row[0] + length for row in inside]
    turns += [row[0] for row in rows if row[0] > now]
    return inside, min(turns, default=None)


@lru_cache(maxsize=50_000)  # the same rows are summed for each event of the same person
def _micros(row: Row, path: str) -> tuple[int, ...]:
    return tuple(happenings.micros([happening(row)], path))


@lru_cache(maxsize=50_000)
def _texts(row: Row, path: str) -> tuple[str, ...]:
    return tuple(happenings.texts([happening(row)], path))


def _sequence(leaf: Sequence, number: int) -> Check:
    """It may turn when an event comes in or leaves, and when a wait is over."""
    length = duration.micros(leaf.during.length) if isinstance(leaf.during, Last) else 0
    fewest = min(2, sum(not step.absent for step in leaf.steps))  # neighbours take two events

    def check(look: Look) -> tuple[bool, Turn]:
        rows, now = look.memory.rows(number), look.now
        if len(rows) < fewest:
            return False, None
        chain, turns = sequences.verdict(leaf, _remembered(look, rows, _UTC), now, _UTC)
        turns += [row[0] for row in rows if row[0] > now]
        turns += [row[0] + length for row in rows] if length else []
        return chain is not None, next_turn(turns, now)

    return check


def _asked(leaf: Condition, number: int) -> Check:
    """What the oracle says, given the events that were kept."""
    of_nothing = oracle.holds(leaf, Person(profile=0), 0)

    def check(look: Look) -> tuple[bool, Turn]:
        rows = look.memory.rows(number)
        if not rows:
            return of_nothing, None
        person = _remembered(look, rows, _zone_of(look, cast("Leaf", leaf)))
        holds = oracle.holds(leaf, person, look.now)
        return holds, oracle.changes_at(leaf, person, look.now)

    return check


def _moves(leaf: Condition) -> bool:
    """Whether a filter may change what it says of an event with nothing but time passing."""
    selections = [step.selection for step in leaf.steps] if isinstance(leaf, Sequence) else []
    if isinstance(leaf, Did | Extreme):
        selections = [leaf.selection]
    filters = [each for chosen in selections for each in chosen.where]
    filters += leaf.has if isinstance(leaf, Extreme) else ()
    return any(each.op in MOVING for each in filters)


def _days_since(totals: _TotalsAt, look: Look) -> tuple[Value, Turn]:
    found, turn = totals(look)
    if not found.count:
        return None, turn
    age = look.now - found.last
    return Decimal(age // DAY), next_turn([turn, look.now + DAY - age % DAY], look.now)


def _remembered(look: Look, rows: Iterable[Row], zone: ZoneInfo) -> Person:
    """Her, with the events that were kept for one leaf."""
    return Person(profile=look.facts.profile, events=tuple(map(happening, rows)), zone=zone.key)


def _zone_of(look: Look, leaf: Leaf) -> ZoneInfo:
    """Her time zone where it matters: to know it costs a look at her traits."""
    return look.facts.zone if is_local(leaf) else _UTC


def _measure(kind: str, totals: Totals) -> int | None:
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
        return values.mean(int(totals.total), totals.numbers)
    return int(totals.least if kind == "min" else totals.most)


def _aggregated(trait: Aggregate, totals: Totals, turn: Turn) -> tuple[Value, Turn]:
    match trait.kind:
        case "count":
            return Decimal(totals.count), turn
        case "unique_count":
            return Decimal(len(totals.texts)), turn
        case "unique_list":
            return sorted(totals.texts), turn
        case "most_frequent":
            return computed.most_frequent(list(Counter(totals.texts).elements())), turn
        case "first" | "last":
            found = happenings.texts([happening(totals.row)], trait.path) if totals.row else []
            return found[0] if found else None, turn
    size = _measure(trait.kind, totals)
    return None if size is None else computed.decimal(size), turn
