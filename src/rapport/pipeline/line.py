"""The way of a micro-batch: decode → dedupe → gate → identify → profile → audiences → outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import apsw
from msgspec.structs import replace

from rapport.config import Settings
from rapport.events.decode import Decoder, bodies_of, body_of
from rapport.events.dedupe import Dedupe
from rapport.events.model import Event, Rejection
from rapport.events.quarantine import Quarantine
from rapport.events.reasons import MESSAGE_ID_CONFLICT, PROCESSING_ERROR
from rapport.events.rejecting import set_aside
from rapport.events.rows import of_some
from rapport.events.shipping import Decoded
from rapport.events.wire import decode_meta
from rapport.log.base import Record
from rapport.pipeline.rooms import AudiencesRoom, IdentityRoom, ProfilesRoom
from rapport.pipeline.store import PipelineStore, Tally

Found = Event | Rejection
Place = tuple[int, int]  # (offset, index) of an event in the log


class Line:
    """Everything between the log and the outbox, inside a transaction that the caller opened."""

    def __init__(
        self,
        settings: Settings,
        state: apsw.Connection,
        store: PipelineStore,
        quarantine: Quarantine,
        identity: IdentityRoom,
        profiles: ProfilesRoom,
        audiences: AudiencesRoom,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._identity = identity
        self._profiles = profiles
        self._audiences = audiences
        self._decoder = Decoder(settings)
        self._dedupe = Dedupe(state)

    def decode(self, records: Sequence[Record], poisoned: Mapping[Place, str]) -> list[Found]:
        """All events in `records`; those in `poisoned` (place → why) as rejections."""
        found: list[Found] = []
        for record in self.as_received(records):
            events = self._decoder.decode(record)
            if poisoned:
                events = [self._unless_poisoned(one, record, poisoned) for one in events]
            found += events
        return found

    def process(self, decoded: Decoded, records: Sequence[Record]) -> None:
        """`decoded` is what is in `records`, or the first part of it. Some sums wait for
        `settle`."""
        events = [one for one in decoded.found if type(one) is Event]
        refused = [one for one in decoded.found if type(one) is Rejection]
        fresh, again, clashing = self._dedupe.sift(events)
        refused += self._clashes(clashing, records)
        passed = self._gate(fresh)
        changes = self._identity.assign(passed, hold=True)
        nodes = self._profiles.absorb(passed, hold=not self._audiences.listens())
        outcome = self._audiences.absorb(passed, changes, nodes)
        rows = of_some(decoded.rows, events, passed) if decoded.rows is not None else None
        self._store.hand_over(passed, rows)
        self._store.hand_over_identities(changes.moved)
        self._store.hand_over_profiles(changes.touched | self._store.profiles_of(nodes))
        self._store.hand_over_outcome(outcome)
        refused_again = self._quarantine.add(refused)
        self._settle_redrives(records, {one.offset for one in refused_again})
        self._store.count(_tally(passed, again, refused, refused_again))
        self._store.advance(records[-1].offset)

    def settle(self) -> None:
        """At the end of the transaction."""
        self._identity.settle()
        self._profiles.settle()

    def committed(self) -> None:
        self._dedupe.committed()

    def reset(self, *, reload: bool) -> None:
        """After a rollback. `reload`: the transaction turned out to be committed after all."""
        self._dedupe.reset()
        if reload:
            self._dedupe.reload()
        self._identity.reset()
        self._profiles.reset()
        self._audiences.reset()

    def _gate(self, events: list[Event]) -> list[Event]:
        """Suppression and consent will stand here."""
        return events

    def _clashes(self, clashing: Sequence[Event], records: Sequence[Record]) -> list[Rejection]:
        offsets = {event.offset for event in clashing}
        bodies = {one.offset: bodies_of(one) for one in records if one.offset in offsets}
        detail = "this source sent the same messageId before, with other content"
        return [
            set_aside(one, bodies[one.offset](one.index), MESSAGE_ID_CONFLICT, detail)
            for one in clashing
        ]

    def _unless_poisoned(
        self, found: Found, record: Record, poisoned: Mapping[Place, str]
    ) -> Found:
        why = poisoned.get((found.offset, found.index))
        if why is None or type(found) is not Event:
            return found
        return set_aside(found, body_of(record, found.index), PROCESSING_ERROR, why)

    def as_received(self, records: Sequence[Record]) -> list[Record]:
        """The same, with the arrival that counts: that of a corrected event is when its
        quarantined self arrived, and clocks are compared then."""
        return [self._as_received(record) for record in records]

    def _as_received(self, record: Record) -> Record:
        number = _redrive_of(record)
        received = self._quarantine.received_at(number) if number is not None else None
        return record if received is None else replace(record, received_at=received)

    def _settle_redrives(self, records: Sequence[Record], refused_again: set[int]) -> None:
        """A corrected event closes its quarantined self, unless it was refused unchanged."""
        for record in records:
            number = _redrive_of(record)
            if number is not None and record.offset not in refused_again:
                self._quarantine.redriven(number)


def _redrive_of(record: Record) -> int | None:
    return decode_meta(record.meta).redrive if b'"redrive"' in record.meta else None


def _tally(
    passed: Sequence[Event],
    again: Sequence[Event],
    refused: Sequence[Rejection],
    refused_again: Sequence[Rejection],
) -> Tally:
    duplicates = Counter(event.source for event in again)
    duplicates.update(one.source for one in refused_again)
    quarantined = Counter(one.source for one in refused)
    quarantined.subtract(one.source for one in refused_again)
    return Tally(Counter(event.source for event in passed), duplicates, quarantined)
