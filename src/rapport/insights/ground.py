"""What answers stand on: the history, who is whose, who is a member, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial, reduce

import numpy as np

from rapport.audiences.language.model import Selection
from rapport.audiences.meaning.person import Happening
from rapport.errors import NotFound
from rapport.insights import scan, timeline, traits
from rapport.insights.pieces import Maker, Pieces
from rapport.insights.rows import Bools, Ints, Rows, Values, cuts, starts
from rapport.insights.specs.scope import (
    Among,
    HasTrait,
    OfTrait,
    Wanted,
    among,
    path_of_trait,
)
from rapport.insights.sql.engine import Engine
from rapport.insights.timeline import Held, Timeline
from rapport.insights.traits import Traits
from rapport.warehouse.base import Warehouse
from rapport.warehouse.watch import Watch

Members = Callable[[str], Ints]  # key of a segment → profiles


Names = Callable[[str], str]  # key of a segment → what people call it


def _no_segments(key: str) -> Ints:
    raise NotFound(f"there is no segment {key!r}")


class Ground:
    """`now` in µs UTC. `members` gives the profiles of a segment or raises `NotFound`; `names` its
    name.

    `watch` may end the question. With an `engine` questions are answered in SQL, otherwise from
    `rows`; `sql` is there for what would be too much of them.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        timeline: Timeline,
        now: int,
        *,
        members: Members = _no_segments,
        names: Names = str,
        watch: Watch | None = None,
    ) -> None:
        self.warehouse = warehouse
        self.now = now
        self._members = members
        self.named = names
        self._traits: dict[str, Traits] = {}
        self._timeline = timeline
        self.watch = watch or Watch()
        arrays = warehouse.capabilities.arrays
        self.sql = Engine(warehouse, now, members, self.watch)
        self.engine = None if arrays else self.sql

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
        wanted: Sequence[Wanted] = (),
    ) -> tuple[Pieces, Values]:
        """Sorted chunks of whole people: events in low <= at < high that match some selection. A
        trait is the last that is `wanted`."""
        if wanted and isinstance(trait := wanted[-1], OfTrait):
            held = self.traits(trait.trait)
            pieces, values = self.rows(selections, low, high, segment=segment, wanted=wanted[:-1])
            return pieces.changed(held.beside), Values((*values.texts, held.texts))
        return self._rows(selections, low, high, segment, [str(each) for each in wanted])

    def _rows(
        self,
        selections: Sequence[Selection],
        low: int,
        high: int,
        segment: Among,
        wanted: Sequence[str],
    ) -> tuple[Pieces, Values]:
        named = list(wanted) == ["event"]
        filtered = any(each.where for each in selections)
        if (wanted and not named) or filtered:
            found, values = scan.rows(
                self.warehouse,
                self.held.owner,
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
        return Pieces(self._of(segment, pieces)), values

    def events(self, profile: int) -> list[Happening]:
        """Every event of this person, in order of time."""
        return scan.of_profile(self.warehouse, self.nodes(profile), self.watch)

    def traits(self, trait: str) -> Traits:
        """Of everybody, read once."""
        if trait not in self._traits:
            path_of_trait(trait, "trait")
            self._traits[trait] = traits.read(self.warehouse, trait, self.watch)
        return self._traits[trait]

    def trait(self, trait: str, profile: int) -> str | None:
        """Of one person."""
        return traits.of_one(self.warehouse, trait, profile, self.watch)

    def _told(self, rows: Rows) -> Iterator[Maker]:
        for start, end in cuts(rows.person):
            self.watch.tell(start, len(rows.person))
            yield partial(rows.take, slice(start, end))

    def nodes(self, profile: int) -> list[int]:
        if self.engine is not None:
            return self.engine.nodes(profile)
        found: list[int] = np.flatnonzero(self.held.owner == profile).tolist()
        return found or [profile]

    def _of(self, segment: Among, pieces: Iterator[Maker]) -> Iterator[Maker]:
        keys = among(segment)
        if not keys:
            return pieces
        named = [self._members(each) for each in keys if isinstance(each, str)]
        members = reduce(np.intersect1d, named) if named else None
        valued = [(self.traits(each.trait), each) for each in keys if isinstance(each, HasTrait)]

        def kept(maker: Maker) -> Rows:
            piece = maker()
            return piece.take(_among(piece.person, members, valued))

        return (partial(kept, each) for each in pieces)


def _among(person: Ints, members: Ints | None, valued: Sequence[tuple[Traits, HasTrait]]) -> Bools:
    """Which rows of a chunk are those of people to whom all applies. Asked once a person."""
    first = np.flatnonzero(starts(person))
    people = person[first]
    found = np.ones(len(people), np.bool_) if members is None else np.isin(people, members)
    for held, one in valued:
        found &= held.fits(people, one)
    return np.repeat(found, np.diff(np.append(first, len(person))))
