"""Taking records from the log in portions that one transaction can hold."""

from __future__ import annotations

from collections import deque

from rapport.log.base import CONTROL, EventLog, Record

MOST_BYTES = 16_000_000  # read ahead at once


class Intake:
    """Reads ahead, so that a portion cut short by a control record is not read twice."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._after = 0
        self._ahead: deque[Record] = deque()

    def take(self, after: int, events: int) -> list[Record]:
        """Records behind offset `after`: up to `events` events (a single record may have more), or
        ONE control record.

        [] when the log has nothing more. Asking again with the same `after` gives the same again.
        """
        if after != self._after:
            self._ahead.clear()
        if not self._ahead:
            read = self._log.read(after, max_records=events, max_bytes=MOST_BYTES)
            self._ahead.extend(read)
        self._after = after
        taken: list[Record] = []
        held = 0
        while self._ahead and held < events:
            if self._ahead[0].kind == CONTROL and taken:
                break
            record = self._ahead.popleft()
            taken.append(record)
            held += record.count
            self._after = record.offset
            if record.kind == CONTROL:
                break
        return taken
