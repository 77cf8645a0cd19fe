"""Chunks of whole people, each made and worked on in one of a few threads.

NumPy lets go of the interpreter while it works on an array, so the threads do run at once.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeAlias, TypeVar

from rapport.insights.rows import Rows

T = TypeVar("T")
Maker: TypeAlias = Callable[[], Rows]
_THREADS = min(os.cpu_count() or 1, 8)
_AHEAD = 2 * _THREADS  # chunks that are made before their turn: so much more memory is used


class Pieces:
    """`makers` are asked for in the thread of the caller, and called in others."""

    def __init__(self, makers: Iterable[Maker]) -> None:
        self._makers = makers

    def __iter__(self) -> Iterator[Rows]:
        return self.each(lambda rows: rows)

    def changed(self, change: Callable[[Rows], Rows]) -> Pieces:
        """The same chunks after `change`, which is called in the threads, too."""
        return Pieces(partial(_after, change, maker) for maker in self._makers)

    def each(self, work: Callable[[Rows], T]) -> Iterator[T]:
        """What `work` makes of each chunk with rows, in their order. Raises what it raises."""

        def made(maker: Maker) -> list[T]:
            rows = maker()
            return [work(rows)] if len(rows.person) else []

        coming: deque[Future[list[T]]] = deque()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="count") as pool:
            try:
                for maker in self._makers:
                    coming.append(pool.submit(made, maker))
                    if len(coming) > _AHEAD:
                        yield from coming.popleft().result()
                while coming:
                    yield from coming.popleft().result()
            finally:
                for late in coming:
                    late.cancel()


def _after(change: Callable[[Rows], Rows], maker: Maker) -> Rows:
    return change(maker())
