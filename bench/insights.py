"""Funnels, retention, lifecycle, stickiness, exact daily people: Rapport beside ClickHouse.

Both hold the same events on the same machine, both in one process: the warehouse file of Rapport
with its timeline, and a MergeTree through chdb in two orders, of which the better one counts.
Needs `pip install chdb`. Times are the best of several, in seconds; a ratio below 1 is faster.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pyarrow.parquet as pq

from bench.insights_data import DAY, DAYS, START, generate
from rapport.insights.ground import Ground
from rapport.insights.kinds import KINDS, read
from rapport.insights.timeline import Timeline
from rapport.warehouse.engines.duckdb import DuckdbWarehouse
from rapport.warehouse.watch import Watch

NOW = START + DAYS * DAY
RANGE = {"from": "2025-01-01", "to": "2025-04-01"}
STEPS = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"]


def _funnel(steps: list[str]) -> dict[str, Any]:
    return {"kind": "funnel", "steps": [{"event": s} for s in steps], "window": "7d", **RANGE}


QUESTIONS: dict[str, dict[str, Any]] = {
    "funnel, 3 steps": _funnel([STEPS[0], STEPS[1], STEPS[3]]),
    "funnel, 4 steps": _funnel(STEPS),
    "weekly retention": {
        "kind": "retention",
        "start": {"event": "Product Viewed"},
        "return": {"event": "Order Completed"},
        "period": "week",
        "periods": 13,
        **RANGE,
    },
    "weekly lifecycle": {
        "kind": "lifecycle",
        "event": {"event": "Page Viewed"},
        "period": "week",
        "new_by": "first_in_range",
        **RANGE,
    },
    "stickiness, days": {
        "kind": "stickiness",
        "event": {"event": "Page Viewed"},
        "period": "day",
        **RANGE,
    },
    "exact daily people": {"kind": "active", "event": {"event": "*"}, "period": "day", **RANGE},
}


def _level(steps: list[str]) -> str:
    conditions = ", ".join(f"event = '{s}'" for s in steps)
    names = ", ".join(f"'{s}'" for s in steps)
    return (
        "SELECT level, count() FROM (SELECT person, windowFunnel(604800000000)("
        f"toUInt64(toUnixTimestamp64Micro(at)), {conditions}) AS level"
        f" FROM {{table}} WHERE event IN ({names}) GROUP BY person) GROUP BY level ORDER BY level"
    )


CLICKHOUSE = {
    "funnel, 3 steps": _level([STEPS[0], STEPS[1], STEPS[3]]),
    "funnel, 4 steps": _level(STEPS),
    "weekly retention": (
        "SELECT c, w, count() FROM (SELECT person,"
        " arrayJoin(groupUniqArrayIf(toStartOfWeek(at, 1), event = 'Product Viewed')) AS c,"
        " arrayJoin(groupUniqArrayIf(toStartOfWeek(at, 1), event = 'Order Completed')) AS w"
        " FROM {table} WHERE event IN ('Product Viewed', 'Order Completed') GROUP BY person)"
        " WHERE w >= c GROUP BY c, w ORDER BY c, w"
    ),
    "weekly lifecycle": (
        "SELECT w, multiIf(w = ws[1], 'new', has(ws, w - 7), 'returning', 'resurrected') AS s,"
        " count() FROM (SELECT person, arraySort(groupUniqArray(toStartOfWeek(at, 1))) AS ws,"
        " arrayJoin(ws) AS w FROM {table} WHERE event = 'Page Viewed' GROUP BY person)"
        " GROUP BY w, s ORDER BY w, s"
    ),
    "stickiness, days": (
        "SELECT n, count() FROM (SELECT person, uniqExact(toDate(at)) AS n FROM {table}"
        " WHERE event = 'Page Viewed' GROUP BY person) GROUP BY n ORDER BY n"
    ),
    "exact daily people": (
        "SELECT toDate(at) AS d, uniqExact(person) FROM {table} GROUP BY d ORDER BY d"
    ),
}
ORDERS = {"by_event": "event, person, at", "by_person": "person, at"}
_FILLED = {
    "node": "person",
    "message_id": "'m' || row_number() OVER ()",
    "type": "'track'",
    "event": "event",
    "timestamp": '"at"',
    "received_at": '"at"',
    "flags": "0",
    "log_offset": "row_number() OVER () + ?",
    "log_index": "0",
    "properties": "'{}'",
}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        portions = 10 if options.events <= 10_000_000 else 100
        for number, portion in enumerate(
            generate(options.events, skewed=options.skewed, portions=portions)
        ):
            pq.write_table(portion.table(), folder / f"{number:03}.parquet")
        warehouse = _rapport(folder)
        timeline = Timeline(warehouse)
        begun = time.perf_counter()
        timeline.fresh(Watch())
        print(f"timeline built in {time.perf_counter() - begun:.1f} s")
        asked = {
            name: partial(_asked, body, warehouse, timeline) for name, body in QUESTIONS.items()
        }
        if options.alone:
            times = {name: (_best([run], options.rounds), [0.0]) for name, run in asked.items()}
        else:
            times = _side_by_side(asked, _clickhouse(folder), options.rounds)
        warehouse.close()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    whose = "of Rapport" if options.alone else "of both together"
    print(f"{options.events:,} events; greatest memory {whose}: {used:.0f} MiB")
    _report(times)


def _rapport(folder: Path) -> DuckdbWarehouse:
    path = folder / "warehouse.duckdb"
    DuckdbWarehouse(path).close()
    with duckdb.connect(str(path)) as connection:
        columns = ", ".join(_FILLED)
        before = 0
        for file in sorted(folder.glob("*.parquet")):
            values = ", ".join(_FILLED.values())
            sql = f"INSERT INTO events ({columns}, source_id) SELECT {values}, 1"
            connection.execute(f"{sql} FROM read_parquet('{file}')", [before])
            before += pq.read_metadata(file).num_rows
        connection.execute(
            "INSERT INTO event_volumes SELECT type, event, 1, '2025-01-01', min(timestamp),"
            " max(timestamp), count(*) FROM events GROUP BY type, event"
        )
        connection.execute("INSERT INTO identities SELECT DISTINCT node, node FROM events")
        connection.execute("INSERT INTO loaded VALUES (1, '')")
    return DuckdbWarehouse(path, memory_mb=1024)


def _asked(body: dict[str, Any], warehouse: DuckdbWarehouse, timeline: Timeline) -> None:
    KINDS[body["kind"]].answer(read(body), Ground(warehouse, timeline, NOW))


def _clickhouse(folder: Path) -> Any:
    from chdb.session import Session

    session = Session(str(folder / "clickhouse"))
    for table, order in ORDERS.items():
        session.query(
            f"CREATE TABLE {table} (person Int64, at DateTime64(6, 'UTC'),"
            f" event LowCardinality(String)) ENGINE = MergeTree ORDER BY ({order})"
        )
        session.query(f"INSERT INTO {table} SELECT * FROM file('{folder}/*.parquet')")
        session.query(f"OPTIMIZE TABLE {table} FINAL")
    return session


def _side_by_side(
    asked: dict[str, Callable[[], Any]], session: Any, rounds: int
) -> dict[str, tuple[list[float], list[float]]]:
    """In turns, so that whatever else the machine does strikes both."""
    times = {}
    for name, run in asked.items():
        tried = [
            partial(session.query, CLICKHOUSE[name].format(table=table) + setting)
            for table in ORDERS
            for setting in ("", " SETTINGS optimize_aggregation_in_order = 1")
        ]
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            ours += _best([run], 1)
            theirs += _best(tried, 1)
        times[name] = ours, theirs
    session.close()
    return times


def _best(runs: list[Callable[[], Any]], rounds: int) -> list[float]:
    """Of each round the shortest time of any of `runs`."""
    times = []
    for _ in range(rounds):
        spent = []
        for run in runs:
            begun = time.perf_counter()
            run()
            spent.append(time.perf_counter() - begun)
        times.append(min(spent))
    return times


def _report(times: dict[str, tuple[list[float], list[float]]]) -> None:
    print(f"{'best of the rounds':22}{'Rapport':>10}{'chdb':>10}{'ratio':>8}{'of medians':>12}")
    for name, (ours, theirs) in times.items():
        line = f"{name:22}{min(ours):>10.3f}{min(theirs):>10.3f}"
        if min(theirs):
            line += f"{min(ours) / min(theirs):>8.2f}{median(ours) / median(theirs):>12.2f}"
        print(line, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=lambda text: int(float(text)), default=10_000_000)
    parser.add_argument("--skewed", action="store_true", help="one person has 400,000 events")
    parser.add_argument("--alone", action="store_true", help="without ClickHouse")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where to put the scratch files")
    return parser.parse_args()


if __name__ == "__main__":
    main()
