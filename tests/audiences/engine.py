"""The tables of a warehouse with just the columns that conditions look at, in DuckDB's memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from rapport.audiences import sql
from rapport.audiences.known import Known
from rapport.audiences.model import Definition
from rapport.audiences.person import Happening
from rapport.clock import DAY
from rapport.warehouse.dialects.duckdb import DuckdbDialect
from tests.audiences.strategies import ZONES, People, Sent

_TABLES = """
    CREATE TABLE events (node BIGINT, message_id VARCHAR, type VARCHAR, event VARCHAR,
        "timestamp" TIMESTAMP, source VARCHAR, brand VARCHAR, region VARCHAR, channel VARCHAR,
        properties JSON, traits JSON, context JSON, group_id VARCHAR);
    CREATE TABLE identities (node BIGINT, profile BIGINT);
    CREATE TABLE profile_rows (profile BIGINT, traits JSON, identifiers JSON);
"""


def connection() -> duckdb.DuckDBPyConnection:
    held = duckdb.connect(":memory:", config={"threads": 1})
    held.execute(_TABLES)
    return held


def fill(held: duckdb.DuckDBPyConnection, history: Sequence[Sent], people: People) -> None:
    for table in ("events", "identities", "profile_rows"):
        held.execute(f"DELETE FROM {table}")
    _insert(
        held, "events", [[*_event(sent.node, sent.event), sent.account or None] for sent in history]
    )
    _insert(held, "identities", [[node, profile] for node, profile in people.profiles.items()])
    seen = {people.profiles[sent.node] for sent in history if sent.node}
    _insert(held, "profile_rows", [_row(profile, people) for profile in seen])


def answers(
    held: duckdb.DuckDBPyConnection, wanted: Sequence[Definition], known: Known, now: int
) -> dict[int, dict[str, Any]]:
    """Profile → definition → what SQL says."""
    dialect = DuckdbDialect()
    oldest = now - 400 * DAY
    query = sql.snapshot(wanted, known, now, dialect, zones=ZONES, oldest=oldest)
    found = held.execute(dialect.sql(query))
    names = [each[0] for each in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["profile"]: row for row in rows}


def _insert(held: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        incoming = pa.table([list(each) for each in zip(*rows, strict=True)], names=_names(rows))
        held.register("incoming", incoming)
        held.execute(f"INSERT INTO {table} SELECT * FROM incoming")
        held.unregister("incoming")


def _names(rows: list[list[Any]]) -> list[str]:
    return [f"c{place}" for place in range(len(rows[0]))]


def _event(node: int, event: Happening) -> list[Any]:
    return [
        node,
        event.message_id,
        event.type,
        event.event or None,
        pa.scalar(event.timestamp, pa.timestamp("us")),
        event.source,
        event.brand,
        event.region,
        event.channel or None,
        *(_json(held) for held in (event.properties, event.traits, event.context)),
    ]


def _row(profile: int, people: People) -> list[Any]:
    identifiers = [
        {"type": kind, "value": value}
        for kind, values in people.identifiers.get(profile, {}).items()
        for value in values
    ]
    traits = _json(people.traits.get(profile, {}))
    return [profile, traits, msgspec.json.encode(identifiers).decode()]


def _json(held: Any) -> str | None:
    return msgspec.json.encode(held).decode() if held else None
