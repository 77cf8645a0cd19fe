"""Traits in SQL: whether the warehouse can be asked at all, and why the last time failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from rapport.audiences.language.operands import refuse
from rapport.errors import QueryError
from rapport.warehouse.base import Column, Warehouse

COLUMNS: Final = ("profile", "value")
# They read and may go on: what is asked on schedule has no limits.
_LIMITS: Final = ("sql_timeout", "sql_memory")


class Failure(msgspec.Struct, frozen=True):
    """Why a trait could not be asked the last time; the values of the time before stay."""

    code: str
    message: str
    hint: str
    at: str
    version: int  # of the trait


def check(warehouse: Warehouse, text: str, at: str, seconds: float) -> None:
    """Raises `QueryError` or `Malformed`, which name the node `at`, unless the text only reads and
    has the columns of a trait. No row is read."""
    try:
        columns = _columns(warehouse, text, seconds)
    except QueryError as error:
        if error.error_code in _LIMITS:
            return
        words, details = f"{at}: {error.message}", {**error.details, "node": at}
        raise QueryError(words, hint=error.hint, code=error.error_code, details=details) from error
    check_columns((column.name for column in columns), at)


def check_columns(names: Iterable[str], at: str) -> None:
    """Raises `Malformed`."""
    found = list(names)
    if missing := [name for name in COLUMNS if name not in found]:
        raise refuse(
            at,
            "the query has to have the columns `profile` and `value`:"
            f" {' and '.join(missing)} not among {', '.join(found)}",
            hint="such as SELECT profile, count(*) AS value FROM … GROUP BY profile",
        )


def _columns(warehouse: Warehouse, text: str, seconds: float) -> list[Column]:
    inner = text.strip().rstrip(";")
    try:  # on lines of its own, so that a comment at the end stays one
        result = warehouse.query(
            f"SELECT * FROM (\n{inner}\n) AS asked LIMIT 0", max_rows=1, timeout=seconds
        )
    except QueryError as error:
        if error.error_code in _LIMITS:
            raise
        # By itself it is told what is wrong in its own lines and words.
        result = warehouse.query(text, max_rows=1, timeout=seconds)
    return result.columns
