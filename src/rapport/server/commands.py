"""Writing through the API: everything becomes a record of the log, like any event.

The answer waits until the pipeline has committed the record, so that whoever writes can read what
he wrote; after `WAIT_SECONDS` it says `pending` instead.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import msgspec

from rapport.clock import to_iso
from rapport.collect.sources import API
from rapport.errors import Conflict, Malformed
from rapport.log.base import CONTROL, EVENT, Draft
from rapport.server.rooms import Reads, Rooms

WAIT_SECONDS = 5.0
LOOK_EVERY = 0.015


class Written(msgspec.Struct, frozen=True):
    """`status`: done, pending, or what the pipeline said; `detail`: its reason."""

    id: str
    offset: int
    status: str
    detail: str = ""


class Commands:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def decide(self, action: str, by: str, reason: str, **payload: Any) -> Written:
        """Append a decision of an operator. Raises `Malformed` when the pipeline refused it."""
        now, decision = self._rooms.clock.now(), str(uuid.uuid4())
        body = {"action": action, "id": decision, "at": now, "by": by, "reason": reason, **payload}
        offset = await self._append(Draft(API, CONTROL, 0, now, msgspec.json.encode(body)))
        if not await self.committed(offset):
            return Written(decision, offset, "pending")
        found = await self._rooms.working(lambda: self._rooms.pipeline.control(decision))
        if found is not None and found["status"] != "applied":
            raise Malformed(
                found["detail"] or f"the decision {found['status']}", hint="see docs/identity.md"
            )
        return Written(decision, offset, "done")

    async def set_traits(self, profile: int, traits: dict[str, Any]) -> Written:
        """Say `traits` of a profile, as an identify call of the source `api`."""
        sender = await self._rooms.reading(lambda reads: _sender(reads, profile))
        now, message_id = self._rooms.clock.now(), f"api-{uuid.uuid4()}"
        event = {
            "type": "identify",
            "messageId": message_id,
            "timestamp": to_iso(now),
            "traits": traits,
            **sender,
        }
        return await self.event(API, event, message_id)

    async def event(
        self, source: int, event: Any, message_id: str, *, redrive: int | None = None
    ) -> Written:
        """Append one event; with `redrive`, as the correction of a quarantined one."""
        offset = await self.send(source, event, redrive=redrive)
        await self.committed(offset)
        return await self.outcome(offset, message_id)

    async def send(self, source: int, event: Any, *, redrive: int | None = None) -> int:
        """Append as `event` does, without waiting for the pipeline; the offset in the log."""
        now = self._rooms.clock.now()
        meta = {} if redrive is None else {"redrive": redrive}
        body, head = msgspec.json.encode(event), msgspec.json.encode(meta)
        return await self._append(Draft(source, EVENT, 1, now, body, head))

    async def outcome(self, offset: int, message_id: str) -> Written:
        """What became of the one event at `offset`; `pending` if the pipeline is not that far."""
        if await self._rooms.working(self._rooms.pipeline.committed) < offset:
            return Written(message_id, offset, "pending")
        outcomes = await self._rooms.working(lambda: self._rooms.pipeline.outcomes(offset))
        one = outcomes[0] if outcomes else None
        return Written(
            message_id, offset, one.status if one else "stored", (one.reason or "") if one else ""
        )

    async def _append(self, draft: Draft) -> int:
        return await asyncio.wrap_future(self._rooms.log.append(draft))

    async def committed(self, offset: int) -> bool:
        """Wait until the pipeline has processed `offset`; False when that takes too long."""
        end = asyncio.get_running_loop().time() + WAIT_SECONDS
        while asyncio.get_running_loop().time() < end:
            if await self._rooms.working(self._rooms.pipeline.committed) >= offset:
                return True
            await asyncio.sleep(LOOK_EVERY)
        return False


def _sender(reads: Reads, profile: int) -> dict[str, str]:
    """The identifier under which an identify call about this profile is sent."""
    known = {item.type: item.value for item in reversed(reads.identity.nodes_of(profile))}
    if "user_id" in known:
        return {"userId": known["user_id"]}
    if "anonymous_id" in known:
        return {"anonymousId": known["anonymous_id"]}
    raise Conflict(
        "this profile has neither a user id nor an anonymous id to speak of it",
        hint="merge it with a profile that has one, or pin the value",
    )
