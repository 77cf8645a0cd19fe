"""Moving a history that was written for one day to the present, by whole days.

What people do depends on dice and on the calendar. If the calendar began at the present, each start
of the demo would throw other dice: other counts, other customers. So the history is always written
for the same day, and then moved. Whole days keep the hours at which people shop and train.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from msgspec.structs import replace

from rapport.clock import DAY
from rapport.demo.pen import Delivery
from rapport.demo.rhythm import INDIA

WRITTEN = 20_780 * DAY - INDIA  # µs UTC: the midnight in India with which 22 November 2026 ends
_DATE = re.compile(rb'"(\d{4}-\d\d-\d\d)(?=[T"])')


class Dates:
    """Moves deliveries from before `WRITTEN` to before `now` (µs UTC)."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._days = -((WRITTEN - now) // DAY)  # the last day may end after `now`
        self._known: dict[tuple[bytes, int], bytes] = {}

    def moved(self, sent: Delivery) -> Delivery:
        """With all its dates. What would lie in the future happens a day earlier: nothing is left
        out, whatever the hour."""
        days = self._days
        if sent.received_at + days * DAY > self._now:
            days -= 1
        body = _DATE.sub(lambda found: self._date(found[1], days), sent.body)
        return replace(sent, received_at=sent.received_at + days * DAY, body=body)

    def _date(self, text: bytes, days: int) -> bytes:
        """The quote and the date behind it."""
        known = self._known.get((text, days))
        if known is None:
            moved = date.fromisoformat(text.decode()) + timedelta(days)
            known = self._known[text, days] = b'"' + moved.isoformat().encode()
        return known
