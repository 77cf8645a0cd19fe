"""The tables of a warehouse with just the columns that conditions look at, in DuckDB's memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Definition
from rapport.audiences.meaning.person import Account
from rapport.audiences.sql.snapshot import snapshot
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


JSON_COLUMNS = ("properties", "traits", "context")
_AT = 4  # place of the instant in a row of `events`


def connection() -> duckdb.DuckDBPyConnection:
    held = duckdb.connect(":memory:", config={"threads": 1})
    held.execute(_TABLES)
    return held


def fill(held: duckdb.DuckDBPyConnection, history: Sequence[Sent], people: People) -> None:
    for table in ("events", "identities", "profile_rows"):
        held.execute(f"DELETE FROM {table}")
    events = [event_row(sent) for sent in history]
    for row in events:
        row[_AT] = pa.scalar(row[_AT], pa.timestamp("us"))
    _insert(held, "events", events)
    _insert(held, "identities", [[node, profile] for node, profile in people.profiles.items()])
    _insert(held, "profile_rows", profile_rows(history, people))


def answers(
    held: duckdb.DuckDBPyConnection,
    wanted: Sequence[Definition],
    known: Known,
    now: int,
    accounts: Sequence[Account] = (),
) -> dict[int, dict[str, Any]]:
    """Profile → definition → what SQL says."""
    dialect = DuckdbDialect()
    oldest = now - 400 * DAY
    query = snapshot(
        wanted, known, now, dialect, zones=ZONES, oldest=oldest, accounts=lambda: accounts
    )
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


def event_row(sent: Sent) -> list[Any]:
    """In the order of the columns; the instant in µs."""
    event = sent.event
    return [
        sent.node,
        event.message_id,
        event.type,
        event.event or None,
        event.timestamp,
        event.source,
        event.brand,
        event.region,
        event.channel or None,
        *(_json(held) for held in (event.properties, event.traits, event.context)),
        sent.account or None,
    ]


def profile_rows(history: Sequence[Sent], people: People) -> list[list[Any]]:
    """Of those who have an event."""
    seen = {people.profiles[sent.node] for sent in history if sent.node}
    return [_row(profile, people) for profile in sorted(seen)]


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
