"""Which values of a trait most people have, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rapport.audiences.language.model import Selection
from rapport.insights.scan import table
from rapport.insights.specs.scope import Among, Groups
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import counted, falling, missing_first
from rapport.warehouse.sqlbuild import column, equals


def values(
    breakdown: Groups,
    engine: Engine,
    among: Among,
    selections: Sequence[Selection],
    start: int,
    end: int,
) -> list[str | None]:
    """Of those who did any of the selected."""
    flow = engine.rows(selections, start, end, segment=among)
    flow.group(["person"], {})
    told = engine.traits(str(breakdown.trait)).subquery(exp.to_identifier("t", quoted=True))
    same = equals(column("profile", "t"), column("person", "p"))
    flow.push(
        exp.select(exp.alias_(column("value", "t"), "value", quoted=True))
        .from_(table(flow.last, "p"))
        .join(told, on=same, join_type="left")
    )
    flow.group(["value"], {"people": counted()})
    order = (falling("people"), missing_first("value"))
    rows = engine.read(flow.query(*order, limit=breakdown.limit))
    return [row["value"] for row in rows]
