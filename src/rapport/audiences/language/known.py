"""The definitions that a condition may refer to, by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from rapport.audiences.language.model import ComputedTrait, Definition, Segment


class Known(msgspec.Struct, frozen=True):
    segments: Mapping[str, Segment] = {}
    traits: Mapping[str, ComputedTrait] = {}

    @classmethod
    def of(cls, definitions: Iterable[Definition]) -> Known:
        listed = list(definitions)
        return cls(
            {one.key: one for one in listed if isinstance(one, Segment)},
            {one.key: one for one in listed if isinstance(one, ComputedTrait)},
        )


NOTHING_KNOWN = Known()
