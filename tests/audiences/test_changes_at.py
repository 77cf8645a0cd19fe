"""A verdict does not change by itself before the instant that `changes_at` names."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.audiences.language import definitions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Segment
from rapport.audiences.meaning import oracle
from rapport.clock import DAY, HOUR, MINUTE
from tests.audiences import strategies

HELD = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
LATER = (1, MINUTE, 30 * MINUTE, HOUR, 12 * HOUR, DAY, 3 * DAY, 8 * DAY, 40 * DAY, 400 * DAY)


@HELD
@given(data=st.data())
def test_nothing_changes_before(data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    wanted = definitions.document(data.draw(strategies.documents()))
    known = Known.of(wanted)
    history = data.draw(strategies.histories(now))
    for person in data.draw(strategies.people()).persons(history)[:2]:
        for one in wanted:
            what = one.when if isinstance(one, Segment) else one

            def said(at: int, one: object = one, person: object = person) -> object:
                if isinstance(one, Segment):
                    return oracle.holds(one.when, person, at, known)  # type: ignore[arg-type]
                return oracle.value(one, person, at, known)  # type: ignore[arg-type]

            turn = oracle.changes_at(what, person, now, known)
            assert turn is None or turn > now
            at_present = said(now)
            end = turn if turn is not None else now + 500 * DAY
            for at in (end - 1, *(now + step for step in LATER if now + step < end)):
                assert said(at) == at_present, (one, at - now)


@HELD
@given(data=st.data())
def test_the_order_of_arrival_does_not_matter(data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    wanted = definitions.document(data.draw(strategies.documents()))
    known = Known.of(wanted)
    history = data.draw(strategies.histories(now))
    people = data.draw(strategies.people())
    shuffled = data.draw(st.permutations(history))
    for one, other in zip(people.persons(history), people.persons(shuffled), strict=True):
        for definition in wanted:
            if isinstance(definition, Segment):
                verdict = oracle.explain(definition.when, one, now, known)
                assert verdict == oracle.explain(definition.when, other, now, known)
            else:
                value = oracle.value(definition, one, now, known)
                assert value == oracle.value(definition, other, now, known)
