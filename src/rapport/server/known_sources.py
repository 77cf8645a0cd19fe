"""Sources as the rooms want them: a mapping that is always up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapport.collect.sources import Source, SourceStore
from rapport.errors import NotFound


class KnownSources(Mapping[int, Source]):
    """All sources by number, those made a moment ago included."""

    def __init__(self, store: SourceStore) -> None:
        self._store = store

    def __getitem__(self, number: int) -> Source:
        try:
            return self._store.get(number)
        except NotFound:
            raise KeyError(number) from None

    def __iter__(self) -> Iterator[int]:
        return iter([source.id for source in self._store.list()])

    def __len__(self) -> int:
        return len(self._store.list())
