"""One file an engine; `dialect_for` finds them by the name that `Capabilities.dialect` says."""

from __future__ import annotations

from rapport.errors import ConfigError
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.dialects.bigquery import BigqueryDialect
from rapport.warehouse.dialects.clickhouse import ClickhouseDialect
from rapport.warehouse.dialects.duckdb import DuckdbDialect
from rapport.warehouse.dialects.postgres import PostgresDialect
from rapport.warehouse.dialects.snowflake import SnowflakeDialect
from rapport.warehouse.dialects.spark import SparkDialect

DIALECTS: dict[str, type[Dialect]] = {
    kind.name: kind
    for kind in (
        DuckdbDialect,
        ClickhouseDialect,
        PostgresDialect,
        SparkDialect,
        SnowflakeDialect,
        BigqueryDialect,
    )
}


def dialect_for(name: str) -> Dialect:
    """The dialect of that name. Raises `ConfigError` when there is none."""
    try:
        return DIALECTS[name]()
    except KeyError:
        hint = f"use {', '.join(sorted(DIALECTS))}"
        raise ConfigError(f"there is no SQL dialect called {name!r}", hint=hint) from None
