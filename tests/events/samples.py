"""Records as the SDKs send them."""

from __future__ import annotations

import json
from typing import Any

from rapport.config import Settings
from rapport.events.decode import Decoder
from rapport.events.model import Event, Rejection
from rapport.log.base import BATCH, Record

RECEIVED = 1_795_304_208_665_000  # 2026-11-21T23:36:48.665Z


def record(body: Any, kind: str = "track", *, meta: Any = None, **fields: Any) -> Record:
    """`body` is bytes, or a value that is written as JSON."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    count = len(body["batch"]) if kind == BATCH and isinstance(body, dict) else 1
    given = {"offset": 7, "source": 1, "count": count, "received_at": RECEIVED} | fields
    return Record(kind=kind, body=text, meta=json.dumps(meta).encode() if meta else b"", **given)


def decode(body: Any, kind: str = "track", **fields: Any) -> list[Event | Rejection]:
    return Decoder(Settings()).decode(record(body, kind, **fields))


def event(body: Any, kind: str = "track", **fields: Any) -> Event:
    """The one event in `body`; fails when it was rejected."""
    (found,) = decode(body, kind, **fields)
    assert isinstance(found, Event), found
    return found


def refused(body: Any, kind: str = "track", **fields: Any) -> Rejection:
    (found,) = decode(body, kind, **fields)
    assert isinstance(found, Rejection), found
    return found
