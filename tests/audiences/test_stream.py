"""One definition, two evaluators, one answer: what is remembered says what the oracle says."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rapport.audiences.language import definitions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Segment
from rapport.audiences.meaning import oracle
from rapport.audiences.stream.compiling import compiled
from rapport.audiences.stream.look import Look
from tests.audiences import recalled, strategies
from tests.audiences.strategies import People, Sent

HELD = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@HELD
@given(data=st.data())
def test_what_is_remembered_says_what_the_history_says(data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    document = data.draw(strategies.documents())
    history = data.draw(strategies.histories(now))
    order = data.draw(st.permutations(history))
    cuts = data.draw(st.integers(0, len(order)))
    scene = Scene(document)
    scene.memory.take(order[:cuts], now)
    scene.memory.take(order[cuts:], now)
    scene.agree(history, data.draw(strategies.people()), now)
    # Merges and splits: other people over the same nodes, and nothing rewritten
    scene.agree(history, data.draw(strategies.people()), now)


@HELD
@given(data=st.data())
def test_nothing_changes_before_the_instant_that_was_foretold(data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    scene = Scene(data.draw(strategies.documents()))
    history = data.draw(strategies.histories(now))
    scene.memory.take(history, now)
    people = data.draw(strategies.people())
    later = now + data.draw(
        st.sampled_from([1, 60_000_000, 1_800_000_000, 3_600_000_000, 86_400_000_000])
    )
    scene.steady(history, people, now, later)


class Scene:
    def __init__(self, document: dict[str, Any]) -> None:
        self.wanted = definitions.document(document)
        self.known = Known.of(self.wanted)
        numbers = recalled.wanted(self.wanted)
        self.checks, self.readings = compiled(dict(enumerate(self.wanted)), self.known, numbers)
        self.memory = recalled.Recalled(numbers)

    def agree(self, history: list[Sent], people: People, now: int) -> None:
        for person in people.persons(history):
            look = self.look(person, people, now)
            for number, one in enumerate(self.wanted):
                note(f"{one.key} of {person.profile}")
                if isinstance(one, Segment):
                    expected = oracle.holds(one.when, person, now, self.known)
                    event(f"member: {expected}")
                    assert self.checks[number](look)[0] == expected
                elif number in self.readings:
                    value = oracle.value(one, person, now, self.known)
                    assert self.readings[number](look)[0] == value

    def steady(self, history: list[Sent], people: People, now: int, later: int) -> None:
        for person in people.persons(history):
            look = self.look(person, people, now)
            for number, one in enumerate(self.wanted):
                note(f"{one.key} of {person.profile}")
                if isinstance(one, Segment):
                    said, turn = self.checks[number](look)
                    if turn is None or turn > later:
                        assert oracle.holds(one.when, person, later, self.known) == said
                elif number in self.readings:
                    value, turn = self.readings[number](look)
                    if turn is None or turn > later:
                        assert oracle.value(one, person, later, self.known) == value

    def look(self, person: Any, people: People, now: int) -> Look:
        nodes = [node for node, profile in people.profiles.items() if profile == person.profile]
        facts = recalled.Known(replace(person, events=()))
        return Look(facts, self.memory.of(nodes), now)
