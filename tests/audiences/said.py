"""What the oracle says, in the shape in which SQL gives it."""

from __future__ import annotations

from typing import Any

from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Definition, Segment
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Person


def said(one: Definition, person: Person, now: int, known: Known) -> Any:
    """A list of nothing is nothing."""
    if isinstance(one, Segment):
        return oracle.holds(one.when, person, now, known)
    value = oracle.value(one, person, now, known)
    return None if value == [] else value
