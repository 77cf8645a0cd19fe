"""Shapes that several areas of the API share."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from rapport.clock import to_iso

T = TypeVar("T")


class Listing(msgspec.Struct, Generic[T]):
    """One page of a list. `next` goes into `?cursor=`; null on the last page."""

    items: list[T]
    next: str | None = None
    count: int | None = None


class Problem(msgspec.Struct):
    code: str
    message: str
    hint: str
    details: dict[str, Any]


class ErrorBody(msgspec.Struct):
    """Every answer that is not 2xx."""

    error: Problem


class Done(msgspec.Struct):
    status: str = "ok"


def iso(micros: int | None) -> str | None:
    return None if micros is None else to_iso(micros)
