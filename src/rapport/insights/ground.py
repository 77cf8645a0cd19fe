"""What answers stand on: the history, who is whose, who is a member, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, reduce

import numpy as np

from rapport.audiences.language.model import Selection
from rapport.audiences.meaning.person import Happening
from rapport.errors import NotFound
from rapport.insights import scan, timeline
from rapport.insights.identities import owners
from rapport.insights.rows import Ints, Rows, Values, chunks
from rapport.insights.specs.scope import Among, among
from rapport.insights.sql.engine import Engine
from rapport.insights.timeline import Held, Timeline
from rapport.warehouse.base import Warehouse
from rapport.warehouse.watch import Watch

Members = Callable[[str], Ints]  # key of a segment → profiles


def _no_segments(key: str) -> Ints:
    raise NotFound(f"there is no segment {key!r}")


class Ground:
    """`now` in µs UTC. `members` gives the profiles of a segment or raises `NotFound`.

    `watch` may end the question. With an `engine` questions are answered in SQL, otherwise from
    `rows`.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        timeline: Timeline,
        now: int,
        *,
        members: Members = _no_segments,
        watch: Watch | None = None,
    ) -> None:
        self.warehouse = warehouse
        self.now = now
        self._members = members
        self._timeline = timeline
        self.watch = watch or Watch()
        arrays = warehouse.capabilities.arrays
        self.engine = None if arrays else Engine(warehouse, now, members, self.watch)

    @cached_property
    def held(self) -> Held:
        """Only where the warehouse gives arrays."""
        return self._timeline.fresh(self.watch)

    def rows(
        self,
        selections: Sequence[Selection],
        low: int,
        high: int,
        *,
        segment: Among = None,
        wanted: Sequence[str] = (),
    ) -> tuple[Iterator[Rows], Values]:
        """Sorted chunks of whole people: events in low <= at < high that match some selection."""
        named = list(wanted) == ["event"]
        filtered = any(each.where for each in selections)
        if self.engine is not None or (wanted and not named) or filtered:
            stored = self.engine is not None
            owner = owners(self.warehouse, self.watch) if stored else self.held.owner
            found, values = scan.rows(
                self.warehouse,
                owner,
                selections,
                *(low, high),
                now=self.now,
                wanted=wanted,
                watch=self.watch,
            )
            pieces = self._told(found)
        else:
            pieces = timeline.rows(self.held, selections, low, high, named=named, watch=self.watch)
            values = Values((timeline.texts(self.held),) if named else ())
        return self._of(segment, pieces), values

    def events(self, profile: int) -> list[Happening]:
        """Every event of this person, in order of time."""
        return scan.of_profile(self.warehouse, self.nodes(profile), self.watch)

    def _told(self, rows: Rows) -> Iterator[Rows]:
        done = 0
        for piece in chunks(rows):
            self.watch.tell(done, len(rows.person))
            yield piece
            done += len(piece.person)

    def nodes(self, profile: int) -> list[int]:
        if self.engine is not None:
            return self.engine.nodes(profile)
        found: list[int] = np.flatnonzero(self.held.owner == profile).tolist()
        return found or [profile]

    def _of(self, segment: Among, pieces: Iterator[Rows]) -> Iterator[Rows]:
        keys = among(segment)
        if not keys:
            return pieces
        members = reduce(np.intersect1d, [self._members(key) for key in keys])
        kept = (piece.take(np.isin(piece.person, members)) for piece in pieces)
        return (piece for piece in kept if len(piece.person))
