"""The books: accepted = stored + duplicate + filtered + suppressed + quarantined + pending.

Every number is counted in the store that holds the thing itself: accepted and pending in the log,
stored in the warehouse and the outbox, the rest from the rows of state.db.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import msgspec

from rapport.log.base import EventLog
from rapport.pipeline_reads import PipelineReads, Waiting

TRIES = 5  # the stores are read one after the other while they move on


class Row(msgspec.Struct, frozen=True):
    """Numbers of events."""

    accepted: int = 0
    stored: int = 0
    duplicate: int = 0
    filtered: int = 0
    suppressed: int = 0
    quarantined: int = 0
    pending: int = 0

    @property
    def balanced(self) -> bool:
        away = self.stored + self.duplicate + self.filtered + self.suppressed + self.quarantined
        return self.accepted == away + self.pending


class Balance(msgspec.Struct, frozen=True):
    balanced: bool
    totals: Row
    sources: dict[int, Row]


Stored = Callable[[], tuple[int, Mapping[int, int]]]


def balance(log: EventLog, reads: PipelineReads, stored: Stored) -> Balance:
    """Count everything. `stored` gives the warehouse's last applied outbox seq and, as of the same
    instant, its events per source.

    While events stream in, the stores are a moment apart: an imbalance is reported only when it is
    still there after some looks.
    """
    found = _look(log, reads, stored)
    for _ in range(TRIES - 1):
        if found.balanced:
            break
        found = _look(log, reads, stored)
    return found


def _look(log: EventLog, reads: PipelineReads, stored: Stored) -> Balance:
    waiting = reads.waiting()
    pending, totals = log.pending(waiting.offset), log.totals()
    applied, counted = stored()
    kept = Counter(counted) + _not_applied(waiting, applied)
    sources = {*totals, *kept, *waiting.duplicate, *waiting.quarantined}
    rows = {
        source: Row(
            accepted=totals[source].events if source in totals else 0,
            stored=kept[source],
            duplicate=waiting.duplicate.get(source, 0),
            quarantined=waiting.quarantined.get(source, 0),
            pending=pending.get(source, 0),
        )
        for source in sorted(sources)
    }
    return Balance(all(row.balanced for row in rows.values()), _sum(rows.values()), rows)


def _not_applied(waiting: Waiting, applied: int) -> Counter[int]:
    held: Counter[int] = Counter()
    for seq, by_source in waiting.outbox:
        if seq > applied:
            held.update(by_source)
    return held


def _sum(rows: Iterable[Row]) -> Row:
    columns = zip(*(msgspec.structs.astuple(row) for row in rows), strict=True)
    return Row(*(sum(column) for column in columns))
