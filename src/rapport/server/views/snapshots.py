"""What definitions that nobody has saved yet say of everybody, asked of the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from sqlglot import exp

from rapport.audiences.language import expressions
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    Aggregate,
    Computation,
    ComputedTrait,
    Definition,
    Expression,
    ModelOutput,
    SqlQuery,
)
from rapport.audiences.language.operands import refuse
from rapport.audiences.sql.snapshot import snapshot, zones_in_use
from rapport.audiences.stream.evaluating import plain
from rapport.ids import parse_profile_id
from rapport.server.background import account_segments
from rapport.server.rooms import Reads, Rooms
from rapport.server.views import asked
from rapport.warehouse.dialects import dialect_for

SAMPLE: Final = 10
_COUNTED: Final = "unsaved_counted"
# Of many traits most people have none of it: those who have some tell more.
_ZEROS_LAST: Final = 'CASE WHEN "value" = 0 THEN 1 ELSE 0 END, '


class Values(msgspec.Struct):
    """`sample` are the first few people by id, each with her value as JSON has it."""

    count: int
    sample: list[tuple[int, Any]]
    exact: bool = True  # else there are at least so many


def query(rooms: Rooms, reads: Reads, wanted: Sequence[Definition], known: Known) -> str:
    """One row a person: `profile` and a column for each definition."""
    warehouse = rooms.warehouse
    dialect = dialect_for(warehouse.capabilities.dialect)
    found = [row["zone"] for row in warehouse.read(dialect.sql(zones_in_use(dialect)))]
    people: exp.Select = snapshot(
        wanted,
        known,
        rooms.clock.now(),
        dialect,
        zones=[zone for zone in found if zone is not None],
        accounts=lambda: account_segments.all_accounts(reads),
    )
    return dialect.sql(people)


def values(rooms: Rooms, reads: Reads, one: ComputedTrait, known: Known) -> Values:
    """Who would have which value. Raises `Malformed` for what cannot be told before it is saved."""
    if isinstance(one.trait, ModelOutput):
        raise refuse("trait", "what a model says is known once it has been trained")
    if isinstance(one.trait, SqlQuery):
        return _asked(rooms, one.trait)
    wanted, test = [one], f"{one.key} IS NOT NULL"
    if isinstance(one.trait, Aggregate) and one.trait.kind == "unique_list":
        # Of nobody's words some engines make an empty list, which is no value.
        wanted.append(replace(one, key=_COUNTED, trait=replace(one.trait, kind="unique_count")))
        test = f"{_COUNTED} > 0"
    order = _ZEROS_LAST if _is_number(one.trait) else ""
    text = (
        f'SELECT profile, {one.key} AS "value", count(*) OVER () AS "count"'
        f" FROM ({query(rooms, reads, wanted, known)}) AS found"
        f" WHERE {test} ORDER BY {order}profile LIMIT {SAMPLE}"
    )
    rows = rooms.warehouse.read(text)
    sample = [(int(row["profile"]), _json(row["value"])) for row in rows]
    return Values(int(rows[0]["count"]) if rows else 0, sample)


def of_rows(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[int, Any]]:
    """Of rows with `profile` (a number or `p_42`) and `value`; nulls are left out."""
    for row in rows:
        profile, value = row["profile"], row["value"]
        number = parse_profile_id(profile) if isinstance(profile, str) else profile
        if number is not None and value is not None:
            yield int(number), value


def _asked(rooms: Rooms, one: SqlQuery) -> Values:
    """Under the limits of the SQL page."""
    settings = rooms.settings
    result = rooms.warehouse.query(
        one.text,
        max_rows=settings.sql_max_rows,
        timeout=float(settings.sql_timeout_seconds),
    )
    names = [column.name for column in result.columns]
    asked.check_columns(names, "trait.sql")
    rows = (dict(zip(names, row, strict=True)) for row in result.rows)
    found = dict(of_rows(rows))
    return Values(len(found), sorted(found.items())[:SAMPLE], not result.truncated)


def _is_number(computation: Computation) -> bool:
    match computation:
        case Aggregate(kind):
            return kind in ("count", "sum", "avg", "min", "max", "unique_count")
        case Expression(text):
            return expressions.kind(expressions.parse(text).root) == "number"
    return True


def _json(value: Any) -> Any:
    return [plain(each) for each in value] if isinstance(value, list) else plain(value)
