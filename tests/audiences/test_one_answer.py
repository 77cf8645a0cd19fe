"""One definition, two evaluators, one answer: SQL says what the oracle says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from rapport.audiences.language import definitions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Segment
from rapport.audiences.meaning.person import Account
from tests.audiences import engine, strategies
from tests.audiences.said import said
from tests.audiences.strategies import People, Sent

HELD = settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def held() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = engine.connection()
    yield connection
    connection.close()


@HELD
@given(data=st.data())
def test_sql_says_what_the_oracle_says(
    held: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    document = data.draw(strategies.documents(accounts=True))
    history = data.draw(strategies.histories_of_accounts(now))
    people = data.draw(strategies.people())
    accounts = strategies.bare_accounts(data.draw(strategies.traits_of_accounts()))
    agree(held, document, history, people, now, accounts)
    # A split, or a merge: other people over the same events
    agree(held, document, history, data.draw(strategies.people()), now, accounts)
    # An erasure: fewer events
    agree(held, document, history[::2], people, now, accounts)


def agree(
    held: duckdb.DuckDBPyConnection,
    document: dict[str, Any],
    history: list[Sent],
    people: People,
    now: int,
    accounts: list[Account],
) -> None:
    wanted = definitions.document(document)
    known = Known.of(wanted)
    engine.fill(held, history, people)
    found = engine.answers(held, wanted, known, now, accounts)
    persons = people.persons(history, accounts)
    assert sorted(found) == [person.profile for person in persons]
    for person in persons:
        for one in wanted:
            expected = said(one, person, now, known)
            note(f"{one.key} of {person.profile}")
            if isinstance(one, Segment):
                event(f"member: {expected}")
            assert found[person.profile][one.key] == expected
