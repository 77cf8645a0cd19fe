"""SQL of users on engines other than DuckDB: one statement that reads the warehouse's own tables.

The first of two walls. The second is the engine's: a read-only transaction or setting, and a role
that may see nothing else (docs/engines.md says how to make one).
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from rapport.errors import QueryError

_HINT = "see docs/engines.md for what SQL can do on this engine"
_TABLE_FUNCTIONS = frozenset(
    (
        *("generate_series", "unnest", "explode", "posexplode", "range", "numbers", "arrayjoin"),
        *("json_array_elements", "json_array_elements_text", "json_each", "json_each_text"),
        *("json_object_keys", "string_to_table", "values", "flatten", "inline", "generateseries"),
    )
)
# Prefixes of functions that read or change what is not a table of the warehouse.
_REFUSED: Mapping[str, tuple[str, ...]] = {
    "postgres": (
        *("pg_", "lo_", "dblink", "set_config", "current_setting", "query_to_", "cursor_to_"),
        *(
            "table_to_",
            "schema_to_",
            "database_to_",
            "nextval",
            "setval",
            "inet_",
            "txid_",
            "xpath",
        ),
    ),
    "clickhouse": (
        *("file", "url", "s3", "hdfs", "remote", "cluster", "executable", "dict", "joinget"),
        *("mysql", "postgresql", "mongo", "redis", "sqlite", "odbc", "jdbc", "azure", "iceberg"),
        *("deltalake", "hudi", "python", "getsetting", "getserver", "catboost", "sleep", "merge"),
        *("input", "addresstoline", "addresstosymbol", "demangle", "hasthreadfuzzer", "initialize"),
    ),
    "spark": ("java_method", "reflect", "try_reflect", "input_file", "read_files", "current_cat"),
}


def check(dialect: str, sql: str) -> None:
    """Raise `QueryError` unless `sql` is one query of tables without a schema in front."""
    try:
        statements = [s for s in sqlglot.parse(sql, dialect=dialect) if s is not None]
    except (SqlglotError, RecursionError) as error:
        raise QueryError(_first_line(error), hint=_HINT, code="sql_syntax") from error
    if len(statements) != 1:
        raise QueryError(f"one statement, please: there are {len(statements)}", hint=_HINT)
    tree = statements[0]
    if not isinstance(tree, exp.Query):
        raise _read_only("SQL here can only read")
    for node in tree.walk():
        _check(dialect, node)


def _check(dialect: str, node: exp.Expr) -> None:
    if isinstance(node, exp.DML | exp.DDL | exp.Command | exp.Into | exp.Lock) and not isinstance(
        node, exp.Query
    ):
        raise _read_only("SQL here can only read")
    if isinstance(node, exp.Table):
        if node.args.get("db") or node.args.get("catalog"):
            raise _read_only("only tables of the warehouse can be read")
        if isinstance(node.this, exp.Func):
            name = _name(node.this)
            if name not in _TABLE_FUNCTIONS:
                raise _read_only(f"{name}() is not allowed here")
        elif node.name.lower().startswith(("pg_", "system.")):
            raise _read_only("only tables of the warehouse can be read")
    elif isinstance(node, exp.Func):
        name = _name(node)
        if name.startswith(_REFUSED.get(dialect, ())):
            raise _read_only(f"{name}() is not allowed here")


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return str(node.name).lower()
    return str(getattr(node, "sql_name", lambda: type(node).__name__)()).lower()


def _read_only(message: str) -> QueryError:
    return QueryError(message, hint=_HINT, code="sql_read_only")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else "the query is nested too deeply"
