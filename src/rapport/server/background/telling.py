"""Telling the pipeline what was worked out from the warehouse: through the log, like all else."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from rapport.collect.sources import API
from rapport.log.base import CONTROL, Draft
from rapport.server.rooms import Rooms

APPLY_SECONDS: Final = 120.0  # for the pipeline to come to what it was told
_AT_ONCE: Final = 30_000  # values in one part
_LAST: Final = (1 << 62) - 1


class Telling:
    """Belongs to one thread. Ends early when `stop` is set."""

    def __init__(self, rooms: Rooms, stop: threading.Event) -> None:
        self._rooms = rooms
        self._stop = stop

    def tell(self, control: Mapping[str, Any]) -> bool:
        """Append a control record and wait until the pipeline has applied it. False: it may still
        be applied later."""
        return self.begin(control)()

    def begin(self, control: Mapping[str, Any]) -> Callable[[], bool]:
        """As `tell`; what comes back waits."""
        rooms = self._rooms
        now = rooms.clock.now()
        body = {"id": str(uuid.uuid4()), "at": now, "by": "rapport", "reason": "", **control}
        draft = Draft(API, CONTROL, 0, now, msgspec.json.encode(body))
        return partial(self._applied, rooms.log.append(draft).result())

    def _applied(self, offset: int) -> bool:
        end = time.monotonic() + APPLY_SECONDS
        while time.monotonic() < end and not self._stop.is_set():
            if self._rooms.pipeline.committed() >= offset:
                return True
            time.sleep(0.01)
        return False

    def write_values(self, trait: str, found: Mapping[int, str]) -> bool:
        """Replace all values (JSON by profile) of a computed trait; who is not among them has none.
        False: some of them may still be written."""
        profiles, after, done = sorted(found), 0, True
        folder = self._rooms.folder.parts
        folder.mkdir(mode=0o700, exist_ok=True)
        for part in _cut(profiles, _AT_ONCE):
            to = part[-1] if part and part[-1] != profiles[-1] else _LAST
            path = folder / f"values-{uuid.uuid4()}.part"
            path.write_bytes(msgspec.msgpack.encode([(each, found[each]) for each in part]))
            told = {"action": "values", "trait": trait, "after": after, "to": to, "file": path.name}
            if self.tell(told):
                path.unlink(missing_ok=True)
            else:  # it may still be applied, so the file has to stay
                done = False
            after = to
        return done


def _cut(items: list[int], size: int) -> Iterator[list[int]]:
    """In pieces; one empty piece of nothing, which ends the values that were."""
    for start in range(0, max(1, len(items)), size):
        yield items[start : start + size]
