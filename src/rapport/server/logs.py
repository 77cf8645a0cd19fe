"""Structured logs: one JSON object a line on stderr. Never personal data, never a key."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import msgspec

from rapport.clock import to_iso

# What callers may attach with `extra=`; anything else is left out, so nothing leaks by accident.
FIELDS = (
    "process",
    "pid",
    "port",
    "status",
    "method",
    "route",
    "seconds",
    "count",
    "source",
    "offset",
    "store",
    "code",
)
TRACE_LINES = 16


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": to_iso(int(record.created * 1_000_000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
        # LogRecord itself has an attribute `process`: the id, not the name of one of ours.
        if isinstance(line.get("process"), int):
            del line["process"]
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _frames(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def _frames(error: BaseException | None) -> list[str]:
    """Where it happened, innermost last. No message of any exception: it may quote a customer."""
    found: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        found[:0] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames] + [type(error).__name__]
        error = error.__cause__ or error.__context__
    return found[-TRACE_LINES:]


def configure(level: str) -> None:
    """Send every logger of this process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("granian.access", "litestar", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
