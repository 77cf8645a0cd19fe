"""One look at the tables: what holds for the whole of a read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, TypeAlias

import apsw
import msgspec

from rapport.profiles.rules import SurvivorshipRules


class SourceLike(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def brand(self) -> str: ...


Sources: TypeAlias = Mapping[int, SourceLike]


class Senders:
    """Slug and brand by source id. Remembers, since a live mapping asks its store each time."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._known: dict[int, tuple[str, str]] = {}
        self._sets: dict[frozenset[int], tuple[list[str], list[str]]] = {}

    def slug(self, source: int) -> str:
        """Of a deleted source, what is left of it."""
        return self._of(source)[0]

    def brand(self, source: int) -> str:
        return self._of(source)[1]

    def slugs(self, sources: frozenset[int]) -> list[str]:
        """In order. Shared: not to be changed."""
        return self._of_set(sources)[0]

    def brands(self, sources: frozenset[int]) -> list[str]:
        """In order, without those that have none. Shared: not to be changed."""
        return self._of_set(sources)[1]

    def _of_set(self, sources: frozenset[int]) -> tuple[list[str], list[str]]:
        known = self._sets.get(sources)
        if known is None:
            each = [self._of(source) for source in sources]
            slugs, brands = {slug for slug, _ in each}, {brand for _, brand in each}
            known = self._sets[sources] = (sorted(slugs), sorted(brands - {""}))
        return known

    def _of(self, source: int) -> tuple[str, str]:
        known = self._known.get(source)
        if known is None:
            found = self._sources.get(source)
            known = (found.slug, found.brand) if found else (f"source-{source}", "")
            self._known[source] = known
        return known


class Lens(msgspec.Struct, frozen=True):
    connection: apsw.Connection
    senders: Senders
    rules: SurvivorshipRules
    now: int  # µs UTC


@contextmanager
def look(
    connection: apsw.Connection, sources: Sources, rules: SurvivorshipRules, now: int
) -> Iterator[Lens]:
    """All statements inside see one state of the file."""
    with connection:
        yield Lens(connection, Senders(sources), rules, now)
