"""Conditions and computed traits of one person at one instant, from what is remembered of her.

Says what `oracle` says, and until when: each answer comes with the next instant at which it may
change by itself. Definitions are compiled into functions once, when they change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any

from rapport.audiences.language import expressions, paths, values
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    AllOf,
    AnyOf,
    ComputedTrait,
    Condition,
    Definition,
    Expression,
    InSegment,
    Not,
    Outside,
    Percent,
    Segment,
    Trait,
)
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.computed import Value
from rapport.audiences.meaning.person import Person
from rapport.audiences.stream import leaves
from rapport.audiences.stream.behaviours import OF_CONDITIONS, Behaviour, Leaf, Need, need
from rapport.audiences.stream.look import Check, Look, Reading, Turn, Verdict, next_turn


class Compiler:
    """Of definitions that look at no others than those `known`. `numbers` says under which number a
    behaviour is remembered. Equal parts are compiled, and worked out for a person, once."""

    def __init__(self, known: Known, numbers: Mapping[Behaviour, int]) -> None:
        self._known = known
        self._numbers = numbers
        self._slots = count()
        self._leaves: dict[Leaf, Check] = {}
        self._segments: dict[str, Check] = {}
        self._traits: dict[str, Reading] = {}

    def check(self, segment: Segment) -> Check:
        """Whether somebody belongs to the segment."""
        return self._condition(segment.when)

    def reading(self, trait: ComputedTrait) -> Reading:
        """The value of the trait."""
        match trait.trait:
            case Expression(text):
                return self._expression(text)
            case Outside():
                return lambda look: (look.facts.held(trait.key), None)
            case of_events:
                wanted = need(of_events)
                return leaves.reading(wanted, self._numbers[wanted.behaviour])

    def _condition(self, node: Condition) -> Check:
        match node:
            case AllOf(items):
                return partial(_several, [self._condition(item) for item in items], False)
            case AnyOf(items):
                return partial(_several, [self._condition(item) for item in items], True)
            case Not(item):
                return partial(_opposite, self._condition(item))
            case InSegment(key):
                return self._segment(key)
            case Trait(path, op, operand) if path in self._known.traits:
                return _of_computed(self._trait(path), op, operand)
            case Trait():
                return _of_described(node)
            case Percent():
                return _of_share(node)
        if isinstance(node, OF_CONDITIONS):
            return self._leaf(node)
        return _of_facts(node)

    def _leaf(self, leaf: Leaf) -> Check:
        found = self._leaves.get(leaf)
        if found is None:
            wanted = self._needed(leaf)
            found = leaves.check(wanted, self._numbers[wanted.behaviour])
            if wanted.behaviour.keep == "rows":  # of totals it costs no more to look again
                found = self._once(found)
            self._leaves[leaf] = found
        return found

    def _needed(self, leaf: Leaf) -> Need:
        return need(leaf)

    def _segment(self, key: str) -> Check:
        found = self._segments.get(key)
        if found is None:
            found = self._segments[key] = self._once(self.check(self._known.segments[key]))
        return found

    def _trait(self, key: str) -> Reading:
        found = self._traits.get(key)
        if found is None:
            found = self._traits[key] = self._once(self.reading(self._known.traits[key]))
        return found

    def _once(self, answer: Any) -> Any:
        slot = next(self._slots)

        def said(look: Look) -> Any:
            found = look.said.get(slot)
            if found is None:
                found = look.said[slot] = answer(look)
            return found

        return said

    def _expression(self, text: str) -> Reading:
        parsed = expressions.parse(text)
        readings = {name: self._trait(name) for name in parsed.names if name in self._known.traits}
        described = {name: paths.of_trait(name) for name in parsed.names if name not in readings}

        def read(look: Look) -> tuple[Value, Turn]:
            found: dict[str, Any] = {}
            turns: list[Turn] = []
            for name, reading in readings.items():
                value, turn = reading(look)
                turns.append(turn)
                found[name] = None if isinstance(value, list) else value
            for name, path in described.items():
                reached = values.reach(look.facts.traits, path)
                found[name] = reached[0] if reached else None
            return parsed.value(found.get), next_turn(turns, look.now)

        return read


def compiled(
    definitions: Mapping[int, Definition], known: Known, numbers: Mapping[Behaviour, int]
) -> tuple[dict[int, Check], dict[int, Reading]]:
    """Of each definition by its number: segments, and computed traits that change with events."""
    compiler = Compiler(known, numbers)
    checks: dict[int, Check] = {}
    readings: dict[int, Reading] = {}
    for number, one in definitions.items():
        if isinstance(one, Segment):
            checks[number] = compiler.check(one)
        elif not isinstance(one.trait, Outside):
            readings[number] = compiler.reading(one)
    return checks, readings


def _several(items: Sequence[Check], stops: bool, look: Look) -> Verdict:
    """Of all (any): one that is false (true) decides, and until the last of those turns, the
    others cannot matter."""
    decided: Turn = None
    found: Turn = None
    for item in items:
        holds, turn = item(look)
        if holds == stops:
            if turn is None:
                return stops, None
            decided = turn if decided is None else max(decided, turn)
        elif turn is not None:
            found = turn if found is None else min(found, turn)
    return (not stops, found) if decided is None else (stops, decided)


def _opposite(item: Check, look: Look) -> Verdict:
    holds, turn = item(look)
    return not holds, turn


def _of_computed(reading: Reading, op: str, operand: Any) -> Check:
    def check(look: Look) -> Verdict:
        found, turn = reading(look)
        listed = found if isinstance(found, list) else [] if found is None else [found]
        holds = values.satisfies(listed, op, operand, look.now)
        return holds, next_turn([turn, *values.turns(listed, op, operand)], look.now)

    return check


def _of_described(node: Trait) -> Check:
    way, op, operand = paths.of_trait(node.path), node.op, node.value

    def check(look: Look) -> Verdict:
        found = values.reach(look.facts.traits, way)
        holds = values.satisfies(found, op, operand, look.now)
        return holds, next_turn(values.turns(found, op, operand), look.now)

    return check


def _of_share(node: Percent) -> Check:
    def check(look: Look) -> Verdict:
        return oracle.holds(node, Person(profile=look.facts.profile), look.now), None

    return check


def _of_facts(node: Condition) -> Check:
    """Identifiers, accounts: what the oracle says of her facts."""

    def check(look: Look) -> Verdict:
        person = look.facts.person
        holds = oracle.holds(node, person, look.now)
        return holds, oracle.changes_at(node, person, look.now)

    return check
