"""Accounts (companies, gyms, households a client names by groupId) and who belongs to them."""

from __future__ import annotations

import apsw

from rapport.events.model import Event

_ACCOUNT = """
    INSERT INTO accounts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    count = count + excluded.count,
    first_time = min(first_time, excluded.first_time),
    last_time = max(last_time, excluded.last_time)
"""
_MEMBERSHIP = """
    INSERT INTO memberships VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    count = count + excluded.count,
    first_time = min(first_time, excluded.first_time),
    last_time = max(last_time, excluded.last_time)
"""


class Accounts:
    """Gathers the memberships of one micro-batch. A node of 0 names no person, only the account."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], list[int]] = {}

    def add(self, event: Event) -> None:
        """Take an event that names a group: a group call, or any event sent on its behalf."""
        account = event.group_id
        if not account:
            return
        time = event.timestamp
        seen = self._seen.setdefault((account, event.node), [time, time, 0])
        seen[0] = min(seen[0], time)
        seen[1] = max(seen[1], time)
        seen[2] += 1

    def write(self, connection: apsw.Connection) -> None:
        if not self._seen:
            return
        rows = [(*key, *self._seen[key]) for key in sorted(self._seen)]
        connection.executemany(_ACCOUNT, [(account, *seen) for account, _, *seen in rows])
        connection.executemany(_MEMBERSHIP, [row for row in rows if row[1]])
        self._seen.clear()

    def reset(self) -> None:
        self._seen.clear()
