"""Events as oracles read them: when, which selections, which values. Nothing else counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapport.audiences.language import paths
from rapport.audiences.language.model import Selection
from rapport.audiences.meaning.person import Happening
from rapport.insights import scan


class Matched(NamedTuple):
    """Bit n of `match`: it matches selection n. `values`: a text for each wanted path, or None."""

    at: int
    match: int
    values: tuple[str | None, ...] = ()
    event: Happening | None = None

    @property
    def order(self) -> tuple[int, int, int, tuple[str, ...]]:
        """Of one instant: the earliest first step, then `match`, then values, missing first."""
        texts = tuple("" if each is None else f"={each}" for each in self.values)
        return self.at, self.match & -self.match, self.match, texts


def matched(
    events: Iterable[Happening],
    selections: Sequence[Selection],
    low: int,
    high: int,
    *,
    now: int,
    wanted: Sequence[str] = (),
) -> list[Matched]:
    """The events of one person in low <= at < high that match some selection, in order."""
    ways = [paths.of_event(path) for path in wanted]
    found = []
    for event in events:
        bits = scan.matches(event, selections, now) if low <= event.timestamp < high else 0
        if bits:
            values = tuple(scan.text_at(event, way) for way in ways)
            found.append(Matched(event.timestamp, bits, values, event))
    return sorted(found, key=lambda each: each.order)
