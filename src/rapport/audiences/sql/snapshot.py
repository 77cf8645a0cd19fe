"""Definitions in SQL: one pass over the events for all of them, one row for each person.

`snapshot` gives a query of the columns `profile` and one for each definition by its key: TRUE or
FALSE for a segment, the value for a computed trait. Definitions that others look at come along,
layer by layer, so that each is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rapport.audiences.language import checks, walking
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Definition
from rapport.audiences.sql.belonging import Accounts, ReadAccounts
from rapport.audiences.sql.conditions import Conditions
from rapport.audiences.sql.events import Events
from rapport.audiences.sql.zones import OLDEST, TRAIT, Zones
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, column, equals

DEFAULT_ZONE = "UTC"


def snapshot(
    wanted: Sequence[Definition],
    known: Known,
    now: int,
    dialect: Dialect,
    *,
    zones: Sequence[str] = (),
    default_zone: str = DEFAULT_ZONE,
    oldest: int = OLDEST,
    accounts: ReadAccounts | None = None,
) -> exp.Select:
    """Everybody and what the wanted definitions say of her at `now` (µs UTC).

    `zones` are the values of the trait `timezone` in use (`zones_in_use`); no event is older than
    `oldest` (µs UTC), which only makes the query shorter; `accounts` reads those that
    conditions speak of. Raises `Malformed` for definitions that `checks` refuses or that cannot be
    asked in SQL.
    """
    checks.check(known)
    events = Events(dialect, Zones(dialect, zones, default_zone, oldest, now), now)
    conditions = Conditions(dialect, known, now, events, Accounts(dialect, now, accounts))
    layers: list[list[E]] = []
    places: dict[Definition, int] = {}
    for one in walking.in_order(list(wanted), known):
        used = (places[each] for _, each in walking.references(one, known))
        first = max(used, default=-1) + 1
        added = conditions.layers(one)
        places[one] = first + len(added) - 1
        layers += [[] for _ in range(first + len(added) - len(layers))]
        for place, columns in enumerate(added, first):
            layers[place] += columns
    return _assembled(wanted, conditions, events, layers)


def zones_in_use(dialect: Dialect) -> exp.Select:
    """A query of one column `zone`: what people say their time zone is."""
    zone = dialect.json_text(column("traits"), (TRAIT,))
    return exp.select(exp.alias_(zone, "zone", quoted=True)).distinct().from_("profile_rows")


def _assembled(
    wanted: Sequence[Definition],
    conditions: Conditions,
    events: Events,
    layers: Sequence[Sequence[E]],
) -> exp.Select:
    """The query, from the last layer on; those below become its CTEs."""
    names = [exp.alias_(column(conditions.name(one)), one.key, quoted=True) for one in wanted]
    query = exp.select(column("profile"), *names).from_(exp.to_table(f"layer_{len(layers)}"))
    if events.used:
        query = events.with_tables(query)
    for name, build in conditions.tables.items():
        query = query.with_(name, build())
    query = query.with_("people", _people(events.used)).with_("layer_0", _base(events, conditions))
    for place, columns in enumerate(layers):
        below = exp.to_table(f"layer_{place}")
        query = query.with_(f"layer_{place + 1}", exp.select(exp.Star(), *columns).from_(below))
    return query


def _people(counted: bool) -> exp.Select:
    """Everybody with an event: profiles that were read, and those that the events show."""
    read = (
        exp.select(_named("profile", "r"))
        .from_(exp.to_table("profile_rows", alias="r"))
        .join(
            exp.to_table("identities", alias="i"),
            on=exp.and_(
                equals(column("node", "i"), column("profile", "r")),
                equals(column("profile", "i"), column("profile", "r")),
            ),
        )
    )
    if not counted:
        return read
    both = exp.union(read, exp.select(column("profile")).from_(exp.to_table("counted")))
    return exp.select(column("profile")).from_(both.subquery("everybody"))


def _base(events: Events, conditions: Conditions) -> exp.Select:
    """One row a person with all that conditions look at."""
    profile = column("profile", "people")
    query = exp.select(_named("profile", "people"))
    query = query.select(*(_named(name, "r") for name in ("traits", "identifiers")))
    query = query.from_(exp.to_table("people")).join(
        exp.to_table("profile_rows", alias="r"),
        on=equals(column("profile", "r"), profile),
        join_type="left",
    )
    tables = [*(["counted"] if events.used else []), *conditions.tables]
    for table in tables:
        query = query.join(
            exp.to_table(table), on=equals(column("profile", table), profile), join_type="left"
        )
    if events.used:
        query = query.select(*(_named(name, "counted") for name in events.totals))
    for table, held in conditions.held.items():
        query = query.select(
            *(exp.alias_(column(name, table), f"{table}_{name}", quoted=True) for name in held)
        )
    return query


def _named(name: str, table: str) -> E:
    """A column under its own name: some engines keep that of the table in front of it."""
    return exp.alias_(column(name, table), name, quoted=True)
