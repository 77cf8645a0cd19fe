"""The SQL of one question of each kind in every dialect, in tests/insights/golden/, to be reviewed.

Snowflake and BigQuery are never run here: their SQL is rendered and parsed, and that is all.
`python -m tests.insights.test_engine_golden` writes the files anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
import pytest
from sqlglot import parse

from rapport.clock import DAY
from rapport.insights import periods
from rapport.insights.ground import _no_segments
from rapport.insights.specs.attribution import Attribution
from rapport.insights.specs.funnel import Breakdown, Exclusion, Funnel, plan
from rapport.insights.specs.paths import Paths
from rapport.insights.specs.retention import Retention
from rapport.insights.specs.revenue import Revenue
from rapport.insights.specs.scope import EventPick, span, zone
from rapport.insights.specs.trends import Series, Trends
from rapport.insights.sql import (
    activity,
    attribution,
    chains,
    funnel,
    paths,
    retention,
    revenue,
    rounds,
    trends,
)
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import Flow
from rapport.warehouse.base import Capabilities, Warehouse
from rapport.warehouse.dialects import DIALECTS
from tests.insights.planting import NOW

FOLDER = Path(__file__).parent / "golden"
SEEN = EventPick(event="Product Viewed")
BOUGHT = EventPick(
    event="Order Completed", where=({"path": "properties.total", "op": "gt", "value": 100},)
)


class Nowhere(NamedTuple):
    """A warehouse that only says how it is spoken to."""

    capabilities: Capabilities


def engine_of(name: str) -> Engine:
    nowhere = Nowhere(Capabilities(shared=True, dialect=name))
    return Engine(cast("Warehouse", nowhere), NOW, _no_segments)


def queries(engine: Engine) -> dict[str, Flow]:
    scope: dict[str, Any] = {"since": "2025-10-01", "until": "2025-10-08"}
    gap = Exclusion(event="Product Removed", after=1, before=2)
    by = Breakdown(by="properties.v", attribution="first", limit=5)
    asked = Funnel(steps=(SEEN, BOUGHT), exclusions=(gap,), breakdown=by, **scope)
    chosen = plan(asked, *span(asked, NOW), NOW)
    soon = Funnel(steps=(SEEN, BOUGHT), grace="2s", **scope)
    graced = plan(soon, *span(soon, NOW), NOW)
    again = Funnel(steps=(SEEN, BOUGHT), count="chains", **scope)
    every = plan(again, *span(again, NOW), NOW)
    back = Retention(start=SEEN, returning=BOUGHT, period="day", match="streak", **scope)
    start, end = span(back, NOW)
    grid = periods.grid("day", start, end, zone(back))
    longer = periods.after(grid, 12)
    series = Series(event="Order Completed", measure="median", path="properties.total")
    lines = Trends(series=(series,), breakdown="properties.v", **scope)
    (picked,) = lines.checked()
    walked = Paths(end="Order Completed", **scope)
    sold = Revenue(breakdown="properties.shop", within="90d", **scope)
    owed = Attribution(touches=(SEEN,), by="properties.shop", rule="position", **scope)
    faded = msgspec.structs.replace(owed, rule="time_decay", lookback="4w")
    alive = activity.Asked(engine, back.checked(), grid, start - DAY, end, None)
    return {
        "funnel": funnel.measured(chains.reached(chosen, engine, None), chosen, engine.dialect, 5),
        "retention": retention.counts(back, engine, longer, (start, end), None),
        "lifecycle": activity.states(alive),
        "trends": trends.measured(
            lines, series, picked, engine, grid, (start, end), ["it's", None]
        ),
        "paths": paths.walks(walked, engine, (start, end)),
        "revenue": revenue.buyers(sold, engine, grid, (start, end), ["it's", None]),
        "attribution": attribution.totals(owed, engine, span(owed, NOW), [None, "it's"]),
        "attribution that fades": attribution.totals(faded, engine, span(faded, NOW), [None]),
        "every chain": rounds.counting(
            rounds.begun(every, engine, None), every, engine.dialect, jumps=2
        ),
        "grace": chains.reached(graced, engine, None),
    }


def rendered(name: str) -> str:
    engine = engine_of(name)
    told = queries(engine).items()
    return "\n".join(f"-- {kind}\n{engine.dialect.sql(flow.query())};\n" for kind, flow in told)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_the_sql_is_what_was_reviewed_and_can_be_parsed(name: str) -> None:
    told = rendered(name)
    assert told == (FOLDER / f"{name}.sql").read_text("utf-8")
    statements = [each for each in parse(told, dialect=name) if each is not None]
    assert len(statements) == len(queries(engine_of(name)))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in DIALECTS:
        (FOLDER / f"{name}.sql").write_text(rendered(name), "utf-8")
