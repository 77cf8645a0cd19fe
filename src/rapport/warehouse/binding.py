"""Parameters of SQL text, for drivers that cannot bind what Rapport's statements need.

`?` and `$name` outside of texts, names and comments become constants, escaped by sqlglot as the
engine reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from rapport.errors import QueryError
from rapport.warehouse.dialect import Dialect

Params = Sequence[Any] | Mapping[str, Any]

_ELSEWHERE = r'"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/[*].*?[*]/'
_TEXT = {False: r"'(?:[^']|'')*'", True: r"'(?:[^'\\]|\\.|'')*'"}  # whether \\ escapes
_ESCAPING = ("clickhouse", "spark", "bigquery", "snowflake")


def bound(dialect: Dialect, sql: str, params: Params) -> str:
    """The statement with its parameters in place. Raises `QueryError` when their numbers differ."""
    if not params:
        return sql
    named = isinstance(params, Mapping)
    mark = r"[$](?P<name>[A-Za-z_]\w*)" if named else r"(?P<place>[?])"
    text = _TEXT[dialect.name in _ESCAPING]
    scanner = re.compile(f"{text}|{_ELSEWHERE}|{mark}", re.DOTALL)
    left = iter(params.values() if isinstance(params, Mapping) else params)
    found = 0

    def constant_of(match: re.Match[str]) -> str:
        nonlocal found
        if match.lastgroup is None:
            return match[0]
        found += 1
        if isinstance(params, Mapping):
            if match["name"] not in params:
                raise QueryError(f"there is no value for the parameter {match['name']!r}")
            return constant(dialect, params[match["name"]])
        if found > len(params):
            raise QueryError(f"the query has more than {len(params)} parameters")
        return constant(dialect, next(left))

    bound_text = scanner.sub(constant_of, sql)
    if not named and found != len(params):
        raise QueryError(f"the query has {found} parameters, {len(params)} were given")
    return bound_text


def constant(dialect: Dialect, value: Any) -> str:
    """One value as text of the dialect; a list as one in brackets, to stand after IN."""
    if isinstance(value, list | tuple):
        held = ", ".join(constant(dialect, item) for item in value)
        return f"({held})" if held else "(NULL)"
    if isinstance(value, date) and not isinstance(value, datetime):
        return dialect.sql(exp.cast(exp.Literal.string(value.isoformat()), "DATE"))
    return dialect.sql(dialect.literal(value))
