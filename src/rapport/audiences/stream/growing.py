"""Conditions that more events can only make true, or only make false.

Whoever is a member of the first kind stays one whatever she does next: until the instant that was
foretold, nothing has to be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rapport.audiences.language.known import Known
from rapport.audiences.language.model import (
    AllOf,
    AnyOf,
    Condition,
    Did,
    InSegment,
    Not,
    Sequence,
)
from rapport.audiences.stream.behaviours import is_local

_UP: Final = ("gt", "gte")
_DOWN: Final = ("lt", "lte")


def stays(node: Condition, known: Known) -> bool | None:
    """The verdict that no further event can change; None when there is none such.

    Traits, accounts and the time zone may change with an event, so what looks at them has none.
    """
    match node:
        case AllOf(items) | AnyOf(items):
            return _shared(stays(item, known) for item in items)
        case Not(item):
            found = stays(item, known)
            return None if found is None else not found
        case InSegment(key):
            return stays(known.segments[key].when, known)
        case Did():
            return _did(node)
        case Sequence(steps):
            return None if steps[-1].absent or is_local(node) else True
        case _:
            return None


def _did(node: Did) -> bool | None:
    kind, op = node.measure.kind, node.op
    if is_local(node) or op not in (*_UP, *_DOWN):
        return None
    if kind in ("count", "unique"):
        return op in _UP
    if (kind, op in _UP) in (("max", True), ("min", False)):
        return True
    return None


def _shared(found: Iterable[bool | None]) -> bool | None:
    first, *others = found
    return first if all(each == first for each in others) else None
