"""An engine that answers questions by itself: its events, in the order of the oracles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlglot import exp

from rapport.audiences.language.model import ANY_EVENT, Selection
from rapport.insights import traits
from rapport.insights.rows import Ints
from rapport.insights.scan import bounded, selected, table, text_of
from rapport.insights.specs.scope import (
    Among,
    HasTrait,
    OfTrait,
    Wanted,
    among,
    path_of_trait,
)
from rapport.insights.sql.flow import Flow, missing_first, numbered
from rapport.warehouse.base import Warehouse
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer, one_of
from rapport.warehouse.watch import Watch

_FETCH = 200_000


class Engine:
    """`now` in µs UTC. `members` raises `NotFound` for a segment that there is not. `watch` may
    end what is asked."""

    def __init__(
        self,
        warehouse: Warehouse,
        now: int,
        members: Callable[[str], Ints],
        watch: Watch | None = None,
    ) -> None:
        self._watch = watch
        self.warehouse = warehouse
        self.dialect: Dialect = dialect_for(warehouse.capabilities.dialect)
        self.now = now
        self._members = members

    def read(self, query: exp.Select) -> list[dict[str, Any]]:
        return self.warehouse.read(self.dialect.sql(query), watch=self._watch)

    def profiles(self, flow: Flow) -> Ints:
        """The column `person`, once each, ascending."""
        found = flow.group(["person"], {}).query(column("person"))
        sql = self.dialect.sql(found)
        batches = self.warehouse.stream(sql, rows_per_batch=_FETCH, watch=self._watch)
        parts = [batch.column(0).to_numpy(zero_copy_only=False) for batch in batches]
        whole: Ints = np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)
        return whole

    def nodes(self, profile: int) -> list[int]:
        query = exp.select(column("node")).from_("identities")
        found = self.read(query.where(equals(column("profile"), profile)))
        return [int(row["node"]) for row in found] or [profile]

    def rows(
        self,
        selections: Sequence[Selection],
        low: int,
        high: int,
        *,
        segment: Among = None,
        wanted: Sequence[Wanted] = (),
    ) -> Flow:
        """Events in low <= at < high that match some selection.

        Columns: person, at (µs), low (the first selection it matches), match (their bits), and v0,
        v1 ..., the texts at `wanted`.
        """
        texts = {f"v{n}": each for n, each in enumerate(wanted) if isinstance(each, str)}
        flow = Flow(self._picked(selections, low, high, texts))
        profile = exp.Coalesce(this=column("profile", "i"), expressions=[column("node", "p")])
        tests = [column(f"b{n}", "p") for n in range(len(selections))]
        first = choose(*((test, integer(n)) for n, test in enumerate(tests)))
        columns = [
            exp.alias_(profile, "person", quoted=True),
            column("at", "p"),
            exp.alias_(first, "low", quoted=True),
            exp.alias_(_bits(tests), "match", quoted=True),
            *(column(name, "p") for name in texts),
        ]
        same = equals(column("node", "i"), column("node", "p"))
        whose = (
            exp.select(*columns)
            .from_(table(flow.last, "p"))
            .join(table("identities", "i"), on=same, join_type="left")
        )
        flow.push(whose, exp.or_(*tests))
        held = ["person", "at", "low", "match", *texts]
        for n, each in enumerate(wanted):
            if isinstance(each, OfTrait):
                self.beside(flow, held, each.trait, f"v{n}")
                held.append(f"v{n}")
        for one in among(segment):
            flow.keep(self._in_segment(one) if isinstance(one, str) else self._has_trait(one))
        return flow

    def beside(self, flow: Flow, held: Sequence[str], trait: str, name: str) -> Flow:
        """The columns `held`, of which one is person, and as `name` what her trait is."""
        told = self.traits(trait).subquery(exp.to_identifier("t", quoted=True))
        same = equals(column("profile", "t"), column("person", "p"))
        value = exp.alias_(column("value", "t"), name, quoted=True)
        columns = [column(each, "p") for each in held]
        return flow.push(
            exp.select(*columns, value)
            .from_(table(flow.last, "p"))
            .join(told, on=same, join_type="left")
        )

    def traits(self, trait: str) -> exp.Select:
        """`profile` and `value`, of those who have one. Raises `Malformed`."""
        return traits.query(
            self.warehouse, self.dialect, path_of_trait(trait, "trait"), self._watch
        )

    def numbered(self, flow: Flow, wanted: int, *, where: E | None = None) -> Flow:
        """With `n`, the number of the row among those of its person, in order."""
        ties = [missing_first(f"v{n}") for n in range(wanted)]
        order = [column("at"), column("low"), column("match"), *ties]
        return flow.add({"n": numbered(["person"], *order)}, where=where)

    def _picked(
        self, selections: Sequence[Selection], low: int, high: int, texts: Mapping[str, str]
    ) -> exp.Select:
        at = self.dialect.epoch_micros(column("timestamp", "e"))
        columns: dict[str, E] = {"node": column("node", "e"), "at": at}
        for n, each in enumerate(selections):
            columns[f"b{n}"] = selected(self.dialect, each, at, self.now)
        for name, path in texts.items():
            columns[name] = text_of(self.dialect, path)
        named = [exp.alias_(value, name, quoted=True) for name, value in columns.items()]
        query = exp.select(*named).from_(table("events", "e"))
        query = bounded(self.dialect, query, low, high)
        names = [name for each in selections for name in each.events]
        if ANY_EVENT not in names:
            query = query.where(one_of(column("event", "e"), sorted(set(names))))
        return query

    def _in_segment(self, segment: str) -> E:
        """As the warehouse knows it, which is told of changes with the events that made them."""
        mine = equals(column("segment"), self.dialect.literal(segment))
        members = exp.select(column("profile")).from_("memberships").where(mine)
        if not self.read(members.copy().limit(1)):
            self._members(segment)
        return self.dialect.semi_join(column("person"), members)

    def _has_trait(self, one: HasTrait) -> E:
        """Who has no value is among those whose value is not one of several, if that is asked."""
        told = exp.select(column("profile")).from_(self.traits(one.trait).subquery("told"))
        named = [each for each in (one.value, *one.other_than) if isinstance(each, str)]
        if named:
            literals = [self.dialect.literal(each) for each in named]
            mine: E = exp.In(this=column("value"), expressions=literals)
            told = told.where(exp.not_(mine) if None in one.other_than else mine)
        test = self.dialect.semi_join(column("person"), told)
        negated = one.value is None or (bool(one.other_than) and None not in one.other_than)
        return exp.not_(test) if negated else test


def _bits(tests: Sequence[E]) -> E:
    found: E = integer(0)
    for n, test in enumerate(tests):
        bit = choose((test, integer(1 << n)), default=integer(0))
        found = bit if n == 0 else binary(exp.Add, found, bit)
    return found
