"""`Prefer: return=representation`: the answer tells what became of each event."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

_WAIT_SECONDS = 5.0
_SHORTEST, _LONGEST = 0.005, 0.1


class Outcome(Protocol):
    """What the pipeline says of one event."""

    @property
    def index(self) -> int: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def detail(self) -> str | None: ...


Outcomes = Callable[[int], Sequence[Outcome] | None]


def wanted(prefer: str | None) -> bool:
    """
    >>> wanted("respond-async, return=representation"), wanted(None), wanted("return=minimal")
    (True, False, False)
    """
    return prefer is not None and "return=representation" in prefer.replace(" ", "").lower()


async def receipt(outcomes: Outcomes, offset: int, count: int) -> dict[str, Any]:
    """Wait (up to 5 s) until the record at `offset` is processed, then say how each event fared."""
    found = await _await(outcomes, offset)
    if found is None:
        return {"success": True, "offset": offset, "status": "pending", "events": count}
    tally = Counter(outcome.status for outcome in found)
    return {
        "success": True,
        "offset": offset,
        "status": "processed",
        "counts": {name: tally.get(name, 0) for name in ("accepted", "duplicate", "quarantined")}
        | tally,
        "events": [
            {
                "index": outcome.index,
                "messageId": outcome.message_id,
                "status": outcome.status,
                "reason": outcome.reason or None,
                "detail": outcome.detail,
            }
            for outcome in found
        ],
    }


async def _await(outcomes: Outcomes, offset: int) -> Sequence[Outcome] | None:
    pause = _SHORTEST
    waited = 0.0
    while (found := outcomes(offset)) is None and waited < _WAIT_SECONDS:
        await asyncio.sleep(pause)
        waited += pause
        pause = min(pause * 1.5, _LONGEST)
    return found
