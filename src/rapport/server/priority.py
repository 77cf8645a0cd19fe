"""Which thread goes before which, when there are more of them than cores."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Accepting and reading profiles go before processing: what is accepted is durable and can wait,
# somebody who asks cannot. Threads of an embedded warehouse count as loading: large questions share
# them.
PIPELINE = 10
MODELS = 10
LOADING = 15


def lower(niceness: int) -> None:
    """For the calling thread, and for those that it starts from now on. One that is lower already
    stays where it is."""
    if sys.platform == "linux":  # where a thread can have a niceness of its own
        thread = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, max(niceness, now))


def lowered(niceness: int, make: Callable[[], T]) -> T:
    """What `make` returns; threads that it starts have this niceness."""
    made: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        lower(niceness)
        try:
            made.append(make())
        except BaseException as error:  # noqa: BLE001 - raised where it belongs
            failed.append(error)

    thread = threading.Thread(target=run, name="maker")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return made[0]
