"""Writing profiles: called by the pipeline inside its transaction, never begins or commits one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import apsw

from rapport.database import migrate
from rapport.events.model import Event
from rapport.profiles import pins
from rapport.profiles.accounts import Accounts
from rapport.profiles.counters import Counters
from rapport.profiles.fragments import Fragments
from rapport.profiles.schema import STEPS


class Profiles:
    """The one writer of the profile tables.

    Construct it outside a transaction: it brings the tables to the present version.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        migrate(connection, "profiles", STEPS)
        self.reset()

    def absorb(self, events: Sequence[Event], *, hold: bool = False) -> set[int]:
        """Add a micro-batch of accepted, deduplicated events whose `node` is set.

        Returns the nodes whose traits or accounts were spoken of. Any order and any cut into
        batches gives the same tables. What is to `hold` is in no table before `settle`.
        """
        touched: set[int] = set()
        fragments, counters, accounts = self._fragments, self._counters, self._accounts
        for event in events:
            if event.node:
                counters.add(event)
                if event.type == "identify" and fragments.of_node(event):
                    touched.add(event.node)
            if event.group_id:
                accounts.add(event)
                touched.add(event.node)
                if event.type == "group":
                    fragments.of_account(event)
        if not hold:
            self.settle()
        touched.discard(0)
        return touched

    def settle(self) -> None:
        """Write down what is held; for several micro-batches at once, since people come again."""
        for part in (self._fragments, self._counters, self._accounts):
            part.write(self._connection)

    def pin(self, control: Mapping[str, Any]) -> set[int]:
        """Apply a `pin` decision; returns the nodes it speaks of. Raises `Malformed`."""
        return self._decide(pins.from_control(control, keep=True))

    def unpin(self, control: Mapping[str, Any]) -> set[int]:
        """Apply an `unpin` decision; returns the nodes it speaks of. Raises `Malformed`."""
        return self._decide(pins.from_control(control, keep=False))

    def reset(self) -> None:
        """Drop what is held in memory. To be called after a rollback."""
        self._fragments = Fragments()
        self._counters = Counters()
        self._accounts = Accounts()

    def _decide(self, pin: pins.Pin) -> set[int]:
        pins.write(self._connection, pin)
        return pins.nodes(self._connection, pin)
