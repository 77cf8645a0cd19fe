"""Sending many quarantined events again takes one wait, not one for each."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from rapport.events.quarantine import OPEN, Quarantined
from rapport.server.api.quarantine import Selection, redrive_many
from rapport.server.commands import Written


class Calls:
    """Commands that write down in which order they are asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def send(self, _source: int, event: Any, *, redrive: int) -> int:
        self.seen.append("send")
        await asyncio.sleep(0)
        assert event == {"messageId": f"m{redrive}"}
        return 100 + redrive

    async def committed(self, offset: int) -> bool:
        self.seen.append(f"committed {offset}")
        return True

    async def outcome(self, offset: int, message_id: str) -> Written:
        self.seen.append("outcome")
        return Written(message_id, offset, "stored")


def item(number: int) -> Quarantined:
    body = b'{"messageId":"m%d"}' % number
    return Quarantined(number, 0, 0, 1, f"m{number}", "r", "", body, 0, OPEN, "")


def test_all_are_appended_before_one_wait() -> None:
    calls = Calls()

    async def working(ask: Any) -> Any:
        return ask()

    reads = SimpleNamespace(get=item)
    pipeline = SimpleNamespace(quarantine=lambda ask, _: ask(reads))
    rooms = SimpleNamespace(working=working, pipeline=pipeline)
    context: Any = SimpleNamespace(rooms=rooms, commands=calls)
    done = asyncio.run(redrive_many.fn(Selection(ids=[3, 1, 2, 3]), context))
    assert [(one.id, one.status) for one in done.items] == [(n, "stored") for n in (3, 1, 2)]
    assert calls.seen == ["send"] * 3 + ["committed 103"] + ["outcome"] * 3
