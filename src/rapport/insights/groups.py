"""People compared: the members of segments, and who has which value of a trait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from rapport.audiences.language.model import Selection
from rapport.insights.ground import Ground
from rapport.insights.rows import Ints, starts
from rapport.insights.specs.scope import Among, OfTrait
from rapport.insights.sql import groups as plans

OTHERS: dict[str, Any] = {"value": None, "other": True}  # of a breakdown: all further values


class Asked(NamedTuple):
    """Of whom a breakdown is: of those `among` whom somebody did any of the `selections` in
    start <= at < end."""

    among: Among
    selections: Sequence[Selection]
    start: int
    end: int


def segment(key: str, ground: Ground) -> dict[str, Any]:
    """What is told of a segment beside its numbers."""
    return {"value": key, "label": ground.named(key)}


def largest(trait: str, limit: int, ground: Ground, asked: Asked) -> list[str | None]:
    """The values of the trait that most of the people have, None where they have none; ties in
    alphabetical order, None first."""
    if ground.engine is not None:
        return plans.largest(OfTrait(trait), limit, ground.engine, *asked, people=True)
    held = ground.traits(trait)
    counts = np.zeros(len(held.texts) + 1, np.int64)
    pieces, _ = ground.rows(asked.selections, asked.start, asked.end, segment=asked.among)
    for piece in pieces:  # of whole people, in order
        codes = held.of(piece.person[starts(piece.person)])
        counts += np.bincount(codes + 1, minlength=len(counts))
    return most(counts, held.texts, limit)


def most(counts: Ints, texts: Sequence[str], limit: int) -> list[str | None]:
    """Those that are counted most often, of none and of `texts`."""
    ranked = [n for n in np.argsort(-counts, kind="stable").tolist() if counts[n]]
    return [texts[n - 1] if n else None for n in ranked[:limit]]


def places(texts: Sequence[str], chosen: Sequence[str | None]) -> Ints:
    """For none and each of `texts` its place among those `chosen`, or the one behind them."""
    known = {text: number for number, text in enumerate([None, *texts])}
    found: Ints = np.full(len(known), len(chosen), np.int64)
    for place, text in enumerate(chosen):
        if text in known:
            found[known[text]] = place
    return found
