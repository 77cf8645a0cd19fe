"""One definition, one answer, whatever the engine: the SQL of each says what the oracle says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlglot import exp

from rapport.audiences.accounts import Asking, members
from rapport.audiences.language import definitions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Definition, Segment
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Account
from rapport.audiences.sql.snapshot import snapshot
from rapport.clock import DAY
from rapport.warehouse.dialect import Dialect, Kind, Value
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import column
from tests.audiences import engine, strategies
from tests.audiences.said import said
from tests.audiences.strategies import ZONES, People, Sent
from tests.audiences.test_live_accounts import document_of_accounts
from tests.warehouse.runners import Run, engine_params, plain, runner

HELD = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
SELDOM = settings(HELD, max_examples=2)  # Spark takes seconds a query
OTHERS = [each for each in engine_params() if each.values != ("duckdb",)]
JSON = {"postgres": "JSON"}  # other engines keep it as text
EVENTS: dict[str, Kind] = {
    "node": "integer",
    **dict.fromkeys(("message_id", "type", "event"), "text"),  # type: ignore[dict-item]
    "timestamp": "instant",
    **dict.fromkeys(("source", "brand", "region", "channel"), "text"),  # type: ignore[dict-item]
    **dict.fromkeys(engine.JSON_COLUMNS, "text"),  # type: ignore[dict-item]
    "group_id": "text",
}


class Engine:
    def __init__(self, name: str, run: Run) -> None:
        self.dialect: Dialect = dialect_for(name)
        self._run = run

    def answers(
        self,
        wanted: Sequence[Definition],
        history: Sequence[Sent],
        people: People,
        now: int,
        accounts: Sequence[Account] = (),
    ) -> dict[int, dict[str, Any]]:
        """Profile → definition → what the engine says. The tables are part of the query."""
        known = Known.of(wanted)
        oldest = now - 400 * DAY
        query = snapshot(
            wanted, known, now, self.dialect, zones=ZONES, oldest=oldest, accounts=lambda: accounts
        )
        rows = self._rows(query, history, people)
        return {row["profile"]: row for row in rows}

    def accounts(
        self,
        wanted: Sequence[Segment],
        known: Known,
        history: Sequence[Sent],
        people: People,
        now: int,
        accounts: Sequence[Account],
    ) -> dict[str, list[str]]:
        """Segment → the accounts that are in it."""

        class Here(Asking, frozen=True):
            def rows(here, query: exp.Select) -> list[dict[str, Any]]:
                return self._rows(query, history, people)

        asking = Here(self._unread, lambda: accounts, self.dialect, now)
        return members(wanted, known, asking)

    def _unread(self, sql: str) -> list[dict[str, Any]]:
        raise AssertionError(sql)

    def _rows(
        self, query: exp.Select, history: Sequence[Sent], people: People
    ) -> list[dict[str, Any]]:
        tables = {
            "events": self._table(EVENTS, [engine.event_row(sent) for sent in history]),
            "identities": self._table(
                {"node": "integer", "profile": "integer"}, [*people.profiles.items()]
            ),
            "profile_rows": self._table(
                {"profile": "integer", "traits": "text", "identifiers": "text"},
                engine.profile_rows(history, people),
            ),
        }
        built = query.copy()
        own = built.args["with_"].expressions if built.args.get("with_") else []
        for name, rows in tables.items():
            built = built.with_(name, rows)
        every = built.args["with_"].expressions
        built.args["with_"].set("expressions", [*every[len(own) :], *own])
        names = query.named_selects
        rows = self._run(self.dialect.sql(built))
        return [dict(zip(names, map(plain, row), strict=True)) for row in rows]

    def _table(self, kinds: dict[str, Kind], rows: Sequence[Sequence[Value]]) -> exp.Select:
        given = self.dialect.values_table("given_rows", kinds, rows)
        columns = [self._column(name) for name in kinds]
        return exp.select(*columns).from_(given)

    def _column(self, name: str) -> exp.Expr:
        held = column(name)
        if name in (*engine.JSON_COLUMNS, "identifiers") and self.dialect.name in JSON:
            return exp.alias_(exp.cast(held, JSON[self.dialect.name]), name, quoted=True)
        return held


@pytest.fixture(scope="module", params=OTHERS)
def one_engine(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Engine]:
    with runner(request.param, tmp_path_factory.mktemp(request.param)) as run:
        yield Engine(request.param, run)


def agree_on_accounts(one_engine: Engine, data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    known = Known.of(definitions.document(document_of_accounts(data)))
    history = data.draw(strategies.histories_of_accounts(now))
    people = data.draw(strategies.people())
    those = strategies.accounts(history, people, data.draw(strategies.traits_of_accounts()))
    wanted = [one for one in known.segments.values() if one.of == "accounts"]
    bare = [Account(id=each.id, traits=each.traits) for each in those]
    found = one_engine.accounts(wanted, known, history, people, now, bare)
    for one in wanted:
        expected = [each.id for each in those if oracle.holds(one.when, each, now, known)]
        assert found[one.key] == expected


def agree(one_engine: Engine, data: st.DataObject) -> None:
    now = data.draw(st.sampled_from(strategies.ANCHORS))
    wanted = definitions.document(data.draw(strategies.documents(accounts=True)))
    history = data.draw(strategies.histories_of_accounts(now))
    people = data.draw(strategies.people())
    accounts = strategies.bare_accounts(data.draw(strategies.traits_of_accounts()))
    found = one_engine.answers(wanted, history, people, now, accounts)
    persons = people.persons(history, accounts)
    known = Known.of(wanted)
    assert sorted(found) == [person.profile for person in persons]
    for person in persons:
        for one in wanted:
            note(f"{one.key} of {person.profile}")
            answer = found[person.profile][one.key]
            if isinstance(one, Segment):
                answer = bool(answer)  # some drivers give 0 and 1
            elif answer == []:
                answer = None
            assert answer == plain(said(one, person, now, known))


@pytest.mark.parametrize("law", [agree, agree_on_accounts])
def test_an_engine_says_what_the_oracle_says(
    one_engine: Engine, law: Callable[[Engine, st.DataObject], None]
) -> None:
    held = SELDOM if one_engine.dialect.name == "spark" else HELD

    @held
    @given(data=st.data())
    def each(data: st.DataObject) -> None:
        law(one_engine, data)

    each()
