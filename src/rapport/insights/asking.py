"""Where questions arrive: read, answered, and remembered until the data changes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from rapport.clock import MINUTE, Clock, to_iso
from rapport.insights.ground import Ground, Members, Names
from rapport.insights.kinds import KINDS, read, read_cell
from rapport.insights.rows import Ints
from rapport.insights.timeline import Timeline
from rapport.warehouse.base import Warehouse
from rapport.warehouse.watch import Watch

KEPT: Final = 200  # answers
_AT_ONCE: Final = 2  # questions that work at the same time; the others wait their turn
_LOOK_SECONDS: Final = 0.2  # between two looks at whether somebody still waits for a turn

_Key = tuple[bytes, int, int]


class Insights:
    """Thread-safe. An answer is remembered for the same question, data and minute.

    `members` gives the profiles of a segment by its key, or raises `NotFound`; `names` what people
    call it.
    """

    def __init__(
        self, warehouse: Warehouse, clock: Clock, members: Members, names: Names = str
    ) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._members, self.named = members, names
        self._timeline = Timeline(warehouse)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._known: OrderedDict[_Key, dict[str, Any]] = OrderedDict()

    def answer(
        self, raw: Any, kind: str | None = None, *, watch: Watch | None = None
    ) -> dict[str, Any]:
        """The answer to a question as JSON. Raises `Malformed`, which names the node, and
        `QueryError` when `watch` ends it."""
        question = read(raw, kind)
        now = self._clock.now()
        key = (_canonical(question), self._warehouse.loaded(), now // MINUTE)
        known = self._recall(key)
        if known is not None:
            return {**known, "cached": True}
        with self._turn(watch) as watched:
            started = time.perf_counter()
            told = KINDS[_kind(question)].answer(question, self._ground(now, watched))
            spent = round(1000 * (time.perf_counter() - started), 1)
        told |= {"as_of": to_iso(now), "elapsed_ms": spent, "cached": False}
        self._remember(key, told)
        return told

    def people(
        self, raw: Any, cell: Any, kind: str | None = None, *, watch: Watch | None = None
    ) -> Ints:
        """The profiles behind one number of the answer, ascending. Raises as `answer` does."""
        question = read(raw, kind)
        chosen = read_cell(_kind(question), cell)
        with self._turn(watch) as watched:
            ground = self._ground(self._clock.now(), watched)
            return KINDS[_kind(question)].people(question, ground, chosen)

    def why(
        self, raw: Any, profile: int, kind: str | None = None, *, watch: Watch | None = None
    ) -> dict[str, Any]:
        """Why this person was counted, or was not. Raises as `answer` does."""
        question = read(raw, kind)
        with self._turn(watch) as watched:
            ground = self._ground(self._clock.now(), watched)
            return KINDS[_kind(question)].why(question, ground, profile)

    @contextmanager
    def _turn(self, watch: Watch | None) -> Iterator[Watch]:
        watch = watch or Watch()
        watch.check()
        while not self._turns.acquire(timeout=_LOOK_SECONDS):
            watch.check()
        try:
            yield watch
        finally:
            self._turns.release()

    def _ground(self, now: int, watch: Watch) -> Ground:
        return Ground(
            self._warehouse,
            self._timeline,
            now,
            members=self._members,
            names=self.named,
            watch=watch,
        )

    def _recall(self, key: _Key) -> dict[str, Any] | None:
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def _remember(self, key: _Key, told: dict[str, Any]) -> None:
        with self._lock:
            self._known[key] = told
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


def _kind(question: msgspec.Struct) -> str:
    return str(question.__struct_config__.tag)


def _canonical(question: msgspec.Struct) -> bytes:
    return msgspec.json.encode(question, order="deterministic")
