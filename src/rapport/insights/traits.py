"""What people's traits are now, as the warehouse knows them: one value a person, as text."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from sqlglot import exp

from rapport.audiences.language import paths
from rapport.insights.rows import Bools, Ints, Rows, starts
from rapport.insights.scan import coded
from rapport.insights.specs.scope import HasTrait
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

    def fits(self, people: Ints, one: HasTrait) -> Bools:
        """To whom it applies."""
        if one.other_than:
            places = [self._place(value) for value in one.other_than]
            return np.isin(self.of(people), places, invert=True)
        value = None if one.value is msgspec.UNSET else one.value
        found: Bools = self.of(people) == self._place(value)
        return found

    def _place(self, value: str | None) -> int:
        """-1 for none, and -2 for one that nobody has."""
        if value is None:
            return -1
        place = bisect_left(self.texts, value)
        return place if self.texts[place : place + 1] == [value] else -2

    def beside(self, rows: Rows) -> Rows:
        """With what each row's person has, as the last of its values. Asked once a person."""
        first = np.flatnonzero(starts(rows.person))
        codes = self.of(rows.person[first])
        told = np.repeat(codes, np.diff(np.append(first, len(rows.person))))
        return rows._replace(values=(*rows.values, told))


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


def of_one(warehouse: Warehouse, trait: str, profile: int, watch: Watch) -> str | None:
    dialect = dialect_for(warehouse.capabilities.dialect)
    hers = query(warehouse, dialect, trait, watch).where(equals(column("profile"), profile))
    return next((row["value"] for row in warehouse.read(dialect.sql(hers), watch=watch)), None)


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
