"""What people's traits are now, as the warehouse knows them: one value a person, as text."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from sqlglot import exp

from rapport.audiences.language import paths
from rapport.insights.rows import Bools, Ints
from rapport.insights.scan import coded
from rapport.warehouse.base import Warehouse
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import column, equals
from rapport.warehouse.watch import Watch

_FETCH = 200_000


class Traits(NamedTuple):
    """Sorted by person; only those with a value. `code`: its place in `texts`, which are in
    alphabetical order."""

    person: Ints
    code: Ints
    texts: list[str]

    def of(self, people: Ints) -> Ints:
        """The number of the value of each, -1 for none."""
        if not len(self.person):
            return np.full(len(people), -1, np.int64)
        place = np.minimum(np.searchsorted(self.person, people), len(self.person) - 1)
        return np.where(self.person[place] == people, self.code[place], -1)

    def has(self, people: Ints, value: str | None) -> Bools:
        """Who has this value, or for None no value."""
        place = bisect_left(self.texts, value) if value is not None else -1
        if value is not None and self.texts[place : place + 1] != [value]:
            return np.zeros(len(people), np.bool_)
        found: Bools = self.of(people) == place
        return found


def read(warehouse: Warehouse, trait: str, watch: Watch) -> Traits:
    """Of everybody."""
    dialect = dialect_for(warehouse.capabilities.dialect)
    sql = dialect.sql(query(warehouse, dialect, trait, watch))
    batches = []
    for batch in warehouse.stream(sql, rows_per_batch=_FETCH, watch=watch):
        watch.hold(batch.nbytes)
        batches.append(batch)
    found = pa.Table.from_batches(batches)
    person = found.column(0).to_numpy().astype(np.int64)
    code, texts = coded(found.column(1))
    order = np.argsort(person, kind="stable")
    return Traits(person[order], code[order], texts)


def query(
    warehouse: Warehouse, dialect: Dialect, trait: str, watch: Watch | None = None
) -> exp.Select:
    """`profile` and `value`, of those who have one. A computed trait comes before a described one:
    where anybody has one of this name, it is meant."""
    mine = equals(column("trait"), dialect.literal(trait))
    computed = exp.select(column("profile")).from_("computed_traits").where(mine)
    if warehouse.read(dialect.sql(computed.limit(1)), watch=watch):
        held = exp.select(column("profile")).from_("computed_traits").where(mine.copy())
        value = dialect.json_text(column("value"), ())
    else:
        held = exp.select(column("profile")).from_("profile_rows")
        value = dialect.json_text(column("traits"), paths.of_trait(trait).keys)
    every = held.select(exp.alias_(value, "said", quoted=True)).subquery("every_one")
    said = column("said")
    return (
        exp.select(column("profile"), exp.alias_(said, "value", quoted=True))
        .from_(every)
        .where(exp.not_(exp.Is(this=said.copy(), expression=exp.null())))
    )
