"""Preparing the `context` of events. Clients send the same one again and again, so it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
from xxhash import xxh3_64_digest

from rapport.events import reasons
from rapport.events.identifiers import Refused
from rapport.events.model import Context
from rapport.events.nesting import too_deep
from rapport.events.wire import (
    Meta,
    canonical,
    decode_any,
    decode_members,
    decode_meta,
    encode,
    to_context,
)

KEPT: Final = 4096  # distinct contexts; about 3 KB each


class Prepared(NamedTuple):
    raw: bytes  # what is stored: merged and filled; b"" when there is nothing
    fields: Context  # shared by many events: never to be changed
    digest: bytes  # 8 bytes over what was sent, before filling


class Contexts:
    """Merges, fills and decodes contexts, remembering the last few thousand."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes], dict[bytes, Prepared]] = {}
        self._kept = 0

    def within(self, shared: bytes, meta: bytes) -> Callable[[bytes], Prepared]:
        """How to prepare the contexts of one record.

        They lie over `shared`, that of the batch; ip and user agent come from `meta`, if missing.
        What is returned raises `Refused`, or what the JSON decoder raises.
        """
        if max(self._kept, len(self._known)) >= KEPT:
            self._known.clear()
            self._kept = 0
        known = self._known.setdefault((shared, meta), {})

        def prepare(raw: bytes) -> Prepared:
            found = known.get(raw)
            if found is None:
                found = known[raw] = _prepare(raw, shared, meta)
                self._kept += 1
            return found

        return prepare


def _prepare(raw: bytes, shared: bytes, meta: bytes) -> Prepared:
    value = _as_object(raw)
    if below := _as_object(shared):
        value = below | value
        raw = encode(decode_members(shared) | (decode_members(raw) if _as_object(raw) else {}))
    elif not value:
        raw = b""
    digest = xxh3_64_digest(canonical(value)) if value else b""
    fields = to_context(value)
    missing = _missing(fields, decode_meta(meta)) if meta else {}
    if missing:
        raw = encode((decode_members(raw) if raw else {}) | missing)
        fields = to_context(value | missing)
    return Prepared(raw, fields, digest)


def _as_object(raw: bytes) -> dict[str, Any]:
    value = decode_any(raw) if raw else None
    if value is None:
        return {}
    if type(value) is not dict:
        raise Refused(reasons.INVALID_FIELD, "context must be an object")
    if too_deep(raw, value):
        raise Refused(reasons.TOO_DEEP, "context is nested too deeply")
    return value


def _missing(fields: Context, meta: Meta) -> dict[str, str]:
    """`collect` notes an address only where it is the person's: on requests from devices."""
    found = {}
    if fields.ip is None and meta.ip:
        found["ip"] = meta.ip
    if fields.user_agent is None and meta.user_agent:
        found["userAgent"] = meta.user_agent
    return found


NOTHING: Final = Prepared(b"", msgspec.convert({}, Context), b"")
