"""Events of the past as they count for accounts: which node remembers each."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from rapport.audiences.sql.belonging import names_one
from rapport.audiences.stream.behaviours import LOW_BITS
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column, integer

_COLUMNS: Final = (
    *("message_id", "type", "event", "timestamp", "source", "brand", "region", "channel"),
    *("properties", "traits", "context", "log_offset"),
)


def by_account(query: exp.Select, dialect: Dialect) -> exp.Select:
    """The same query, with `node` as `behaviours.ByAccount` has it."""
    for table in [each for each in query.find_all(exp.Table) if each.name == "events"]:
        table.replace(_events(dialect).subquery(table.alias))
    return query


def _events(dialect: Dialect) -> exp.Select:
    named = names_one(column("group_id"))
    node = choose((named, _node(dialect)), default=column("node"))
    return (
        exp.select(exp.alias_(node, "node", quoted=True), *(column(name) for name in _COLUMNS))
        .from_("events")
        .where(exp.or_(named.copy(), binary(exp.NEQ, column("node"), 0)))
    )


def _node(dialect: Dialect) -> E:
    """As `behaviours.account_node`."""
    high, low = (
        dialect.md5_fraction(dialect.concat(f"{salt}:", column("group_id")))
        for salt in ("account", "of")
    )
    upper = binary(exp.Mul, _whole(high, 32, dialect), integer(2**LOW_BITS))
    below = binary(exp.Sub, integer(-1), upper)
    return dialect.cast(binary(exp.Sub, below, _whole(low, LOW_BITS, dialect)), "integer")


def _whole(fraction: E, bits: int, dialect: Dialect) -> E:
    scaled = binary(exp.Mul, fraction, integer(2**bits))
    return dialect.cast(dialect.floor(scaled), "integer")
