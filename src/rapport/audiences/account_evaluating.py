"""Evaluating segments of accounts, from what is remembered of accounts and of their people.

An account is asked about all segments at once. When that has to be done again is one row of
`account_timers`: for whom there was no time, for whom a window ends, for all after a definition.
Those with very many people are left to the warehouse.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import apsw
import msgspec

from rapport.audiences import account_members
from rapport.audiences.changes import Reason, json_of
from rapport.audiences.stream.account_news import AccountWork
from rapport.audiences.stream.account_plans import AccountFacts, AccountLook
from rapport.audiences.stream.behaviours import account_node
from rapport.audiences.stream.crowd import Crowd, HerMemory
from rapport.audiences.stream.evaluating import AGAIN
from rapport.audiences.stream.look import Look
from rapport.audiences.stream.memory import Memories
from rapport.audiences.stream.plans import Plans
from rapport.profiles import view
from rapport.profiles.lens import Lens
from rapport.profiles.parts import account_fragments

logger = logging.getLogger("rapport.audiences")
MOST_PEOPLE: Final = 2_000  # identifiers of one account; those with more are counted in SQL
_CROWD: Final = 50  # accounts whose tables are read together
_PUT_OFF: Final = (
    "INSERT INTO account_timers VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
    " due = min(due, excluded.due), reason = excluded.reason"
)
_PEOPLE: Final = (
    "SELECT DISTINCT m.account, i.profile FROM json_each(?) AS a CROSS JOIN memberships AS m"
    " ON m.account = a.value CROSS JOIN identifiers AS i ON i.node = m.node"
)
_LARGE: Final = (
    "SELECT a.value FROM json_each(?1) AS a WHERE (SELECT count(*) FROM (SELECT 1"
    " FROM memberships WHERE account = a.value LIMIT ?2 + 1)) > ?2"
)


class AccountEvaluator:
    """Of one instant; all evaluations in it see the same state of the tables."""

    def __init__(
        self, lens: Lens, memories: Memories, plan: Plans, zone: ZoneInfo, now: int
    ) -> None:
        self._connection = lens.connection
        self._lens = lens
        self._memories = memories
        self._plan = plan
        self._zone = zone
        self._now = now

    def evaluate(self, work: AccountWork, most: int) -> int:
        """How many of `most` looks at people are left. For whom there were not enough wait."""
        waiting = sorted(work)
        while waiting and most > 0:
            some, waiting = waiting[:_CROWD], waiting[_CROWD:]
            most -= self._several({account: work[account] for account in some})
        self.put_off({account: work[account] for account in waiting})
        return most

    def put_off(self, work: AccountWork) -> None:
        rows = [(account, self._now, json_of(reason)) for account, reason in work.items()]
        self._connection.executemany(_PUT_OFF, rows)

    def catch_up(self, most: int) -> bool:
        """Those that are due, until `most` looks; whether these were all."""
        while most > 0:
            rows: list[Any] = self._connection.execute(
                "SELECT account, due, reason FROM account_timers WHERE due <= ?"
                " ORDER BY due LIMIT ?",
                (self._now, _CROWD),
            ).fetchall()
            most -= self._several({account: _reason(text, due) for account, due, text in rows})
            if len(rows) < _CROWD:
                return True
        return False

    def _several(self, work: AccountWork) -> int:
        """How many looks it took."""
        names = [*work]
        large = {
            account
            for (account,) in self._connection.execute(_LARGE, (json_of(names), MOST_PEOPLE))
        }
        names = [each for each in names if each not in large]
        members: dict[str, list[int]] = {each: [] for each in names}
        for account, profile in self._connection.execute(_PEOPLE, (json_of(names),)):
            members[str(account)].append(int(profile))
        everybody = {profile for each in members.values() for profile in each}
        crowd = Crowd(self._lens, self._memories, everybody, self._zone)
        nodes = {each: account_node(each) for each in names}
        memories = self._memories.of(nodes.values())
        said = account_fragments(self._lens, names)
        before = account_members.of(self._connection, names)
        turns: list[tuple[str, int]] = []
        for account in names:
            traits = view.traits(self._lens, said.get(account, {}), {})
            look = AccountLook(
                AccountFacts(account, traits, ZoneInfo("UTC")),
                HerMemory([memories[nodes[account]], *crowd.held_of(members[account])]),
                self._now,
                partial(self._looks, crowd, members[account]),
            )
            turn = self._one(account, look, before.get(account, ()), work[account])
            if turn is not None:
                turns.append((account, turn))
        self._remember_turns([*work], turns)
        return len(work) + sum(map(len, members.values()))

    def _looks(self, crowd: Crowd, people: Iterable[int]) -> list[Look]:
        return [Look(crowd.facts(each), crowd.memory(each), self._now) for each in people]

    def _one(
        self, account: str, look: AccountLook, before: Collection[str], reason: Reason
    ) -> int | None:
        found: list[int] = []
        for number, check in self._plan.accounts.checks.items():
            one = self._plan.stored[number]
            try:
                holds, turn = check(look)
            except apsw.Error:
                raise
            except Exception as error:  # noqa: BLE001 - no definition may stop the events
                holds, turn = one.key in before, self._now + AGAIN
                logger.error("an evaluation failed: %s", type(error).__name__)
            if turn is not None:
                found.append(turn)
            if holds != (one.key in before):
                account_members.move(self._connection, one, account, self._now, reason, holds)
        return min(found, default=None)

    def _remember_turns(self, accounts: Sequence[str], turns: Iterable[tuple[str, int]]) -> None:
        self._connection.execute(
            "DELETE FROM account_timers WHERE account IN (SELECT value FROM json_each(?))",
            (json_of(accounts),),
        )
        self._connection.executemany("INSERT INTO account_timers VALUES (?, ?, NULL)", turns)


def _reason(text: str | None, due: int) -> Reason:
    return msgspec.json.decode(text, type=Reason) if text else Reason("timer", due=due)
