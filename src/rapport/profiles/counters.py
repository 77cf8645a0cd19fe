"""How often a node did what, by source: count, first and last instant."""

from __future__ import annotations

from typing import TypeAlias

import apsw

from rapport.events.model import Event

# (node, source, type, name)
Key: TypeAlias = tuple[int, int, str, str]

_UPSERT = """
    INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    count = count + excluded.count,
    first_time = min(first_time, excluded.first_time),
    last_time = max(last_time, excluded.last_time)
"""
_KEPT_NAMES = 50_000


class Counters:
    """Gathers the counts of one micro-batch; `write` puts them down with one statement."""

    def __init__(self) -> None:
        self._counts: dict[Key, list[int]] = {}
        self._names: dict[tuple[str, str], int] = {}

    def add(self, event: Event) -> None:
        # Titles of pages and screens are open-ended: they are counted by type alone.
        kind = event.type
        key = (event.node, event.source, kind, event.event if kind == "track" else "")
        time = event.timestamp
        count = self._counts.get(key)
        if count is None:
            self._counts[key] = [1, time, time]
            return
        count[0] += 1
        if time < count[1]:
            count[1] = time
        elif time > count[2]:
            count[2] = time

    def write(self, connection: apsw.Connection) -> None:
        if not self._counts:
            return
        number = self._number(connection)
        rows = [
            (node, source, number[kind, name], *count)
            for (node, source, kind, name), count in self._counts.items()
        ]
        rows.sort()
        connection.executemany(_UPSERT, rows)
        self._counts.clear()

    def reset(self) -> None:
        """Forget what a rolled-back transaction may have taken back."""
        self._counts.clear()
        self._names.clear()

    def _number(self, connection: apsw.Connection) -> dict[tuple[str, str], int]:
        """Numbers of the event names at hand; new names get one."""
        names = self._names
        if len(names) > _KEPT_NAMES:
            names.clear()
        for pair in sorted({(kind, name) for _, _, kind, name in self._counts} - names.keys()):
            connection.execute(
                "INSERT INTO event_names (type, name) VALUES (?, ?) ON CONFLICT DO NOTHING", pair
            )
            names[pair] = connection.execute(
                "SELECT id FROM event_names WHERE type = ? AND name = ?", pair
            ).get
        return names
