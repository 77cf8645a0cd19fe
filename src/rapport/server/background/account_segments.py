"""Which of the accounts with very many people are in which segments: counted in the warehouse soon
after something was loaded, and every minute. The pipeline follows the others event by event."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from rapport.audiences import accounts
from rapport.audiences.account_evaluating import MOST_PEOPLE
from rapport.audiences.accounts import Asking
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Segment
from rapport.audiences.meaning.person import Account
from rapport.audiences.stream.plans import Stored
from rapport.errors import RapportError
from rapport.server.rooms import Reads, Rooms
from rapport.warehouse.dialects import dialect_for

Tell: TypeAlias = Callable[[dict[str, Any]], bool]
logger = logging.getLogger("rapport.audiences")
EVERY_SECONDS: Final = 60.0
SOON_SECONDS: Final = 1.0
_SHARE: Final = 20  # so many times what counting takes passes until the next time
_AT_ONCE: Final = 5_000  # accounts in one control record


class AccountSegments:
    """Belongs to one thread. `tell` appends a control record and waits until it is applied."""

    def __init__(
        self, rooms: Rooms, tell: Tell, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rooms = rooms
        self._tell = tell
        self._monotonic = monotonic
        self._next = self._soon = 0.0
        self._seen = -1  # what the warehouse had loaded when it was counted last

    def run(self, reads: Reads) -> bool:
        """Count if it is time to; whether it was."""
        stored = reads.audiences.of_accounts()
        if not stored or not self._is_due():
            return False
        begun, self._seen = self._monotonic(), self._loaded()
        large = set(reads.audiences.large_accounts(MOST_PEOPLE))
        found: dict[str, list[str]] = {}
        try:
            segments = [one.definition for one in stored if isinstance(one.definition, Segment)]
            if large:
                found = members(self._rooms, reads, segments, reads.audiences.known())
        except Exception as error:  # noqa: BLE001 - the history of others must not wait for it
            logger.error("counting segments of accounts failed: %s", type(error).__name__)
        took = self._monotonic() - begun
        self._next = begun + max(EVERY_SECONDS, _SHARE * took)
        self._soon = begun + max(SOON_SECONDS, _SHARE * took)
        for one in stored:
            if one.key in found:
                self._compare(reads, one, large, large.intersection(found[one.key]))
        return True

    def _is_due(self) -> bool:
        now = self._monotonic()
        if now >= self._next:
            return True
        if now < self._soon:
            return False
        self._soon = now + SOON_SECONDS  # a look costs a query, where the warehouse is a server
        return self._loaded() != self._seen

    def _loaded(self) -> int:
        """What the warehouse has loaded; what was seen last, when it cannot say."""
        try:
            return self._rooms.warehouse.loaded()
        except RapportError:
            return self._seen

    def _compare(self, reads: Reads, one: Stored, large: set[str], now_in: set[str]) -> None:
        before = large.intersection(reads.audiences.accounts_in(one.key, -1))
        moves = [("entered", each) for each in sorted(now_in - before)]
        moves += [("left", each) for each in sorted(before - now_in)]
        for start in range(0, len(moves), _AT_ONCE):
            part = moves[start : start + _AT_ONCE]
            told: dict[str, Any] = {
                way: [account for moved, account in part if moved == way]
                for way in ("entered", "left")
            }
            told |= {"action": "accounts", "segment": one.key, "version": one.version}
            if not self._tell(told):
                return


def members(
    rooms: Rooms, reads: Reads, segments: Sequence[Segment], known: Known
) -> dict[str, list[str]]:
    """Ids of the accounts in each segment as the stores have them now, in order."""
    warehouse = rooms.warehouse
    dialect = dialect_for(warehouse.capabilities.dialect)
    asking = Asking(warehouse.read, lambda: all_accounts(reads), dialect, rooms.clock.now())
    return accounts.members(segments, known, asking)


def all_accounts(reads: Reads) -> Iterator[Account]:
    """Id and traits, as the rules have them now."""
    for id, traits in reads.profiles.account_traits():
        yield Account(id=id, traits=traits)
