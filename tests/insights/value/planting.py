"""Histories for models: rows of a test, or real data, in a warehouse."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from rapport.events.schema import EVENTS, IDENTITIES
from rapport.insights.value.history import History
from rapport.insights.value.settings import Settings
from rapport.warehouse.base import Load, SourceRow
from rapport.warehouse.engines.duckdb import DuckdbWarehouse

NOW = 1_760_054_400_000_000  # 2025-10-10T00:00:00Z
HOUR = 3_600_000_000
DAY = 24 * HOUR

Row = tuple[int, int, str, dict[str, Any]]  # node, at, event, properties


def order(node: int, at: int, revenue: float, **more: Any) -> Row:
    return (node, at, "Order Completed", {"revenue": revenue, **more})


class Planted:
    """One warehouse, filled by the test."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = DuckdbWarehouse(folder / "warehouse.duckdb", memory_mb=512)
        self.warehouse.set_sources([SourceRow(1, "shop")])
        self._rows = 0

    def load(
        self,
        rows: Iterable[Row],
        *,
        owner: dict[int, int] | None = None,
        type: str = "track",
        **columns: Any,
    ) -> None:
        held = list(rows)
        self.load_columns(
            [r[0] for r in held],
            [r[1] for r in held],
            [r[2] for r in held],
            [msgspec.json.encode(r[3]).decode() for r in held],
            owner=owner,
            type=type,
            **columns,
        )

    def load_columns(
        self,
        nodes: Sequence[int],
        at: Sequence[int],
        names: Sequence[str],
        properties: Sequence[str],
        *,
        owner: dict[int, int] | None = None,
        type: str = "track",
        **columns: Any,
    ) -> None:
        count = len(nodes)
        offsets = np.arange(self._rows + 1, self._rows + count + 1)
        given = {
            "node": nodes,
            "message_id": [f"m{n}" for n in offsets.tolist()],
            "type": [type] * count,
            "event": names,
            "timestamp": at,
            "received_at": at,
            "source": [1] * count,
            "flags": [0] * count,
            "log_offset": offsets,
            "log_index": [0] * count,
            "properties": properties,
            **{name: [value] * count for name, value in columns.items()},
        }
        arrays = [
            pa.array(given[f.name], f.type) if f.name in given else pa.nulls(count, f.type)
            for f in EVENTS
        ]
        pairs = [{"node": n, "profile": p} for n, p in (owner or {}).items()]
        self.warehouse.load(
            Load(
                self.warehouse.loaded() + 1,
                events=pa.table(arrays, schema=EVENTS) if count else None,
                identities=pa.Table.from_pylist(pairs, schema=IDENTITIES) if pairs else None,
            )
        )
        self._rows += count

    def history(self, now: int = NOW, **settings: Any) -> History:
        return History(self.warehouse, now, Settings(**settings))


def data(package: str, file: str) -> Path | None:
    """A file of real data that a package of the test extra brings."""
    found = importlib.util.find_spec(package)
    return None if found is None or found.origin is None else Path(found.origin).parent / file


def cdnow(planted: Planted, file: Path, *, most: int = 10**9) -> int:
    """Real orders of a music shop, 1997 to 1998, as nodes; the instant after the last."""
    rows = np.loadtxt(file, skiprows=0 if "sample" in file.name else 1)
    person, when, money = (0, 1, 3) if rows.shape[1] == 4 else (1, 2, 4)
    rows = rows[rows[:, person] <= most]
    days = [
        int(np.datetime64(f"{d[:4]}-{d[4:6]}-{d[6:]}").astype("datetime64[us]").astype(np.int64))
        for d in (f"{int(each)}" for each in rows[:, when])
    ]
    properties = [f'{{"revenue": {value}}}' for value in rows[:, money].tolist()]
    nodes = rows[:, person].astype(np.int64).tolist()
    planted.load_columns(nodes, days, ["Order Completed"] * len(days), properties)
    return max(days) + DAY


_BASKETS = """
SELECT t.household_id AS node, epoch_us(min(t.transaction_timestamp)) AS "at",
    to_json({revenue: round(sum(t.sales_value), 2), order_id: t.basket_id::VARCHAR,
        discount: round(sum(t.retail_disc + t.coupon_disc), 2),
        coupon: CASE WHEN sum(t.coupon_disc) > 0 THEN 'paper' END,
        products: list({category: p.department,
            price: round(t.sales_value / greatest(t.quantity, 1), 2),
            quantity: t.quantity})})::VARCHAR AS properties
FROM read_parquet($transactions) t JOIN read_parquet($products) p USING (product_id)
WHERE t.household_id <= $most GROUP BY t.household_id, t.basket_id ORDER BY "at"
"""


def groceries(planted: Planted, folder: Path, *, most: int = 10**9) -> int:
    """Real baskets of a grocer's households in 2017; the instant after the last."""
    files = {name: str(folder / f"{name}.parquet") for name in ("transactions", "products")}
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        table = connection.sql(_BASKETS, params={**files, "most": most}).to_arrow_table()
    at = table["at"].to_numpy()
    planted.load_columns(
        table["node"], at, ["Order Completed"] * len(at), table["properties"].combine_chunks()
    )
    return int((at.max() // DAY + 1) * DAY)
