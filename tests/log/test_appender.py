"""Appending from an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rapport.errors import Unavailable
from rapport.log.appender import AsyncAppender
from rapport.log.base import EVENT, Draft
from rapport.log.sqlite import SqliteLog


class CountingAppender(AsyncAppender):
    wakes = 0

    def settled(self, tokens: Sequence[Any], offsets: Sequence[int]) -> None:
        self.wakes += 1
        super().settled(tokens, offsets)


def draft(number: int) -> Draft:
    return Draft(1, EVENT, 1, 0, b"%d" % number)


def test_the_loop_is_woken_once_a_group(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")

    async def run() -> tuple[list[int], int]:
        appender = CountingAppender(log, asyncio.get_running_loop())
        offsets = await asyncio.gather(*(appender.append(draft(n)) for n in range(1_000)))
        return offsets, appender.wakes

    offsets, wakes = asyncio.run(run())
    assert offsets == list(range(1, 1_001))
    assert 1 <= wakes < 100
    found = log.read(0, max_records=2_000, max_bytes=10**6)
    assert [int(record.body) for record in found] == list(range(1_000))
    log.close()


def test_a_refusal_reaches_the_caller(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    log.close()

    async def run() -> None:
        await AsyncAppender(log, asyncio.get_running_loop()).append(draft(1))

    with pytest.raises(Unavailable):
        asyncio.run(run())


def test_a_caller_that_went_away_does_no_harm(tmp_path: Path) -> None:
    """A client that hangs up cancels its request; the others and the writer go on."""
    log = SqliteLog(tmp_path / "log.db")

    async def run() -> int:
        appender = AsyncAppender(log, asyncio.get_running_loop())
        gone = appender.append(draft(1))
        gone.cancel()
        return await appender.append(draft(2))

    assert asyncio.run(run()) == 2

    async def leave() -> None:
        AsyncAppender(log, asyncio.get_running_loop()).append(draft(3))

    asyncio.run(leave())
    assert log.append(draft(4)).result() == 4
    log.close()
