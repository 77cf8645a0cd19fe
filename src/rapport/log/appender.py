"""Appending from an event loop: one wake-up of the loop for a whole commit group."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from rapport.errors import Unavailable
from rapport.log.base import Draft, EventLog


class AsyncAppender:
    """Appends to `log` from one running event loop. Use it in that loop only."""

    def __init__(self, log: EventLog, loop: asyncio.AbstractEventLoop) -> None:
        self._log = log
        self._loop = loop

    def append(self, draft: Draft) -> asyncio.Future[int]:
        """Gives the offset once durable; fails with `Unavailable`."""
        future = self._loop.create_future()
        self._log.append_into(draft, self, future)
        return future

    def settled(self, tokens: Sequence[Any], offsets: Sequence[int]) -> None:
        self._call(_settle, tokens, offsets)

    def refused(self, tokens: Sequence[Any], error: Unavailable) -> None:
        self._call(_refuse, tokens, error)

    def _call(self, callback: Any, tokens: Sequence[Any], outcome: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, tokens, outcome)
        except RuntimeError:
            return  # the loop is closed: nobody is left to be told


def _settle(futures: Sequence[asyncio.Future[int]], offsets: Sequence[int]) -> None:
    for future, offset in zip(futures, offsets, strict=True):
        if not future.done():
            future.set_result(offset)


def _refuse(futures: Sequence[asyncio.Future[int]], error: Unavailable) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
