"""The SQL of every function in every dialect, in tests/warehouse/golden/, to be read in a review.

Snowflake and BigQuery are never run here: their SQL is rendered and parsed, and that is all.
`python -m tests.warehouse.test_dialect_golden` writes the files anew.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlglot import exp, parse

from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects import DIALECTS, dialect_for
from rapport.warehouse.sqlbuild import E, binary, column, equals

FOLDER = Path(__file__).parent / "golden"


def functions(d: Dialect) -> dict[str, E]:
    j, t, x, n, text = (column(c) for c in ("properties", "timestamp", "x", "n", "event"))
    shop = d.values_table("zones", {"zone": "text", "low": "instant"}, [["it's", 1], [None, None]])
    events = exp.select("*").from_(exp.to_table("events", quoted=True))

    def dear(element: E) -> E:
        return binary(exp.GT, d.json_number(element, ["price"]), d.literal(Decimal("9.5")))

    return {
        "truncate": d.truncate("week", t, week_start=7, offset_minutes=330),
        "truncate to months": d.truncate("month", t),
        "add_interval": d.add_interval(t, 36, "hour"),
        "add_interval of months": d.add_interval(t, n, "quarter"),
        "from_micros": d.from_micros(n),
        "instant": d.instant(1_760_000_000_123_456),
        "json_text": d.json_text(j, ["a b", "it's"]),
        "json_number": d.json_number(j, ["total"]),
        "json_exists": d.json_exists(j, ["total"]),
        "json_any": d.json_any(j, ["products"], dear),
        "json_elements": d.json_elements(events, ["node"], j),
        "json_micros of a text": d.cast(d.floor(d.json_number(j, ["at"])), "integer"),
        "md5_fraction": d.md5_fraction(text),
        "exact_distinct": d.exact_distinct(x),
        "median": d.median(x),
        "quantile": d.quantile(x, 0.9),
        "bool_or": d.bool_or(equals(text, "A")),
        "bool_and": d.bool_and(equals(text, "A")),
        "count_if": d.count_if(equals(text, "A")),
        "bit": d.bit(n),
        "bit_union": d.bit_union(d.bit(n)),
        "bit_count": d.bit_count(x),
        "has_bit": d.has_bit(x, 5),
        "series": d.series(1, 12),
        "semi_join": d.semi_join(x, exp.select(column("node")).from_("identities")),
        "array_agg_ordered": d.array_agg_ordered(x, t, text),
        "first_of": d.first_of(x, t, text),
        "last_of": d.last_of(x, t, text),
        "average": d.average(x, n),
        "texts": d.texts(["it's", 'a "b" \\c']),
        "values_table": exp.select("*").from_(shop),
        "contains": d.contains(text, d.literal("50% \\ off")),
        "starts_with": d.starts_with(text, d.literal("Order")),
        "ends_with": d.ends_with(text, d.literal("ed")),
        "matches": d.matches(text, "[a-z]+"),
    }


def rendered(dialect: Dialect) -> str:
    parts = []
    for name, tree in functions(dialect).items():
        query = tree if isinstance(tree, exp.Select) else exp.select(tree)
        parts.append(f"-- {name}\n{dialect.sql(query)};\n")
    return "\n".join(parts)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_the_sql_is_what_was_reviewed(name: str) -> None:
    golden = (FOLDER / f"{name}.sql").read_text("utf-8")
    assert rendered(dialect_for(name)) == golden


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_the_sql_can_be_parsed(name: str) -> None:
    statements = [s for s in parse(rendered(dialect_for(name)), dialect=name) if s is not None]
    assert len(statements) == len(functions(dialect_for(name)))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in DIALECTS:
        (FOLDER / f"{name}.sql").write_text(rendered(dialect_for(name)), "utf-8")
