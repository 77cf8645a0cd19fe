"""People compared: which groups a breakdown by segments or by a trait has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from rapport.audiences.language.model import Selection
from rapport.insights.ground import Ground
from rapport.insights.rows import starts
from rapport.insights.specs.scope import Among, Groups, HasTrait
from rapport.insights.sql import groups as plans


class Group(NamedTuple):
    """Members of a segment, which has a `label`; or people with one value of a trait."""

    who: str | HasTrait
    value: str | None
    label: str | None = None

    def told(self) -> dict[str, Any]:
        labelled = {} if self.label is None else {"label": self.label}
        return {"value": self.value, **labelled}


def compared(
    breakdown: Groups,
    ground: Ground,
    among: Among,
    selections: Sequence[Selection],
    start: int,
    end: int,
) -> list[Group]:
    """The segments as they were named; of a trait the values that most people have who did any of
    the selected in start <= at < end, ties in alphabetical order, who has none first."""
    if breakdown.trait is None:
        return [Group(key, key, ground.named(key)) for key in breakdown.segments]
    trait = breakdown.trait
    if ground.engine is not None:
        values = plans.values(breakdown, ground.engine, among, selections, start, end)
    else:
        values = _values(breakdown, trait, ground, among, selections, start, end)
    return [Group(HasTrait(trait, value), value) for value in values]


def _values(
    breakdown: Groups,
    trait: str,
    ground: Ground,
    among: Among,
    selections: Sequence[Selection],
    start: int,
    end: int,
) -> list[str | None]:
    held = ground.traits(trait)
    counts = np.zeros(len(held.texts) + 1, np.int64)
    pieces, _ = ground.rows(selections, start, end, segment=among)
    for piece in pieces:  # of whole people, in order
        codes = held.of(piece.person[starts(piece.person)])
        counts += np.bincount(codes + 1, minlength=len(counts))
    ranked = [n for n in np.argsort(-counts, kind="stable").tolist() if counts[n]]
    return [held.texts[n - 1] if n else None for n in ranked[: breakdown.limit]]
