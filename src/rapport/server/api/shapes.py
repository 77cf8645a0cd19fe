"""Shapes that several areas of the API share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from rapport.clock import from_datetime, to_iso
from rapport.errors import Malformed

T = TypeVar("T")
LARGEST_PAGE = 200


class Listing(msgspec.Struct, Generic[T]):
    """One page of a list. `next` goes into `?cursor=`; null on the last page."""

    items: list[T]
    next: str | None = None
    count: int | None = None


class Done(msgspec.Struct):
    status: str = "ok"


def page_size(limit: int) -> int:
    """Raises `Malformed` for a page that is too large to answer quickly."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise Malformed(f"limit is 1 to {LARGEST_PAGE}", details={"limit": limit})
    return limit


class StoredEvent(msgspec.Struct):
    """An event as the warehouse has it."""

    message_id: str
    type: str
    event: str | None
    timestamp: str
    received_at: str
    source: str
    brand: str | None
    user_id: str | None
    anonymous_id: str | None
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: dict[str, Any]
    profile: str | None = None
    status: str = "stored"


def instant(text: str | None) -> int | None:
    """µs UTC of an ISO 8601 instant. Raises `Malformed`."""
    if not text:
        return None
    try:
        return from_datetime(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise Malformed(
            f"{text!r} is not an instant", hint="write it like 2026-11-21T23:36:48Z"
        ) from None


def iso(micros: int | None) -> str | None:
    return None if micros is None else to_iso(micros)
