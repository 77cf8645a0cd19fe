"""The thread that tells the pipeline what only the warehouse knows.

The past of new definitions (`audiences.backfill`), and on schedule the values of traits in SQL.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from rapport.audiences import duration
from rapport.audiences.backfill import Backfill
from rapport.audiences.model import SqlQuery
from rapport.clock import SECOND
from rapport.collect.sources import API
from rapport.ids import parse_profile_id
from rapport.log.base import CONTROL, Draft
from rapport.server.hold import held
from rapport.server.rooms import Reads, Rooms

logger = logging.getLogger("rapport.audiences")
LOOK_SECONDS: Final = 0.3
APPLY_SECONDS: Final = 120.0  # for the pipeline to come to what it was told
_PAUSE_SECONDS: Final = 5.0  # after a failure
_AT_ONCE: Final = 30_000  # values in one part
_LAST: Final = (1 << 62) - 1


class History:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history")
        self._asked: dict[str, float] = {}  # key of a trait in SQL → when it was asked last
        self._backfill: Backfill | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the part that is being worked on."""
        self._stop.set()
        if self._backfill is not None:
            self._backfill.stopping = True
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            if not self._rooms.folder.state.exists():
                continue
            try:
                self._serve(self._rooms.new_reads())
            except Exception as error:  # noqa: BLE001 - it must not end while the server runs
                logger.error("filling from the warehouse failed: %s", type(error).__name__)
                self._stop.wait(_PAUSE_SECONDS)

    def _serve(self, reads: Reads) -> None:
        rooms = self._rooms
        self._backfill = Backfill(
            rooms.warehouse, reads.audiences, rooms.folder.parts, self._tell, rooms.clock
        )
        while not self._stop.wait(LOOK_SECONDS):
            if held(rooms.folder.hold):
                continue
            while not self._stop.is_set() and self._backfill.run():
                pass
            self._ask_due(reads)

    def _ask_due(self, reads: Reads) -> None:
        for shown in reads.audiences.definitions("trait"):
            trait = shown.definition
            query = getattr(trait, "trait", None)
            if not isinstance(query, SqlQuery) or shown.status != "live":
                continue
            every = duration.micros(query.every) / SECOND
            if time.monotonic() - self._asked.get(shown.key, float("-inf")) >= every:
                self._asked[shown.key] = time.monotonic()
                self._ask(shown.key, query.text)

    def _ask(self, key: str, text: str) -> None:
        found: dict[int, str] = {}
        for batch in self._rooms.warehouse.stream(text):
            found.update(_values(batch.to_pylist()))
        profiles, after = sorted(found), 0
        for part in _cut(profiles, _AT_ONCE):
            to = part[-1] if part and part[-1] != profiles[-1] else _LAST
            content = msgspec.msgpack.encode([(each, found[each]) for each in part])
            path = self._rooms.folder.parts / f"values-{uuid.uuid4()}.part"
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(content)
            told = {"action": "values", "trait": key, "after": after, "to": to, "file": path.name}
            if self._tell(told):
                path.unlink(missing_ok=True)
            after = to

    def _tell(self, control: dict[str, Any]) -> bool:
        """Append a control record and wait until the pipeline has applied it."""
        rooms = self._rooms
        now = rooms.clock.now()
        body = {"id": str(uuid.uuid4()), "at": now, "by": "rapport", "reason": "", **control}
        draft = Draft(API, CONTROL, 0, now, msgspec.json.encode(body))
        offset = rooms.log.append(draft).result()
        end = time.monotonic() + APPLY_SECONDS
        while time.monotonic() < end and not self._stop.is_set():
            if rooms.pipeline.committed() >= offset:
                return True
            time.sleep(0.01)
        return False


def _values(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    """Of rows with `profile` (a number or `p_42`) and `value`; nulls are left out."""
    for row in rows:
        profile, value = row["profile"], row["value"]
        number = parse_profile_id(profile) if isinstance(profile, str) else profile
        if number is not None and value is not None:
            yield int(number), msgspec.json.encode(value, enc_hook=float).decode()


def _cut(items: list[int], size: int) -> Iterator[list[int]]:
    """In pieces; one empty piece of nothing, which ends the values that were."""
    for start in range(0, max(1, len(items)), size):
        yield items[start : start + size]
