"""One load: the statements that run inside its transaction."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rapport.events.schema import EVENTS
from rapport.warehouse import catalogue
from rapport.warehouse.schema import JSON_COLUMNS, MEMBERSHIPS


def _column(name: str) -> str:
    if name == "source":
        return "e.source AS source_id, s.slug AS source, s.brand, s.region"
    if name in JSON_COLUMNS:
        # What is not JSON to DuckDB is kept as a JSON string rather than lost.
        value = f"e.{name}"
        return (
            f"CASE WHEN {value} <> '' THEN"
            f" coalesce(TRY_CAST({value} AS JSON), to_json({value})) END AS {name}"
        )
    return f'e."{name}"'


# Read by each statement that needs it: to keep it in a table costs as much as storing it.
_CHUNK = (
    f"SELECT {', '.join(map(_column, EVENTS.names))}"
    " FROM incoming e LEFT JOIN sources s ON s.id = e.source"
)


def append_events(connection: duckdb.DuckDBPyConnection, events: pa.Table) -> set[tuple[str, str]]:
    """Append rows; returns the (type, event) pairs that have something never seen before."""
    connection.register("incoming", naive_utc(events.select(EVENTS.names)))
    try:
        connection.execute(f"INSERT INTO events BY NAME {_CHUNK}")
        return catalogue.record(connection, _CHUNK)
    finally:
        connection.unregister("incoming")


def apply_identities(connection: duckdb.DuckDBPyConnection, identities: pa.Table) -> None:
    """Set node → profile. Profiles on both sides of a move become dirty."""
    connection.register("moved", _last_per_node(identities))
    try:
        connection.execute(
            "INSERT INTO dirty_profiles SELECT i.profile FROM identities i"
            " JOIN moved m ON m.node = i.node AND m.profile <> i.profile"
            " UNION SELECT profile FROM moved"
        )
        # In place, so that the table stays ordered by node and look-ups read one row group.
        connection.execute(
            "UPDATE identities SET profile = m.profile FROM moved m"
            " WHERE m.node = identities.node AND m.profile <> identities.profile"
        )
        connection.execute(
            "INSERT INTO identities SELECT m.node, m.profile FROM moved m"
            " WHERE m.node > (SELECT coalesce(max(node), 0) FROM identities)"
            " OR NOT EXISTS (SELECT 1 FROM identities i WHERE i.node = m.node) ORDER BY m.node"
        )
    finally:
        connection.unregister("moved")


def mark_dirty(connection: duckdb.DuckDBPyConnection, dirty: pa.Table) -> None:
    connection.register("dirty", dirty)
    try:
        connection.execute("INSERT INTO dirty_profiles SELECT DISTINCT profile FROM dirty")
    finally:
        connection.unregister("dirty")


def apply_memberships(
    connection: duckdb.DuckDBPyConnection, changes: pa.Table, who: str = "profile"
) -> None:
    """Keep every change, and let `memberships` follow them; `who` is profile or account."""
    kept, held = MEMBERSHIPS[who]
    connection.register("incoming", naive_utc(changes))
    try:
        connection.execute(f"INSERT INTO {kept} SELECT * FROM incoming ORDER BY seq")
        if pc.any(pc.invert(changes["entered"])).as_py():  # nobody enters who is in
            connection.execute(
                f"DELETE FROM {held} m USING incoming i WHERE NOT i.entered"
                f" AND m.segment = i.segment AND m.{who} = i.{who}"
            )
        connection.execute(
            f'INSERT INTO {held} SELECT segment, {who}, max_by("at", seq) FROM incoming'
            f" GROUP BY segment, {who} HAVING max_by(entered, seq) ORDER BY segment, {who}"
        )
    finally:
        connection.unregister("incoming")


def apply_traits(connection: duckdb.DuckDBPyConnection, changes: pa.Table) -> None:
    """Replace values of computed traits; a null ends one."""
    numbered = naive_utc(changes).append_column("place", pa.array(range(changes.num_rows)))
    connection.register("incoming", numbered)
    try:
        connection.execute(
            "DELETE FROM computed_traits t USING incoming i"
            " WHERE t.trait = i.trait AND t.profile = i.profile"
        )
        connection.execute(
            'INSERT INTO computed_traits SELECT trait, profile, value, "at" FROM incoming'
            " WHERE place IN (SELECT max(place) FROM incoming GROUP BY trait, profile)"
            " AND value IS NOT NULL ORDER BY trait, profile"
        )
    finally:
        connection.unregister("incoming")


def naive_utc(table: pa.Table) -> pa.Table:
    """The same instants as TIMESTAMP in UTC; only the label of the column changes."""
    fields = [
        pa.field(f.name, pa.timestamp("us")) if pa.types.is_timestamp(f.type) else f
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))


def _last_per_node(identities: pa.Table) -> pa.Table:
    nodes = identities["node"].to_numpy()
    _, first = np.unique(nodes[::-1], return_index=True)
    return identities.take(pa.array(len(nodes) - 1 - first))
