"""What differs between two sets of definitions; what `rapport diff` shows and `apply` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec

from rapport.audiences.language import writing
from rapport.audiences.language.model import Definition


class Edit(msgspec.Struct, frozen=True):
    """One place inside a definition; None is nothing there."""

    at: str  # as in errors: when.all[1].value
    before: Any
    after: Any


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


One = TypeVar("One", bound=Keyed)


class Change(msgspec.Struct, Generic[One], frozen=True):
    kind: Literal["added", "removed", "changed"]
    definition: One  # as it will be; of a removed one, as it was
    edits: tuple[Edit, ...] = ()


def changes(
    before: Iterable[One], after: Iterable[One], written: Callable[[One], Any]
) -> list[Change[One]]:
    """By key. Equal meaning written differently (`12h`, `720m`) is a change; key order is none.
    `written` gives JSON."""
    old, new = ({(type(one), one.key): one for one in each} for each in (before, after))
    found = []
    for place in sorted(old.keys() | new.keys(), key=lambda each: (each[1], each[0].__name__)):
        was, will = old.get(place), new.get(place)
        if will is None and was is not None:
            found.append(Change("removed", was))
        elif was is None and will is not None:
            found.append(Change("added", will))
        elif was is not None and will is not None and was != will:
            found.append(Change("changed", will, between(written(was), written(will))))
    return found


def edits(was: Definition, will: Definition) -> tuple[Edit, ...]:
    """Where the one differs from the other."""
    return between(writing.definition(was), writing.definition(will))


def between(was: Any, will: Any) -> tuple[Edit, ...]:
    """Where the one JSON differs from the other."""
    return tuple(_edits(was, will, ""))


def _edits(before: Any, after: Any, at: str) -> Iterator[Edit]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            inner = f"{at}.{key}" if at else key
            yield from _edits(before.get(key), after.get(key), inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _edits(one, other, f"{at}[{place}]")
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Edit(at, before, after)
