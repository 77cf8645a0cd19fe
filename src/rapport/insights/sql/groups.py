"""Values that events are broken down by, in SQL: the largest, and all others in one."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.audiences.language.model import Selection
from rapport.insights.specs.scope import Among, Wanted
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import counted, falling, missing, missing_first
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, choose, equals, integer


def largest(
    by: Wanted,
    limit: int,
    engine: Engine,
    among: Among,
    selections: Sequence[Selection],
    start: int,
    end: int,
    *,
    people: bool = False,
) -> list[str | None]:
    """Those with most events of any of the selected, or of a trait with most people."""
    flow = engine.rows(selections, start, end, segment=among, wanted=[by])
    if people:
        flow.group(["person", "v0"], {})
    flow.group(["v0"], {"times": counted()})
    rows = engine.read(flow.query(falling("times"), missing_first("v0"), limit=limit))
    return [row["v0"] for row in rows]


def place(dialect: Dialect, value: E, chosen: Sequence[str | None]) -> E:
    """The place of `value` among those `chosen`, or the one behind them."""
    tests = [
        missing(value) if text is None else equals(value, dialect.literal(text)) for text in chosen
    ]
    cases = [(test, integer(n)) for n, test in enumerate(tests)]
    return choose(*cases, default=integer(len(chosen))) if cases else integer(0)
