"""Names of events by their number. They only ever grow, so what was read once stays true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from rapport.clock import to_iso
from rapport.profiles.parts import Count, numbers

_NAMES = "SELECT e.id, e.type, e.name FROM event_names AS e WHERE e.id IN carray(?)"
_MOST = 50_000  # names that are kept in memory


class EventNames:
    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._known: dict[int, str] = {}

    def counted(self, counts: Sequence[Count]) -> dict[str, Any]:
        """{count, first, last} by event, the most frequent first.

        A track event goes by its name; other calls by their type, in brackets.
        """
        sums: dict[str, tuple[int, int, int]] = {}
        self._learn(count[2] for count in counts)
        for _, _, event, n, first, last in counts:
            name = self._known[event]
            if before := sums.get(name):
                n += before[0]
                first, last = min(first, before[1]), max(last, before[2])
            sums[name] = (n, first, last)
        ordered = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
        return {
            name: {"count": n, "first": to_iso(first), "last": to_iso(last)}
            for name, (n, first, last) in ordered
        }

    def _learn(self, events: Iterable[int]) -> None:
        if len(self._known) > _MOST:
            self._known.clear()
        if unknown := set(events) - self._known.keys():
            for event, kind, name in self._connection.execute(_NAMES, (numbers(unknown),)):
                self._known[event] = name if kind == "track" else f"({kind})"
